/* Options of rnntrain train that make several runs of one: --seeds, --add-linear.
 */
#ifndef RNNTRAIN_COMMANDS_RUNS_OPTIONS_H
#define RNNTRAIN_COMMANDS_RUNS_OPTIONS_H

#include "commands/config.h"

/* Of a struct config. */
extern const struct option_table runs_options_table;

/* Whether they ask for all folds of a cross-validation. */
static inline bool runs_options_are_folds(const struct config *config)
{
    return config->trainer.sampler.folds > 0 && config->trainer.sampler.fold == 0;
}
/* Whether linear models of both scalings are fitted. */
static inline bool runs_options_have_tf_idf(const struct config *config)
{
    return config->add_linear && config->add_each_scaling &&
           config->trainer.linear.scaling == SCALING_AUTO;
}
/* Whether they ask for a job of several runs. */
static inline bool runs_options_are_several(const struct config *config)
{
    return config->seeds > 1 || config->add_linear || config->add_latent ||
           runs_options_are_folds(config);
}

/* ERR_USAGE: what cannot stand beside them. */
int runs_options_check(const struct config *config) NODISCARD;

/* The configuration of `rnntrain --model linear --no-linear-refit` on the same split; its
 * strings are borrowed from `config`. */
struct config runs_options_linear(const struct config *config);
/* The same with --linear-scaling shared-tf-idf, and latent. */
struct config runs_options_tf_idf(const struct config *config);
struct config runs_options_latent(const struct config *config);

#endif
