/* --isa and --precision of the commands that judge. */
#ifndef RNNTRAIN_COMMANDS_PRECISION_H
#define RNNTRAIN_COMMANDS_PRECISION_H

#include "base/options.h"
#include "kernels/kernels.h"

struct precision_settings {
    char *isa;
    enum precision precision;
};

/* Of a struct precision_settings. */
extern const struct option_table precision_options;

/* The name of the kernel set that they ask for, the caller's. Where products are
 * plain C that is said on stderr. */
char *precision_set(const struct precision_settings *settings);

#endif
