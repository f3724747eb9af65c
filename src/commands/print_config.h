/* --print-config: what all sources of options came to, as the file that --config takes.
 */
#ifndef RNNTRAIN_COMMANDS_PRINT_CONFIG_H
#define RNNTRAIN_COMMANDS_PRINT_CONFIG_H

#include <stdio.h>

#include "commands/config.h"

/* Read by --config it gives the same configuration again: what was
 * left open stays so, and options that another one stands for are left out. */
void print_config(FILE *out, const struct option_table *table,
                  const struct config *config);

#endif
