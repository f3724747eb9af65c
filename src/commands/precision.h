/* --isa and --precision of the commands that judge. */
#ifndef RNNTRAIN_COMMANDS_PRECISION_H
#define RNNTRAIN_COMMANDS_PRECISION_H

#include "kernels/kernels.h"

/* The name of the kernel set that they ask for, the caller's. Where products are
 * plain C that is said on stderr. */
char *precision_set(const char *isa, enum precision precision);

#endif
