/* What rnntrain's options say about the rows of a run: batches, lanes, their order, and
 * which of them validate. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_SAMPLER_OPTIONS_H
#define RNNTRAIN_DATA_SAMPLER_OPTIONS_H

#include "base/options.h"
#include "data/sampler.h"

/* Of a struct sampler_config, whose window_rows is 0 where the option leaves it open, and
 * its rule VALIDATION_AUTO: sampler_options_complete then gives it the usual number, and
 * the rule of the time when the rule was always recorded: stratified. */
extern const struct option_table sampler_options_table;
void sampler_options_complete(struct sampler_config *config);

/* ERR_USAGE: options that would have no effect. */
int sampler_options_check(const struct sampler_config *config) NODISCARD;

#endif
