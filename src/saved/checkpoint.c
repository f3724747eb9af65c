#include "saved/checkpoint_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/h5.h"
#include "keras/keras.h"

enum { FORMAT_VERSION = 1 };
static const char keras_version[] = "2.3.1";
static const char best_path[] = "/rnntrain/best";

/* Writing. */

static char *tensor_path(const struct tensor *tensor)
{
    return xasprintf("/model_weights/%s/%s/%s:0", tensor->layer, tensor->layer,
                     tensor->name);
}

/* The group of one layer: its tensors and the list of their names. */
static void write_layer(struct h5 *file, const char *layer, const struct params *params,
                        const float *weights)
{
    char *group = xasprintf("/model_weights/%s", layer);
    char **names = xcalloc((size_t)params->n_tensors, sizeof *names);
    size_t n = 0;
    h5_make_group(file, group);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (strcmp(tensor->layer, layer))
            continue;
        char *path = tensor_path(tensor);
        h5_write(file, path, H5_FLOAT32, tensor->n_dims, tensor->shape,
                 weights + tensor->offset, false);
        names[n++] = xasprintf("%s/%s:0", layer, tensor->name);
        free(path);
    }
    h5_attribute_texts(file, group, "weight_names", n, names);
    h5_free_texts(n, names);
    free(group);
}

static void write_weights(struct h5 *file, const struct chain_config *chain,
                          const struct params *params, const float *weights)
{
    char **names = NULL;
    size_t n = keras_layer_names(chain, &names);
    h5_make_group(file, "/model_weights");
    for (size_t i = 0; i < n; i++)
        write_layer(file, names[i], params, weights);
    h5_attribute_texts(file, "/model_weights", "layer_names", n, names);
    h5_attribute_text(file, "/model_weights", "backend", "tensorflow");
    h5_attribute_text(file, "/model_weights", "keras_version", keras_version);
    h5_free_texts(n, names);
}

static void write_keras_part(struct h5 *file, const struct chain_config *chain,
                             const char *optimizer, const struct params *params,
                             const float *weights)
{
    char *model_text = keras_model_json(chain);
    char *training = keras_compile_json(chain, optimizer);
    h5_attribute_text(file, "/", "keras_version", keras_version);
    h5_attribute_text(file, "/", "backend", "tensorflow");
    h5_attribute_text(file, "/", "model_config", model_text);
    h5_attribute_text(file, "/", "training_config", training);
    write_weights(file, chain, params, weights);
    free(model_text);
    free(training);
}

static void write_own_part(struct h5 *file, const struct checkpoint *info,
                           size_t n_weights, const float *const *slots)
{
    char path[48];
    h5_make_group(file, "/rnntrain");
    h5_attribute_int(file, "/rnntrain", "format_version", FORMAT_VERSION);
    facts_write(file, FACTS_IN_CHECKPOINT, &info->facts);
    h5_write_text(file, "/rnntrain/config", info->config);
    h5_write_text(file, "/rnntrain/state", info->state);
    h5_write_text(file, "/rnntrain/provenance", info->provenance);
    h5_write_text(file, "/rnntrain/tokenizer", info->tokenizer ? info->tokenizer : "");
    facts_write_labels(file, FACTS_IN_CHECKPOINT, &info->facts);
    h5_attribute_int(file, "/rnntrain", "n_slots", info->n_slots);
    for (int i = 0; i < info->n_slots; i++) {
        snprintf(path, sizeof path, "/rnntrain/optimizer/slot_%d", i);
        h5_write(file, path, H5_FLOAT32, 1, &n_weights, slots[i], false);
    }
    if (info->best)
        h5_write(file, best_path, H5_FLOAT32, 1, &n_weights, info->best, false);
}

int checkpoint_image(const struct checkpoint *info, const struct chain_config *chain,
                     const char *optimizer, const struct params *params,
                     const float *weights, const float *const *slots, char **bytes,
                     size_t *n)
{
    struct h5 *file = h5_create();

    write_keras_part(file, chain, optimizer, params, weights);
    write_own_part(file, info, params->size, slots);
    return h5_image(file, bytes, n);
}

/* Reading. */

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
        return fail(ERR_FORMAT, "%s: not a checkpoint of rnntrain", h5_path(file));
    int rc = h5_read_attribute_int(file, "/rnntrain", "format_version", &version);
    if (!rc && version != FORMAT_VERSION)
        rc = fail(ERR_FORMAT,
                  "%s: checkpoint version %lld, this program reads %d: update rnntrain",
                  h5_path(file), (long long)version, FORMAT_VERSION);
    return rc;
}

/* A model of Keras that came without a tokenizer has an empty text. */
static int read_tokenizer(struct h5 *file, char **tokenizer)
{
    int rc = h5_read_text(file, "/rnntrain/tokenizer", tokenizer);
    if (!rc && !**tokenizer) {
        free(*tokenizer);
        *tokenizer = NULL;
    }
    return rc;
}

static int read_info(struct h5 *file, struct checkpoint *info)
{
    int rc = check_version(file);
    if (!rc)
        rc = facts_read(file, FACTS_IN_CHECKPOINT, &info->facts);
    if (!rc)
        rc = read_n_slots(file, &info->n_slots);

    if (!rc)
        rc = h5_read_text(file, "/rnntrain/config", &info->config);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/state", &info->state);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/provenance", &info->provenance);
    return rc ? rc : read_tokenizer(file, &info->tokenizer);
}

int checkpoint_open_bytes(const char *path, const char *bytes, size_t n,
                          struct checkpoint *result)
{
    struct checkpoint info = {.path = xstrdup(path)};
    int rc = h5_open_bytes(path, bytes, n, &info.file);
    if (!rc)
        rc = read_info(info.file, &info);
    if (rc) {
        checkpoint_release(&info);
        return rc;
    }
    *result = info;
    return OK;
}

int checkpoint_open(const char *path, struct checkpoint *info)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = file_read(path, &bytes, &n);
    if (!rc)
        rc = checkpoint_open_bytes(path, bytes, n, info);
    free(bytes);
    return rc;
}

static int check_finite(const char *path, const char *array, const float *values,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return fail(
                ERR_FORMAT,
                "%s: %s: element %zu is not a finite number; use an older checkpoint",
                path, array, i);
    return OK;
}

static int load_tensor(const struct checkpoint *info, const struct tensor *tensor,
                       float *weights)
{
    char *path = tensor_path(tensor);
    float *to = weights + tensor->offset;
    int rc = h5_read(info->file, path, H5_FLOAT32, tensor->n_dims, tensor->shape, to);
    if (!rc)
        rc = check_finite(info->path, path, to, tensor->size);
    free(path);
    return rc;
}

int checkpoint_load(const struct checkpoint *info, const struct params *params,
                    float *weights, float *const *slots)
{
    int rc = OK;
    char path[48];
    if (info->keras)
        return checkpoint_load_imported(info, params, weights, slots);
    for (int i = 0; i < params->n_tensors && !rc; i++)
        rc = load_tensor(info, &params->tensors[i], weights);
    for (int i = 0; i < info->n_slots && slots && !rc; i++) {
        snprintf(path, sizeof path, "/rnntrain/optimizer/slot_%d", i);
        rc = h5_read(info->file, path, H5_FLOAT32, 1, &params->size, slots[i]);
        if (!rc)
            rc = check_finite(info->path, path, slots[i], params->size);
    }
    return rc;
}

int checkpoint_load_best(const struct checkpoint *info, const struct params *params,
                         float *weights)
{
    int rc = h5_read(info->file, best_path, H5_FLOAT32, 1, &params->size, weights);
    return rc ? rc : check_finite(info->path, best_path, weights, params->size);
}

int checkpoint_tokenizer(const struct checkpoint *info, struct text_tokenizer **tokenizer)
{
    *tokenizer = NULL;
    if (!info->tokenizer)
        return OK;
    return facts_tokenizer(&info->facts, info->tokenizer, info->path, tokenizer);
}

void checkpoint_close(struct checkpoint *info)
{
    h5_close(info->file);
    info->file = NULL;
}

void checkpoint_release(struct checkpoint *info)
{
    checkpoint_close(info);
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
