#include "saved/checkpoint_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/ngrams_file.h"
#include "files/file.h"
#include "files/h5.h"
#include "model/model.h"
#include "saved/decision.h"
#include "saved/ensemble_private.h"
#include "saved/record.h"

enum { MOST_CONFIG = 1 << 20 }; /* bytes; some fifty options have 2,000 */

static int read_n_slots(struct h5 *file, int *n_slots)
{
    int64_t n = 0;
    int rc = h5_read_attribute_int(file, "/rnntrain", "n_slots", &n);
    if (!rc && (n < 0 || n > CHECKPOINT_MAX_SLOTS))
        rc = fail(ERR_FORMAT,
                  "%s: attribute n_slots of /rnntrain is %lld, expected 0 to %d",
                  h5_path(file), (long long)n, CHECKPOINT_MAX_SLOTS);
    if (!rc)
        *n_slots = (int)n;
    return rc;
}

static int check_version(struct h5 *file)
{
    int64_t version = 0;
    if (!h5_exists(file, "/rnntrain/config"))
        return fail(ERR_FORMAT, "%s: not a checkpoint of rnntrain%s", h5_path(file),
                    h5_has_attribute(file, "/", "format")
                        ? ", but a data set; a model is a run's folder or its best.h5"
                        : "");

    int rc = h5_read_attribute_int(file, "/rnntrain", "format_version", &version);
    if (!rc && version != CHECKPOINT_FORMAT_VERSION)
        rc = fail(ERR_FORMAT,
                  "%s: checkpoint version %lld, this program reads %d: update rnntrain",
                  h5_path(file), (long long)version, CHECKPOINT_FORMAT_VERSION);
    return rc;
}

/* A model of Keras that came without a tokenizer has an empty text. */
static int read_tokenizer(struct h5 *file, char **tokenizer)
{
    int rc = h5_read_text(file, "/rnntrain/tokenizer", H5_MOST_TEXT, tokenizer);
    if (!rc && !**tokenizer) {
        free(*tokenizer);
        *tokenizer = NULL;
    }
    return rc;
}

static int read_n_ngrams(struct h5 *file, int *n)
{
    size_t n_ngrams = 0;
    int rc = ngrams_read_size(file, CHECKPOINT_NGRAMS, &n_ngrams);

    if (!rc)
        *n = (int)n_ngrams;
    return rc;
}

int checkpoint_read_one(struct h5 *file, struct checkpoint *info)
{
    int rc = check_version(file);
    if (!rc)
        rc = facts_read(file, FACTS_IN_CHECKPOINT, &info->facts);
    if (!rc && info->facts.has_ngrams)
        rc = read_n_ngrams(file, &info->facts.n_ngrams);
    if (!rc)
        rc = read_n_slots(file, &info->n_slots);

    if (!rc)
        rc = h5_read_text(file, "/rnntrain/config", MOST_CONFIG, &info->config);
    if (!rc)
        rc = record_check_classifier(info->config, h5_path(file));
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/state", H5_MOST_JSON, &info->state);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/provenance", H5_MOST_JSON, &info->provenance);
    return rc ? rc : read_tokenizer(file, &info->tokenizer);
}

/* Of one model, or of several as one. */
static int read_decision(struct h5 *file, struct checkpoint *info)
{
    char *json = NULL;
    if (!h5_exists(file, DECISION_PATH))
        return OK;

    int rc = h5_read_text(file, DECISION_PATH, H5_MOST_JSON, &json);
    if (!rc)
        rc = decision_read(json, &info->facts, h5_path(file), &info->ensemble.decision);
    free(json);
    return rc;
}

int checkpoint_read_info(struct h5 *file, struct checkpoint *info)
{
    int rc = checkpoint_read_one(file, info);
    if (!rc)
        rc = ensemble_read(file, info);
    return rc ? rc : read_decision(file, info);
}

/* Takes the file over. */
static int read_opened(struct h5 *file, struct checkpoint *result)
{
    struct checkpoint info = {.path = xstrdup(h5_path(file)), .file = file};
    int rc = checkpoint_read_info(file, &info);
    if (!rc) {
        *result = info;
        return OK;
    }
    rc = h5_believe(file, rc);
    checkpoint_release(&info);
    return rc;
}

int checkpoint_open(const char *path, struct checkpoint *info)
{
    struct h5 *file = NULL;
    int rc = h5_open(path, &file);
    return rc ? rc : read_opened(file, info);
}

int checkpoint_open_in(const struct directory *directory, const char *name,
                       struct checkpoint *info)
{
    struct h5 *file = NULL;
    int rc = h5_open_in(directory, name, &file);
    return rc ? rc : read_opened(file, info);
}

int checkpoint_open_ahead(const struct directory *directory, const char *name,
                          size_t most, struct checkpoint *info)
{
    struct h5 *file = NULL;
    int rc = h5_open_ahead(directory, name, most, &file);
    return rc ? rc : read_opened(file, info);
}

int checkpoint_believe(const struct checkpoint *info, int rc)
{
    return h5_believe(info->file, rc);
}

/* n: all are finite. Block by block, which vectors do. */
static size_t first_nonfinite(const float *values, size_t n)
{
    enum { BLOCK = 1024 };
    size_t i = 0;

    for (bool all = true; all && n - i >= BLOCK; i += all ? BLOCK : 0) {
        int bad = 0;
        for (size_t k = 0; k < BLOCK; k++)
            bad |= !isfinite(values[i + k]);
        all = !bad;
    }
    while (i < n && isfinite(values[i]))
        i++;
    return i;
}

static int check_finite(const char *path, const char *array, const float *values,
                        size_t n)
{
    size_t i = first_nonfinite(values, n);
    return i == n ? OK
                  : fail(ERR_FORMAT,
                         "%s: %s: element %zu is not a finite number; use an older "
                         "checkpoint",
                         path, array, i);
}

static int check_arrays(const struct checkpoint *info, const struct params *params)
{
    int rc = OK;

    for (int i = 0; i < params->n_tensors && !rc; i++) {
        const struct tensor *tensor = &params->tensors[i];
        char *path = checkpoint_tensor_path(tensor);
        rc = h5_check(info->file, path, H5_FLOAT32, tensor->n_dims, tensor->shape);
        free(path);
    }
    return rc;
}

int checkpoint_check_model(const struct checkpoint *info,
                           const struct model_options *options)
{
    struct chain_config chain;
    struct params params = {0};
    if (!info->file) /* of Keras: it was made of its arrays */
        return OK;

    int rc = model_options_chain(options, &info->facts, &chain);
    if (rc)
        return rc;

    model_tensors(&chain, &params);
    rc = check_arrays(info, &params);
    params_release(&params);
    return rc;
}

static int load_tensor(const struct checkpoint *info, const struct tensor *tensor,
                       float *weights)
{
    char *path = checkpoint_tensor_path(tensor);
    float *to = weights + tensor->offset;
    int rc = h5_read(info->file, path, H5_FLOAT32, tensor->n_dims, tensor->shape, to);
    if (!rc)
        rc = check_finite(info->path, path, to, tensor->size);
    free(path);
    return rc;
}

static int load_slot(const struct checkpoint *info, int i, size_t n, float *slot)
{
    char *path = checkpoint_slot_path(i);
    int rc = h5_read(info->file, path, H5_FLOAT32, 1, &n, slot);
    if (!rc)
        rc = check_finite(info->path, path, slot, n);
    free(path);
    return rc;
}

int checkpoint_load(const struct checkpoint *info, const struct params *params,
                    float *weights, float *const *slots)
{
    int rc = OK;
    if (info->keras)
        return checkpoint_load_imported(info, params, weights, slots);

    for (int i = 0; i < params->n_tensors && !rc; i++)
        rc = load_tensor(info, &params->tensors[i], weights);
    for (int i = 0; i < info->n_slots && slots && !rc; i++)
        rc = load_slot(info, i, params->size, slots[i]);
    return rc;
}

static int load_flat(const struct checkpoint *info, const struct params *params,
                     const char *path, float *weights)
{
    int rc = h5_read(info->file, path, H5_FLOAT32, 1, &params->size, weights);
    return rc ? rc : check_finite(info->path, path, weights, params->size);
}

int checkpoint_load_best(const struct checkpoint *info, const struct params *params,
                         float *weights)
{
    return load_flat(info, params, CHECKPOINT_BEST, weights);
}

int checkpoint_load_trained(const struct checkpoint *info, const struct params *params,
                            float *weights)
{
    return load_flat(info, params, CHECKPOINT_TRAINED, weights);
}

int checkpoint_tokenizer(const struct checkpoint *info, struct text_tokenizer **tokenizer)
{
    *tokenizer = NULL;
    if (!info->tokenizer)
        return OK;
    return facts_tokenizer(&info->facts, info->tokenizer, info->path, tokenizer);
}

int checkpoint_check_words(const struct checkpoint *info, const struct dataset *data)
{
    struct text_tokenizer *known = NULL;
    if (info->tokenizer && data->tokenizer && !strcmp(info->tokenizer, data->tokenizer))
        return OK;

    int rc = checkpoint_tokenizer(info, &known);
    if (!rc)
        rc = dataset_check_words(data, known, info->path);
    text_free(known);
    return rc;
}

const struct checkpoint *checkpoint_with_ngrams(const struct checkpoint *info)
{
    if (info->facts.has_ngrams)
        return info;
    for (int i = 0; i < info->ensemble.n - 1; i++)
        if (info->members[i].facts.has_ngrams)
            return &info->members[i];
    return NULL;
}

int checkpoint_ngrams(const struct checkpoint *info, struct ngrams *ngrams)
{
    return ngrams_read(info->file, CHECKPOINT_NGRAMS, ngrams);
}

void checkpoint_close(struct checkpoint *info)
{
    for (int i = 0; i < info->ensemble.n - 1; i++)
        checkpoint_close(&info->members[i]);
    h5_close(info->file);
    info->file = NULL;
}

void checkpoint_release(struct checkpoint *info)
{
    checkpoint_close(info);
    for (int i = 0; i < info->ensemble.n - 1; i++)
        checkpoint_release(&info->members[i]);
    free(info->members);
    ensemble_config_release(&info->ensemble);
    facts_release(&info->facts);
    if (info->keras)
        keras_model_release(info->keras);
    free(info->keras);

    free(info->path);
    free(info->tokenizer);
    free(info->config);
    free(info->state);
    free(info->provenance);
    *info = (struct checkpoint){0};
}
