/* The options of rnntrain, from every source to the structs that the modules take. Later
 * wins: defaults, recipe, environment RNNTRAIN_*, JSON file, command line.
 */
#ifndef RNNTRAIN_COMMANDS_CONFIG_H
#define RNNTRAIN_COMMANDS_CONFIG_H

#include "base/base.h"
#include "base/options.h"
#include "train/test_hooks.h"
#include "train/trainer.h"

struct config {
    /* run */
    char *data, *run_dir, *config_file, *init_from, *isa, *trace;
    bool init_optimizer;
    int recipe;
    int balance, allreduce;
    bool notebook, overwrite, quiet, resume, allow_other_bits;
    int64_t checkpoint_every;
    double checkpoint_seconds, max_time, stall_timeout;
    int on_nan;
    /* model */
    int model, recurrent_activation, head;
    bool reset_after, mask;
    int64_t layers, embedding, dense;
    struct option_ints units;
    double embedding_dropout, rnn_dropout, dense_dropout;
    /* training */
    int optimizer, lr_decay, monitor, validation;
    double learning_rate, beta_1, beta_2, rho, momentum, epsilon, clip_norm;
    double lr_warmup, lr_decay_rate, validation_split, min_delta;
    int64_t epochs, batch_size, lane_rows, patience, seed, limit_train, limit_test;
    int shuffle;
    int64_t window_rows;
    bool allow_one_class;
    /* tests */
    struct test_hooks test;
};

extern const struct option_table cmd_train_table;

/* From all sources; `operands` (room for argc pointers) gets what is no option. */
int config_resolve(int argc, char **argv, struct config *config, const char **operands,
                   int *n_operands) NODISCARD;

/* From the record in a checkpoint; `source` is for messages. */
int config_from_record(const char *json, const char *source,
                       struct config *config) NODISCARD;

void config_release(struct config *config);

/* The model; what the data set decides (vocabulary, maxlen, classes, padding) comes from
 * it. */
struct model_config config_model(const struct config *config, const struct dataset *data);

/* Rows of a window, with --shuffle window. */
int config_window_rows(const struct config *config);

/* Everything that the trainer takes; strings are borrowed. */
struct trainer_config config_trainer(const struct config *config, const char *record);

#endif
