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
    int objective;   /* one of those that tune.c names */
};

struct sweep_options {
    char *grid; /* lines name=value,value; owned */
    char *slurm_options;
    bool slurm;
};

/* What a recipe asks of a data set. */
struct recipe_facts {
    int rows;          /* of its training part */
    bool many_classes; /* of which a text has one, three or more */
    bool has_ngrams, has_vectors;
    int vectors_width;               /* of its own vectors; 0: it has none */
    enum validation_rule validation; /* that is meant where none is given */
};

struct config {
    int recipe;
    struct recipe_facts facts; /* where the recipe asks, or an option that is left open */
    char *config_file;
    struct trainer_config trainer; /* its strings are owned */
    struct test_hooks test;
    int seeds, n_groups; /* of several runs as one job */
    bool add_linear, add_each_scaling, add_latent;
    struct tune_options tune;   /* of rnntrain tune */
    struct sweep_options sweep; /* of rnntrain sweep */
    bool print_config;
};

extern const struct option_table cmd_train_table;

/* Where a configuration comes from, beside the defaults and the environment. */
struct config_sources {
    const struct option_table *table; /* of the command */
    int argc;
    char *const *argv;
    /* Names and values with a NULL behind them, which the environment, the file and the
     * command line win over; NULL: nothing. */
    const char *const (*drawn)[2];
    /* Ranks that resolve together, one of which reads of the data set what a recipe asks;
     * NULL: this process alone does. */
    const struct comm *comm;
    const struct recipe_facts *facts; /* what was read before; NULL: nothing was */
};

/* From all sources; `operands` (room for argc pointers) gets what is no option. The data
 * set decides how long rows are and what else the model takes from it, and what some
 * recipes set. Collective, where there are ranks. */
int config_resolve(const struct config_sources *sources, struct config *config,
                   const char **operands, int *n_operands) NODISCARD;

/* From the record in a checkpoint; `source` is for messages. */
int config_from_record(const char *json, const char *source,
                       struct config *config) NODISCARD;

void config_release(struct config *config);

#endif
