#include "commands/runs_options.h"

#define AT(field) offsetof(struct config, field)
#define GROUP "Several models as one"

static const struct option options[] = {
    {"seeds", OPTION_COUNT, AT(seeds), "1", 1, 1000, NULL,
     "train so many models with the seeds --seed, --seed + 1, ... on one split, some "
     "side by side, each in RUN/seed-N, and write the mean of their probabilities as one "
     "model, RUN/ensemble.h5",
     GROUP, true},
    {"add-linear", OPTION_BOOL, AT(add_linear), "false", 0, 0, NULL,
     "fit a linear model of the data set's n-grams too, and write both as one model, "
     "RUN/ensemble.h5: logits = a network + b linear + c, by validation rows",
     GROUP, true},
    {"add-each-scaling", OPTION_BOOL, AT(add_each_scaling), "false", 0, 0, NULL,
     "with --add-linear, where --linear-scaling is auto: a model of log-count ratios and "
     "one of shared-tf-idf instead of the better one",
     GROUP, true},
    {"add-latent", OPTION_BOOL, AT(add_latent), "false", 0, 0, NULL,
     "fit a linear model of the components of all texts too (--linear-scaling latent), "
     "those of rnnprep --unlabelled as well; beside --add-linear or alone",
     GROUP, true},
    {"groups", OPTION_COUNT, AT(n_groups), "0", 0, 1000000, NULL,
     "groups of ranks that train models side by side (same bits); 0: as many as end "
     "soonest",
     GROUP, true},
};

const struct option_table runs_options_table = {.options = options,
                                                .n_options = (int)COUNT_OF(options)};

int runs_options_check(const struct config *config)
{
    const struct trainer_config *trainer = &config->trainer;
    const char *side = config->add_linear ? "--add-linear" : "--add-latent";
    bool has_side = config->add_linear || config->add_latent;
    const char *given = config->seeds > 1 ? "--seeds" : has_side ? side : "--folds";

    if (!runs_options_are_several(config))
        return config->n_groups > 0
                   ? fail(ERR_USAGE, "--groups is for --seeds and --folds")
                   : OK;
    if (model_options_are_linear(&trainer->model) && (config->seeds > 1 || has_side))
        return fail(ERR_USAGE,
                    "%s: --model linear draws nothing and is no network: give another "
                    "--model, or leave %s out",
                    given, given);
    if (has_side && trainer->sampler.rule == VALIDATION_NONE)
        return fail(ERR_USAGE,
                    "%s: --validation none leaves no rows that say how much of a network "
                    "and of a linear model to take",
                    side);
    if (trainer->trace)
        return fail(ERR_USAGE, "--trace is for one run: leave %s out", given);
    if (trainer->calibrate && runs_options_are_folds(config))
        return fail(ERR_USAGE, "--calibrate would be judged by the rows that chose it: "
                               "leave it or --folds out");
    return OK;
}

struct config runs_options_linear(const struct config *config)
{
    const struct trainer_config *from = &config->trainer;
    struct config linear = {.recipe = 0};
    options_init(&cmd_train_table, &linear);
    options_release(&cmd_train_table, &linear); /* its strings are the other's */
    struct trainer_config *to = &linear.trainer;

    to->data = from->data;
    to->run_dir = from->run_dir;
    to->isa = from->isa;
    to->balancing = from->balancing;
    to->reduction = from->reduction;
    to->overwrite = from->overwrite;
    to->quiet = from->quiet;
    to->verbose = from->verbose;
    to->dry_run = from->dry_run;
    to->command = from->command;
    to->resume = from->resume;
    to->allow_other_bits = from->allow_other_bits;
    to->max_time = from->max_time;
    to->stall_timeout = from->stall_timeout;

    to->model.kind = MODEL_LINEAR;
    to->loss.class_weight = from->loss.class_weight;
    to->linear = from->linear;
    to->linear.is_refitted = false;
    if (runs_options_have_tf_idf(config))
        to->linear.scaling = SCALING_LOG_COUNT;
    to->sampler = from->sampler;
    to->sampler.replica = 0;
    to->monitor = from->monitor_given ? from->monitor : MONITOR_VAL_LOSS;
    to->monitor_given = from->monitor_given;
    to->spares_one_class = !from->monitor_given;
    return linear;
}

struct config runs_options_tf_idf(const struct config *config)
{
    struct config tf_idf = runs_options_linear(config);
    tf_idf.trainer.linear.scaling = SCALING_SHARED_TF_IDF;
    return tf_idf;
}

struct config runs_options_latent(const struct config *config)
{
    struct config latent = runs_options_linear(config);
    latent.trainer.linear.scaling = SCALING_LATENT;
    return latent;
}
