/* What options.c and options_usage.c, which prints the usage text, share. */
#ifndef RNNTRAIN_BASE_OPTIONS_PRIVATE_H
#define RNNTRAIN_BASE_OPTIONS_PRIVATE_H

#include "base/options.h"

/* Option i of the table and of the one that it includes, or NULL behind them. */
const struct option *option_at(const struct option_table *table, int i);

bool option_is_bounded(const struct option *option);

#endif
