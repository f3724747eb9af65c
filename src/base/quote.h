/* Arguments as a shell takes them again.
 */
#ifndef RNNTRAIN_BASE_QUOTE_H
#define RNNTRAIN_BASE_QUOTE_H

#include "base/base.h"

/* One argument, in quotes where it needs them; the caller's to free. */
char *quote_for_shell(const char *argument);

/* A whole command, the program's name as it is; the caller's to free. */
char *quote_command(const char *program, int argc, char *const *argv);

#endif
