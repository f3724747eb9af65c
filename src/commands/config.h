/* The options of rnntrain train, from every source to the structs that the modules take.
 * Later wins: defaults, recipe, the model of --init-from, environment RNNTRAIN_*, JSON
 * file, command line.
 */
#ifndef RNNTRAIN_COMMANDS_CONFIG_H
#define RNNTRAIN_COMMANDS_CONFIG_H

#include "base/base.h"
#include "base/options.h"
#include "train/test_hooks.h"
#include "train/trainer.h"

struct tune_options {
    int trials;
    double duration; /* seconds */
    int objective;   /* 0: accuracy, 1: loss */
};

struct config {
    int recipe;
    char *config_file;
    struct trainer_config trainer; /* its strings are owned */
    struct test_hooks test;
    int seeds, n_groups; /* of several runs as one job */
    bool add_linear;
    struct tune_options tune; /* of rnntrain tune */
};

extern const struct option_table cmd_train_table;

/* From all sources; `operands` (room for argc pointers) gets what is no option. The data
 * set decides how long rows are and what else the model takes from it, and what some
 * recipes set: of the ranks of `comm`, which resolve together, one reads that. NULL: this
 * process is alone. */
int config_resolve(const struct comm *comm, int argc, char **argv, struct config *config,
                   const char **operands, int *n_operands) NODISCARD;

/* The same of a command whose table has more options. What is drawn, names and values
 * with a NULL behind them, comes before the environment, file and command line, which
 * win. */
int config_resolve_drawn(const struct comm *comm, const struct option_table *table,
                         const char *const drawn[][2], int argc, char **argv,
                         struct config *config, const char **operands,
                         int *n_operands) NODISCARD;

/* From the record in a checkpoint; `source` is for messages. */
int config_from_record(const char *json, const char *source,
                       struct config *config) NODISCARD;

void config_release(struct config *config);

#endif
