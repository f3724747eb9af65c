#include "commands/recipe.h"

#include <limits.h>

#include "data/dataset.h"

const char *const recipe_names[] = {
    [RECIPE_NONE] = "none",           [RECIPE_LSTM] = "keras-lstm",
    [RECIPE_BILSTM] = "keras-bilstm", [RECIPE_GRU] = "keras-gru",
    [RECIPE_FAST] = "fast",           [RECIPE_AUTO] = "auto",
    [RECIPE_BEST] = "best",           NULL};
_Static_assert(COUNT_OF(recipe_names) == RECIPES + 1, "a recipe has no name");

/* What a recipe sets besides the defaults, which are those of keras-lstm. */
static const char *const options_of[][12][2] = {
    [RECIPE_NONE] = {{NULL}},
    [RECIPE_LSTM] = {{NULL}},
    [RECIPE_BILSTM] = {{"model", "bilstm"},
                       {"head", "flatten"},
                       {"dense", "0"},
                       {"embedding-dropout", "0.5"},
                       {"rnn-dropout", "0.5"},
                       {NULL}},
    [RECIPE_GRU] = {{"model", "gru"}, {NULL}},
    [RECIPE_FAST] = {{"model", "linear"}, {NULL}},
    [RECIPE_AUTO] = {{"model", "bilstm"},
                     {"units", "64"},
                     {"embedding", "64"},
                     {"head", "max"},
                     {"dense", "0"},
                     {"embedding-dropout", "0.5"},
                     {"rnn-dropout", "0.5"},
                     {"patience", "2"},
                     {"ema", "0.99"},
                     {"learning-rate", "0.002"},
                     {NULL}},
    [RECIPE_BEST] = {{"seeds", "5"}, {NULL}}, /* and all of RECIPE_AUTO */
};
_Static_assert(COUNT_OF(options_of) == RECIPES, "a recipe sets nothing");

/* Small corpora need many steps of few rows, yet lanes for eight ranks; large ones are
 * faster in full lanes. */
static const struct {
    int rows; /* at most */
    const char *batch_size, *lane_rows;
} batches[] = {{20000, "32", "4"}, {200000, "64", "8"}, {INT_MAX, "256", "16"}};

bool recipe_asks_data(enum recipe recipe)
{
    return recipe >= RECIPE_FAST;
}

static int read_facts(const char *path, struct recipe_facts *facts)
{
    struct dataset data = {.path = NULL};
    int rc = dataset_open(path, DATASET_WORDS_NONE, &data);

    *facts = (struct recipe_facts){.rows = data.part[DATASET_TRAIN].n,
                                   .many_classes =
                                       data.facts.n_labels > 2 && !data.facts.multi_label,
                                   .has_ngrams = data.facts.has_ngrams,
                                   .has_vectors = data.facts.has_vectors,
                                   .vectors_width = data.vectors_width};
    dataset_release(&data);
    return rc;
}

int recipe_read_facts(const struct comm *comm, const char *path,
                      struct recipe_facts *facts)
{
    int rc = !comm || comm->rank == 0 ? read_facts(path, facts) : OK;
    if (!comm)
        return rc;

    rc = comm_agree(comm, rc);
    if (!rc)
        comm_broadcast(comm, facts, sizeof *facts);
    return rc;
}

static int set(struct config *config, enum recipe recipe, const char *name,
               const char *value)
{
    return options_set(&cmd_train_table, config, name, value, recipe_names[recipe]);
}

/* Whether nothing that is given would contradict vectors of the data's own width. */
static bool takes_vectors(const struct config *named)
{
    const struct trainer_config *trainer = &named->trainer;
    return !trainer->init_from && !model_options_have_width(&trainer->model);
}

/* What the data decide. */
static int adapt(enum recipe recipe, const struct config *named, struct config *config)
{
    const struct recipe_facts *facts = &config->facts;
    bool validates = named->trainer.sampler.rule != VALIDATION_NONE;
    size_t i = 0;
    while (facts->rows > batches[i].rows)
        i++;

    int rc = set(config, recipe, "batch-size", batches[i].batch_size);
    if (!rc)
        rc = set(config, recipe, "lane-rows", batches[i].lane_rows);
    if (!rc)
        rc = set(config, recipe, "monitor", validates ? "val_loss" : "loss");
    if (!rc && facts->many_classes)
        rc = set(config, recipe, "label-smoothing", "0.1");
    if (!rc && facts->has_ngrams && validates)
        rc = set(config, recipe, "add-linear", "true");
    if (!rc && facts->has_ngrams && recipe == RECIPE_AUTO)
        rc = set(config, recipe, "add-each-scaling", "true");
    if (!rc && recipe == RECIPE_BEST && facts->has_ngrams && validates)
        rc = set(config, recipe, "add-latent", "true");
    if (!rc && recipe == RECIPE_BEST && facts->has_vectors && takes_vectors(named))
        rc = set(config, recipe, "vectors", "own");
    return rc;
}

static int set_all(struct config *config, enum recipe recipe)
{
    const char *const(*pair)[2] = options_of[recipe];
    int rc = OK;

    for (; (*pair)[0] && !rc; pair++)
        rc = set(config, recipe, (*pair)[0], (*pair)[1]);
    return rc;
}

int recipe_apply(enum recipe recipe, const struct config *named, struct config *config)
{
    if (recipe == RECIPE_FAST && !config->facts.has_ngrams)
        return fail(ERR_USAGE, "--recipe fast reads n-grams, and these data have none: "
                               "make the data set by rnnprep CORPUS --for fast");

    int rc = set_all(config, recipe);
    if (!rc && recipe == RECIPE_BEST)
        rc = set_all(config, RECIPE_AUTO);
    if (!rc && (recipe == RECIPE_AUTO || recipe == RECIPE_BEST))
        rc = adapt(recipe, named, config);
    return rc;
}
