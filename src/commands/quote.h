/* Arguments as a shell takes them again.
 */
#ifndef RNNTRAIN_COMMANDS_QUOTE_H
#define RNNTRAIN_COMMANDS_QUOTE_H

#include "base/base.h"

/* One argument, in quotes where it needs them; the caller's to free. */
char *quote_for_shell(const char *argument);

#endif
