/* The commands of rnnprep besides the main one. Each takes the arguments after its name,
 * prints its result to standard output and returns an error code. */
#ifndef RNNTRAIN_PREPROCESS_PROGRAMS_H
#define RNNTRAIN_PREPROCESS_PROGRAMS_H

#include "base/base.h"

/* rnnprep inspect FILE [--rows N] */
int command_inspect(int argc, char **argv) NODISCARD;
/* rnnprep sample FOLDER [--documents N] [--seed S] */
int command_sample(int argc, char **argv) NODISCARD;
/* rnnprep baseline FILE */
int command_baseline(int argc, char **argv) NODISCARD;

#endif
