/* rnntrain tune [dataset.h5] [options] */
#include "commands/commands.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/rng.h"
#include "commands/recipe.h"
#include "commands/runs_options.h"
#include "commands/training.h"
#include "runs/tune.h"

#define AT(field) offsetof(struct config, tune.field)
#define GROUP "Trials"

/* And what is watched by each. */
static const char *const objectives[] = {
    "acc", "loss", "f1", "auc", "mcc", "balanced_acc", "average_precision", NULL};
static const enum monitor watched[] = {
    MONITOR_VAL_ACC,
    MONITOR_VAL_LOSS,
    MONITOR_VAL_F1,
    MONITOR_VAL_AUC,
    MONITOR_VAL_MCC,
    MONITOR_VAL_BALANCED_ACC,
    MONITOR_VAL_AVERAGE_PRECISION,
};
_Static_assert(COUNT_OF(watched) + 1 == COUNT_OF(objectives),
               "an objective is not watched");

static const struct option options[] = {
    {"duration", OPTION_DOUBLE, AT(duration), "0", 0, 1e9, NULL,
     "seconds that trials may take, which bounds their number; 0: 600, or any with "
     "--trials; there are no more than 243, and none behind one without a mistake",
     GROUP, true},
    {"trials", OPTION_COUNT, AT(trials), "0", 0, 100000, NULL,
     "networks that are tried, the same ones for the same number; 0: as many as "
     "--duration allows",
     GROUP, true},
    {"objective", OPTION_CHOICE, AT(objective), "acc", 0, 0, objectives,
     "what they are compared by on validation rows: accuracy, loss, F1 or recall of "
     "classes on average, ROC AUC, Matthews, average precision",
     GROUP, true},
};
static const struct option_table tune_table = {.options = options,
                                               .n_options = (int)COUNT_OF(options)};
static const struct option_part parts[] = {{&tune_table, 0}, {&cmd_train_table, 0}};

const struct option_table cmd_tune_table = {
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain tune",
    .synopsis = "[dataset.h5] [options]",
    .example = "  mpirun -np 2 rnntrain tune dataset.h5 --duration 600 --run-dir tuned\n"
               "  rnntrain predict tuned texts.txt\n",
    .about =
        "Tries networks of other sizes, layers, dropouts, rates and batches on a data\n"
        "set, goes on with the better ones, and ends with the best model, a table of "
        "all\n"
        "trials and what they cost. Options that are given hold for all of them.\n"
        "Where the data set has n-grams linear models stand beside the best network, as\n"
        "with --recipe auto.\n\n"
        "  dataset.h5  the data set that rnnprep made; without it, dataset.h5 in this\n"
        "              folder\n",
    .environment = "RNNTRAIN_",
    .min_operands = 0,
    .max_operands = 1,
};

/* What is drawn, each value as likely as the others of its option. */
static const struct dimension {
    const char *option;
    const char *values[5];
} space[] = {
    {"model", {"lstm", "bilstm", "gru", "bigru"}},
    {"units", {"32", "64", "128"}},
    {"embedding", {"32", "64", "128"}},
    {"head", {"last", "max", "mean"}},
    {"dense", {"0", "64", "256"}},
    {"mask", {"true", "false"}},
    {"embedding-dropout", {"0.2", "0.35", "0.5"}},
    {"rnn-dropout", {"0", "0.25", "0.5"}},
    {"learning-rate", {"0.0005", "0.001", "0.002", "0.004"}},
    {"batch-size", {"32", "64", "128"}},
};

/* What was good on many corpora. */
static const char *const known[][2] = {
    {"model", "bilstm"},    {"units", "64"},      {"embedding", "64"},
    {"head", "max"},        {"dense", "0"},       {"embedding-dropout", "0.5"},
    {"rnn-dropout", "0.5"}, {"batch-size", "32"}, {NULL}};

/* All trials that were drawn so far. */
struct trials {
    int argc;
    char **argv;
    const struct config *given;
    struct drawn {
        struct config config;
        char *record, *said;
    } * *drawn; /* (n) each of its own, as others borrow their strings */
    int n;
};

static void draw_pairs(const struct trials *trials, int i, int attempt,
                       const char *pairs[][2])
{
    struct rng rng = {.seed = trials->given->trainer.sampler.seed,
                      .purpose = RNG_TRIAL,
                      .step = (uint32_t)attempt,
                      .row = (uint32_t)i};
    int n = 0;

    for (size_t d = 0; d < COUNT_OF(space); d++) {
        uint32_t n_values = 0;
        while (n_values < COUNT_OF(space[d].values) && space[d].values[n_values])
            n_values++;
        pairs[n][0] = space[d].option;
        pairs[n++][1] = space[d].values[rng_below(&rng, (uint32_t)d, n_values)];
    }
    pairs[n][0] = NULL;
}

/* "--units 64 --head max": where it differs from what is given; the caller's. */
static char *describe(const char *record, const char *given)
{
    json_t *is = json_loads(record, 0, NULL), *was = json_loads(given, 0, NULL), *value;
    char *said = xstrdup("");
    const char *key;

    json_object_foreach(is, key, value)
    {
        const json_t *before = json_object_get(was, key);
        if ((before && json_equal(before, value)) || !strcmp(key, "needs"))
            continue;
        char *text = json_dumps(value,
                                JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9)),
             *name = xstrdup(key);
        for (char *c = name; (c = strchr(c, '_'));)
            *c = '-';
        bool is_quoted = *text == '"';
        char *longer = xasprintf("%s%s--%s %.*s", said, *said ? " " : "", name,
                                 (int)strlen(text) - 2 * is_quoted, text + is_quoted);
        free(said);
        free(name);
        free(text);
        said = longer;
    }
    json_decref(is);
    json_decref(was);
    return said;
}

/* The objective is what is watched. */
static void settle(struct config *config)
{
    config->trainer.monitor = watched[config->tune.objective];
    config->trainer.monitor_given = true;
    config->trainer.spares_one_class = false;
}

static bool is_known(const struct trials *trials, const char *record)
{
    for (int i = 0; i < trials->n; i++)
        if (!strcmp(trials->drawn[i]->record, record))
            return true;
    return false;
}

/* The next one, which is another than those before where that is easily found. */
static int draw_next(struct trials *trials)
{
    enum { MOST_ATTEMPTS = 20 };
    const char *pairs[COUNT_OF(space) + 1][2] = {{NULL}};
    struct drawn *made = xcalloc(1, sizeof *made);
    int i = trials->n, rc = OK;
    const struct config_sources sources = {
        .table = &cmd_tune_table,
        .argc = trials->argc,
        .argv = trials->argv,
        .drawn = i == 1 ? known : (const char *const(*)[2])pairs,
        .facts = &trials->given->facts};

    for (int attempt = 0; attempt < MOST_ATTEMPTS && !rc; attempt++) {
        if (i > 1)
            draw_pairs(trials, i, attempt, pairs);
        config_release(&made->config);
        free(made->record);
        made->record = NULL;
        rc = training_resolve(&sources, &made->config);
        settle(&made->config);
        made->record = training_record(&made->config.trainer, &made->config);
        if (i < 2 || !is_known(trials, made->record))
            break;
    }

    char *given = training_record(&trials->given->trainer, trials->given);
    made->said = describe(made->record, given);
    free(given);
    trials->drawn = xrealloc(trials->drawn, (size_t)i + 1, sizeof(struct drawn *));
    trials->drawn[trials->n++] = made;
    return rc;
}

static int draw(int i, struct tune_draw *draw, void *context)
{
    struct trials *trials = context;
    int rc = OK;

    while (trials->n <= i && !rc)
        rc = draw_next(trials);
    if (rc)
        return rc;
    *draw = (struct tune_draw){trials->drawn[i]->config.trainer, trials->drawn[i]->said};
    return OK;
}

static int check(const struct config *config)
{
    const struct trainer_config *trainer = &config->trainer;
    if (runs_options_are_several(config))
        return fail(ERR_USAGE,
                    "%s: tune finds one network: train it so afterwards, with "
                    "the options that it names",
                    config->seeds > 1                ? "--seeds"
                    : runs_options_are_folds(config) ? "--folds"
                                                     : "--add-linear");

    if (model_options_are_linear(&trainer->model))
        return fail(ERR_USAGE, "--model linear has nothing to tune but C and scaling, "
                               "which rnntrain train chooses");
    if (trainer->sampler.rule == VALIDATION_NONE)
        return fail(ERR_USAGE, "--validation none leaves no rows to compare trials by");
    if (trainer->calibrate)
        return fail(ERR_USAGE, "--calibrate is for one run: train the model that tune "
                               "finds with it, by the options that it names");
    if (trainer->trace || trainer->result_is_last)
        return fail(ERR_USAGE, "%s is for one run: leave it out",
                    trainer->trace ? "--trace" : "--notebook");
    return OK;
}

static void release(struct trials *trials)
{
    for (int i = 0; i < trials->n; i++) {
        config_release(&trials->drawn[i]->config);
        free(trials->drawn[i]->record);
        free(trials->drawn[i]->said);
        free(trials->drawn[i]);
    }
    free(trials->drawn);
}

static int tune(struct comm *comm, struct config *config, int argc, char **argv)
{
    const double usual = 600;
    struct trials trials = {.argc = argc, .argv = argv, .given = config};
    struct recipe_facts facts = {0};

    settle(config);
    int rc = check(config);
    if (!rc && config->trainer.dry_run)
        return training_rehearse(comm, &config->trainer, config);
    if (!rc)
        rc = recipe_read_facts(comm, config->trainer.data, &facts);
    if (rc)
        return rc;

    config->add_linear = config->add_each_scaling = facts.has_ngrams; /* as auto */
    struct config linear = runs_options_linear(config);
    struct config tf_idf = runs_options_tf_idf(config);
    bool is_any = config->tune.trials > 0 || config->tune.duration > 0;
    const struct tune_config all = {
        .job = {.network = &config->trainer,
                .side = {facts.has_ngrams ? &linear.trainer : NULL,
                         runs_options_have_tf_idf(config) ? &tf_idf.trainer : NULL},
                .seeds = 1,
                .record = training_record,
                .context = config,
                .hooks = &config->test},
        .trials = config->tune.trials,
        .duration = is_any ? config->tune.duration : usual,
        .draw = draw,
        .context = &trials,
    };
    rc = tune_run(comm, &all);
    release(&trials);
    return rc;
}

int cmd_tune(int argc, char **argv)
{
    return training_command(&cmd_tune_table, argc, argv, tune);
}
