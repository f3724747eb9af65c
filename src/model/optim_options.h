/* What rnntrain's options say about an optimizer. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_OPTIM_OPTIONS_H
#define RNNTRAIN_MODEL_OPTIM_OPTIONS_H

#include "base/options.h"
#include "model/optimizer.h"

/* Of a struct optim_config; the steps of warm-up and of the whole run are no options. */
extern const struct option_table optim_options_table;

/* ERR_USAGE: options that would have no effect. */
int optim_options_check(const struct optim_config *optim) NODISCARD;

#endif
