/* The commands of rnnprep besides the main one. Each takes the arguments after its name,
 * prints its result to standard output and returns an error code. */
#ifndef PREPROCESS_COMMANDS_H
#define PREPROCESS_COMMANDS_H

#include "rnntrain/base.h"

/* rnnprep inspect FILE [--rows N] */
int command_inspect(int argc, char **argv) NODISCARD;
/* rnnprep sample FOLDER [--documents N] [--seed S] */
int command_sample(int argc, char **argv) NODISCARD;
/* rnnprep baseline FILE */
int command_baseline(int argc, char **argv) NODISCARD;

#endif
