/* Checkpoints that another program opened for writing: read with care, sealed again. */
#include "saved/checkpoint_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"
#include "files/h5.h"
#include "model/model.h"
#include "saved/record.h"

/* All numbers of a checkpoint. */
struct contents {
    struct record record;
    struct model *model; /* for the shapes of its weights */
    float *weights, *slots[CHECKPOINT_MAX_SLOTS];
    float *best; /* NULL: none stand beside the model's */
    struct ngrams ngrams;
};

static void release(struct contents *contents)
{
    model_free(contents->model);
    free(contents->weights);
    free(contents->best);
    ngrams_release(&contents->ngrams);
    for (int i = 0; i < CHECKPOINT_MAX_SLOTS; i++)
        free(contents->slots[i]);
    *contents = (struct contents){0};
}

static int read_model(const struct checkpoint *info, struct contents *contents)
{
    const struct kernels *kernels = NULL;
    const struct record_source source = {info->path, info->provenance};
    struct chain_config chain;

    int rc = kernels_select("baseline", &kernels);
    if (!rc)
        rc = record_read(info->config, &source, &contents->record);
    if (!rc)
        rc = checkpoint_check_model(info, &contents->record.model);
    if (!rc)
        rc = model_options_chain(&contents->record.model, &info->facts, &chain);
    return rc ? rc : model_new_evaluator(&chain, kernels, 1, &contents->model);
}

static int read_contents(const struct checkpoint *info, struct contents *contents)
{
    int rc = read_model(info, contents);
    if (rc)
        return rc;

    const struct params *params = model_params(contents->model);
    contents->weights = xcalloc(params->size, sizeof *contents->weights);
    for (int i = 0; i < info->n_slots; i++)
        contents->slots[i] = xcalloc(params->size, sizeof *contents->weights);

    rc = checkpoint_load(info, params, contents->weights, contents->slots);
    if (!rc && info->facts.has_ngrams)
        rc = checkpoint_ngrams(info, &contents->ngrams);
    if (rc || !h5_exists(info->file, CHECKPOINT_BEST))
        return rc;
    contents->best = xcalloc(params->size, sizeof *contents->weights);
    return checkpoint_load_best(info, params, contents->best);
}

static int check_object(const struct checkpoint *info, const char *name, const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    bool is_object = json_is_object(root);
    json_decref(root);
    if (is_object)
        return OK;
    return fail(ERR_FORMAT, "%s: /rnntrain/%s is no JSON object", info->path, name);
}

/* In a child process: reads and checks all that is in it. */
static int examine(struct h5 *file)
{
    struct checkpoint info = {.path = xstrdup(h5_path(file)), .file = file};
    struct contents contents = {.weights = NULL};
    struct text_tokenizer *tokenizer = NULL;

    int rc = checkpoint_read_info(file, &info);
    if (!rc)
        rc = check_object(&info, "state", info.state);
    if (!rc)
        rc = check_object(&info, "provenance", info.provenance);
    if (!rc)
        rc = checkpoint_tokenizer(&info, &tokenizer);
    if (!rc)
        rc = read_contents(&info, &contents);

    text_free(tokenizer);
    release(&contents);
    info.file = NULL; /* the caller's */
    checkpoint_release(&info);
    return rc;
}

int checkpoint_open_unsealed(const char *path, const char *bytes, size_t n,
                             struct checkpoint *result)
{
    struct checkpoint info = {.path = xstrdup(path), .is_unsealed = true};
    int rc = h5_open_unsealed(path, bytes, n, examine, &info.file);
    if (!rc)
        rc = checkpoint_read_info(info.file, &info);

    if (rc) {
        checkpoint_release(&info);
        return rc;
    }
    *result = info;
    return OK;
}

static uint64_t hash_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? strtoull(text, NULL, 16) : 0;
}

/* The state has the hashes of the best weights, which stand beside the model's where they
 * are others, and at the end of an epoch of the model's. */
static enum checkpoint_sealed compare(const json_t *state,
                                      const struct contents *contents)
{
    const struct params *params = model_params(contents->model);
    const json_t *history = json_object_get(state, "history");
    const json_t *last = json_array_get(history, json_array_size(history) - 1);
    bool within_epoch = json_integer_value(json_object_get(state, "batch")) != 0;
    uint64_t best = hash_in(state, "best_weights");
    uint64_t weights = params_hash(params, (const real *)contents->weights);
    bool is_last = last && !within_epoch && weights == hash_in(last, "weights");

    if (contents->best && best != params_hash(params, (const real *)contents->best))
        return CHECKPOINT_CHANGED;
    if (is_last || (!contents->best && best == weights))
        return CHECKPOINT_AS_RECORDED;
    if ((contents->best || best == 0) && (within_epoch || !last))
        return CHECKPOINT_NOT_RECORDED;
    return CHECKPOINT_CHANGED;
}

/* Of a model that was changed its steps are left, which its moments have seen, and the
 * data. */
static char *state_without_run(const json_t *state)
{
    json_t *kept = json_object();
    static const char *const keys[] = {"data", "step", "moments_steps"};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        json_object_set(kept, keys[i], json_object_get(state, keys[i]));

    char *text = json_dumps(kept, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(kept);
    return text;
}

static int write_contents(const struct checkpoint *info, const struct contents *contents,
                          const char *path)
{
    char *optimizer = keras_optimizer_json(&contents->record.optim);
    char *bytes = NULL;
    size_t n = 0;
    const float *slots[CHECKPOINT_MAX_SLOTS] = {contents->slots[0], contents->slots[1]};
    const struct checkpoint_model model = {.chain = model_chain(contents->model),
                                           .optimizer = optimizer,
                                           .params = model_params(contents->model),
                                           .weights = contents->weights,
                                           .slots = slots,
                                           .best = contents->best,
                                           .ngrams = &contents->ngrams};

    int rc = checkpoint_image(info, &model, &bytes, &n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    free(optimizer);
    free(bytes);
    return rc;
}

int checkpoint_seal(const struct checkpoint *info, const char *path,
                    enum checkpoint_sealed *result)
{
    struct contents contents = {.weights = NULL};
    struct checkpoint sealed = *info;
    json_t *state = json_loads(info->state, 0, NULL);
    char *without_run = NULL;

    int rc = read_contents(info, &contents);
    if (!rc) {
        *result = compare(state, &contents);
        if (*result == CHECKPOINT_CHANGED)
            sealed.state = without_run = state_without_run(state);
        rc = write_contents(&sealed, &contents, path);
    }

    free(without_run);
    json_decref(state);
    release(&contents);
    return rc;
}
