#include "export/export.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"
#include "files/h5_write.h"
#include "keras/keras.h"
#include "base/rng.h"
#include "base/say.h"
#include "files/zip.h"

/* The version whose layout is written, which says how Keras is to read it; and, where
 * Keras does not look, the labels in the order of the probabilities and how rows are
 * filled up and cut, in the words of pad_sequences. The caller's to free. */
static char *metadata_json(const struct facts *facts)
{
    json_t *labels = json_array();
    for (int c = 0; c < facts->n_labels; c++)
        json_array_append_new(labels, json_string(facts->labels[c]));

    json_t *metadata =
        json_pack("{s:s, s:s, s:o, s:s, s:s}", "keras_version", "3.6.0", "date_saved", "",
                  "labels", labels, "padding", facts_side(facts->pad_pre), "truncating",
                  facts_side(facts->truncate_pre));
    char *text = json_dumps(metadata, JSON_COMPACT);
    if (!text)
        die("labels do not fit JSON");
    json_decref(metadata);
    return text;
}

/* The weights in Keras 3's layout. */
static int build_weights(const struct predictor *predictor, char **bytes, size_t *n)
{
    const struct params *params = model_params(predictor->model);
    struct h5_writer *file = h5_create();

    for (int t = 0; t < params->n_tensors; t++) {
        const struct tensor *tensor = &params->tensors[t];
        char *path = keras_weight_path(model_chain(predictor->model), params, t);
        h5_write(file, path, H5_FLOAT32, tensor->n_dims, tensor->shape,
                 predictor->weights + tensor->offset, false);
        free(path);
    }
    return h5_image_unsealed(file, bytes, n);
}

static int build_archive(const struct predictor *predictor, char **bytes, size_t *n)
{
    char *optimizer = keras_optimizer_json(&predictor->record.optim), *weights = NULL;
    char *metadata = metadata_json(&predictor->info.facts);
    char *config = keras_archive_json(model_chain(predictor->model), optimizer);
    size_t n_weights = 0;
    int rc = build_weights(predictor, &weights, &n_weights);
    if (!rc) {
        struct zip_entry entries[] = {{"metadata.json", metadata, strlen(metadata)},
                                      {"config.json", config, strlen(config)},
                                      {"model.weights.h5", weights, n_weights}};
        zip_write(entries, COUNT_OF(entries), bytes, n);
    }
    free(weights);
    free(config);
    free(metadata);
    free(optimizer);
    return rc;
}

/* Verification: what was built, read as a stranger's file, must say the same of random
 * rows. */

enum { RANDOM_ROWS = 32, RANDOM_POSITIONS = 1 << 18 }; /* at most PREDICTOR_ROWS */

/* Fewer where rows are very long. */
static size_t n_random_rows(const struct facts *facts)
{
    size_t n = RANDOM_POSITIONS / (size_t)facts->maxlen;
    return n < 1 ? 1 : n < RANDOM_ROWS ? n : RANDOM_ROWS;
}

/* Probabilities (n_random_rows, n_labels) of random rows, half of them shorter than the
 * model's. */
static double *judge_rows(const struct predictor *predictor)
{
    const struct facts *facts = &predictor->info.facts;
    size_t maxlen = (size_t)facts->maxlen, n = n_random_rows(facts);
    size_t lengths[RANDOM_ROWS];
    int32_t *ids = xcalloc(n, maxlen * sizeof *ids);
    const int32_t *rows[RANDOM_ROWS];
    double *probabilities = xcalloc(n, (size_t)facts->n_labels * sizeof *probabilities);
    for (size_t r = 0; r < n; r++) {
        struct rng rng = {.seed = 6, .purpose = RNG_TEST, .row = (uint32_t)r};
        rows[r] = ids + r * maxlen;
        lengths[r] = r % 2 ? maxlen : rng_below(&rng, 0, (uint32_t)maxlen + 1);
        for (size_t i = 0; i < lengths[r]; i++)
            ids[r * maxlen + i] = 1 + (int32_t)rng_below(&rng, (uint32_t)i + 1,
                                                         (uint32_t)facts->num_words - 1);
    }
    predictor_worker_judge_ids(predictor->own, rows, lengths, (int)n, probabilities);
    free(ids);
    return probabilities;
}

/* The weights and what they make of random rows, bit for bit. */
static int compare(const struct predictor *predictor, const struct predictor *read)
{
    const struct params *params = model_params(predictor->model);
    double *expected = judge_rows(predictor), *found = judge_rows(read);
    size_t n =
        n_random_rows(&predictor->info.facts) * (size_t)predictor->info.facts.n_labels;
    bool is_same = params->size == model_params(read->model)->size &&
                   !memcmp(predictor->weights, read->weights,
                           params->size * sizeof *read->weights) &&
                   !memcmp(expected, found, n * sizeof *found);
    free(expected);
    free(found);
    return is_same ? OK
                   : fail(ERR_INTERNAL, "%s, read again, gives other probabilities",
                          read->info.path);
}

static int verify(const struct predictor *predictor, const char *path,
                  const struct mapped *bytes)
{
    struct checkpoint_hints hints = {.facts = &predictor->info.facts,
                                     .keras =
                                         keras_hints_of(model_chain(predictor->model))};
    struct checkpoint info = {0};
    struct predictor read = {0};

    int rc = checkpoint_import_bytes(path, &hints, bytes, &info);
    if (!rc)
        rc = predictor_take(&read, &info, "auto");
    if (!rc)
        rc = compare(predictor, &read);
    predictor_release(&read);
    return rc;
}

static int write_verified(const struct predictor *predictor, const char *path,
                          char *bytes, size_t n, char **checked)
{
    const struct mapped written = {bytes, n};
    int rc = verify(predictor, path, &written);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    if (!rc)
        *checked =
            xasprintf("read back as a file of Keras: the same bits on %zu random row%s",
                      n_random_rows(&predictor->info.facts),
                      plural((int64_t)n_random_rows(&predictor->info.facts)));
    free(bytes);
    return rc;
}

/* What Keras 3 has otherwise, or not at all. */
static int check_keras_3(const struct predictor *predictor)
{
    const struct chain_config *chain = model_chain(predictor->model);

    for (int i = 0; i < chain->n_layers; i++)
        if (chain->layer[i].kind == LAYER_RECURRENT &&
            chain->layer[i].recurrent.hard_sigmoid)
            return fail(ERR_USAGE,
                        "%s has Keras 2's hard_sigmoid, clip(0.2 x + 0.5); Keras 3 "
                        "computes clip(x/6 + 0.5) by that name and would predict "
                        "otherwise: the checkpoint itself loads in Keras 2 and tf_keras",
                        predictor->info.path);
    return OK;
}

int export_keras(struct predictor *predictor, const char *path, char **checked)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = check_keras_3(predictor);
    if (!rc)
        rc = build_archive(predictor, &bytes, &n);
    return rc ? rc : write_verified(predictor, path, bytes, n, checked);
}

/* Keras knows weights by the file's name. */
int export_keras3_weights(struct predictor *predictor, const char *path, char **checked)
{
    static const char ending[] = ".weights.h5";
    size_t length = strlen(path), n = 0;
    char *bytes = NULL;
    if (length < strlen(ending) || strcmp(path + length - strlen(ending), ending))
        return fail(ERR_USAGE, "-o %s: Keras loads weights from files named *%s only",
                    path, ending);
    int rc = check_keras_3(predictor);
    if (!rc)
        rc = build_weights(predictor, &bytes, &n);
    return rc ? rc : write_verified(predictor, path, bytes, n, checked);
}
