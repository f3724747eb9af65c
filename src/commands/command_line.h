/* The command line that makes a run of a configuration. Nothing here is collective. */
#ifndef RNNTRAIN_COMMANDS_COMMAND_LINE_H
#define RNNTRAIN_COMMANDS_COMMAND_LINE_H

#include <jansson.h>

/* "rnntrain dataset.h5 --units 64 ..." of a record (JSON), with the options whose values
 * are not the defaults, quoted for a shell; the caller's. */
char *command_line_of(const json_t *config);

/* The options whose values differ between two records: a line each, "name", its value in
 * the one and in the other, a tab between; the caller's. */
char *command_line_differences(const json_t *a, const json_t *b);

#endif
