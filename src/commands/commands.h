/* The commands of rnntrain: each takes the arguments after its name and returns an error
 * code. Results go to standard output; a failure's message is printed once. */
#ifndef RNNTRAIN_COMMANDS_COMMANDS_H
#define RNNTRAIN_COMMANDS_COMMANDS_H

#include "base/base.h"

/* Collective over the ranks of the job; prints its failures itself. */
int cmd_train(int argc, char **argv) NODISCARD;
/* One process each; main prints their failures. */
int cmd_eval(int argc, char **argv) NODISCARD;
int cmd_predict(int argc, char **argv) NODISCARD;
int cmd_inspect(int argc, char **argv) NODISCARD;
int cmd_import(int argc, char **argv) NODISCARD;
int cmd_export(int argc, char **argv) NODISCARD;

#endif
