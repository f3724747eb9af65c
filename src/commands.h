/* The commands of rnntrain: each takes the arguments after its name and returns an error
 * code. Results go to standard output; main prints the message of a failure. */
#ifndef RNNTRAIN_COMMANDS_H
#define RNNTRAIN_COMMANDS_H

#include "rnntrain/base.h"

/* Collective over the ranks of the job; *rank is this process's. */
int cmd_train(int argc, char **argv, int *rank) NODISCARD;
int cmd_eval(int argc, char **argv) NODISCARD;
int cmd_predict(int argc, char **argv) NODISCARD;
int cmd_inspect(int argc, char **argv) NODISCARD;

#endif
