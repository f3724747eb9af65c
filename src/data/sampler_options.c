#include "data/sampler_options.h"

#include "data/folds.h"

static const char *const shuffles[] = {
    [SHUFFLE_FULL] = "full", [SHUFFLE_WINDOW] = "window", [SHUFFLE_NONE] = "none", NULL};
_Static_assert(COUNT_OF(shuffles) == SHUFFLE_NONE + 2, "an order has no name");

static const char *const validations[] = {[VALIDATION_STRATIFIED] = "stratified",
                                          [VALIDATION_KERAS_TAIL] = "keras-tail",
                                          [VALIDATION_OWN] = "own",
                                          [VALIDATION_NONE] = "none",
                                          [VALIDATION_AUTO] = "auto",
                                          NULL};
_Static_assert(COUNT_OF(validations) == VALIDATION_AUTO + 2, "a rule has no name");

#define AT(field) offsetof(struct sampler_config, field)

static const struct option options[] = {
    {"batch-size", OPTION_COUNT, AT(batch_size), "256", 1, 1048576, NULL,
     "rows of a batch, over all ranks", "Training", false},
    {"seed", OPTION_INT, AT(seed), "1", 0, OPTION_HUGE, NULL,
     "of weights, order, dropout and split", "Training", false},
    {"replica", OPTION_INT, AT(replica), "0", 0, 1000000, NULL,
     "a run of its own on the same split: weights, order and dropout are those of --seed "
     "plus this",
     "Training", false},
    {"shuffle", OPTION_CHOICE, AT(shuffle), "full", 0, 0, shuffles,
     "order of an epoch's rows: any, the ids being in memory; within windows of rows "
     "from chunks of the file in any order, for data larger than memory; that of the "
     "file",
     "Training", false},
    {"window-rows", OPTION_COUNT, AT(window_rows), "0", 0, 1 << 24, NULL,
     "rows of a window of --shuffle window, of which a node holds two; 0: 32768",
     "Training", false},
    {"lane-rows", OPTION_COUNT, AT(lane_rows), "16", 1, 4096, NULL,
     "rows of a lane: a batch is cut into lanes, a lane is computed by one rank (other "
     "bits for another number)",
     "Training", false},

    {"validation", OPTION_CHOICE, AT(rule), "auto", 0, 0, validations,
     "the same share of each class of the training rows; the last ones, as Keras's "
     "validation_split; the data set's own part; none; auto: the own part where there is "
     "one and no --validation-split is given, else stratified",
     "Validation", false},
    {"validation-split", OPTION_DOUBLE, AT(validation_split), "0.1", 0, 0.9, NULL,
     "share of the training rows", "Validation", false},
    {"allow-one-class", OPTION_BOOL, AT(allow_one_class), "false", 0, 0, NULL,
     "accept a validation set of one class", "Validation", false},
    {"folds", OPTION_COUNT, AT(folds), "0", 0, FOLDS_MOST, NULL,
     "cross-validation: deal the training rows to so many folds, equal texts to one, the "
     "same share of each class to each, and train a run for each fold, RUN/fold-N, that "
     "validates on it and learns the others; 0: none",
     "Validation", false},
    {"fold", OPTION_COUNT, AT(fold), "0", 0, FOLDS_MOST, NULL,
     "of --folds this one alone, from 1; 0: all", "Validation", false},
    {"limit-train", OPTION_INT, AT(limit_train), "0", 0, OPTION_HUGE, NULL,
     "use so many training rows, the same share of each class; 0: all", "Validation",
     false},
    {"limit-test", OPTION_INT, AT(limit_test), "0", 0, OPTION_HUGE, NULL,
     "use so many test rows; 0: all", "Validation", false},
};

const struct option_table sampler_options_table = {.options = options,
                                                   .n_options = (int)COUNT_OF(options)};

void sampler_options_complete(struct sampler_config *config)
{
    enum { USUAL = 32768 };
    if (!config->window_rows)
        config->window_rows = USUAL;
    if (config->rule == VALIDATION_AUTO)
        config->rule = VALIDATION_STRATIFIED;
}

static int check_folds(const struct sampler_config *config)
{
    const double usual_split = 0.1;

    if (config->fold > config->folds)
        return fail(ERR_USAGE, "--fold %d: --folds says that there are %d", config->fold,
                    config->folds);
    if (config->folds == 1)
        return fail(ERR_USAGE, "--folds 1 leaves no rows to learn: give 2 or more");
    if (!config->folds)
        return OK;
    if (config->rule != VALIDATION_STRATIFIED && config->rule != VALIDATION_AUTO)
        return fail(ERR_USAGE,
                    "--folds validates on one fold after the other, --validation %s on "
                    "other rows: leave one of them out",
                    validations[config->rule]);
    return config->validation_split == usual_split
               ? OK
               : fail(ERR_USAGE, "--folds validates on one fold after the other: leave "
                                 "--validation-split out");
}

int sampler_options_check(const struct sampler_config *config)
{
    if (config->window_rows && config->shuffle != SHUFFLE_WINDOW)
        return fail(ERR_USAGE, "--window-rows is for --shuffle window");
    return check_folds(config);
}
