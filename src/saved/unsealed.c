/* Checkpoints that another program opened for writing: read with care, sealed again. */
#include "saved/checkpoint_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"
#include "files/h5.h"
#include "saved/contents.h"
#include "saved/ensemble_private.h"

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
        rc = contents_read(&info, &contents);
    if (!rc)
        rc = ensemble_examine(&info);

    text_free(tokenizer);
    contents_release(&contents);
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
    struct checkpoint_bytes *members = NULL;
    char *bytes = NULL;
    size_t n = 0;

    int rc = ensemble_copy_members(info, &members);
    if (!rc)
        rc = contents_image(info, contents, members, &bytes, &n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    ensemble_free_members(info->ensemble.n, members);
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

    int rc = contents_read(info, &contents);
    if (!rc) {
        *result = compare(state, &contents);
        if (*result == CHECKPOINT_CHANGED)
            sealed.state = without_run = state_without_run(state);
        rc = write_contents(&sealed, &contents, path);
    }

    free(without_run);
    json_decref(state);
    contents_release(&contents);
    return rc;
}
