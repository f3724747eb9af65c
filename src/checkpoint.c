#include "rnntrain/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "rnntrain/h5.h"

enum { FORMAT_VERSION = 1 };
static const char keras_version[] = "2.3.1";
static const char best_path[] = "/rnntrain/best";

/* Keras's model_config. */

static json_t *layer_json(const char *class_name, json_t *config)
{
    json_t *layer = json_object();
    json_object_set_new(layer, "class_name", json_string(class_name));
    json_object_set_new(layer, "config", config);
    return layer;
}

static json_t *named(const char *name)
{
    json_t *config = json_object();
    json_object_set_new(config, "name", json_string(name));
    return config;
}

static void add_input(json_t *layers, const struct model_config *model)
{
    json_t *config = named("embedding_input");
    json_object_set_new(config, "batch_input_shape", json_pack("[n,i]", model->maxlen));
    json_object_set_new(config, "dtype", json_string("int32"));
    json_object_set_new(config, "sparse", json_false());
    json_array_append_new(layers, layer_json("InputLayer", config));
}

static void add_embedding(json_t *layers, const struct model_config *model)
{
    json_t *config = named("embedding");
    json_object_set_new(config, "dtype", json_string("float32"));
    json_object_set_new(config, "input_dim", json_integer(model->vocabulary));
    json_object_set_new(config, "output_dim", json_integer(model->embedding));
    json_object_set_new(config, "mask_zero", json_boolean(model->mask));
    json_array_append_new(layers, layer_json("Embedding", config));
}

/* Dropout layers are numbered as they come; a rate of 0 makes none. */
static void add_dropout(json_t *layers, double rate, int *n)
{
    if (rate <= 0)
        return;
    char name[32];
    snprintf(name, sizeof name, *n ? "dropout_%d" : "dropout", *n);
    (*n)++;
    json_t *config = named(name);
    json_object_set_new(config, "rate", json_real(rate));
    json_array_append_new(layers, layer_json("Dropout", config));
}

static json_t *cell_config(const struct model_config *model, int i, const char *name)
{
    bool sequences = i + 1 < model->layers || model->head != HEAD_LAST;
    json_t *config = named(name);
    json_object_set_new(config, "units", json_integer(model->units[i]));
    json_object_set_new(config, "activation", json_string("tanh"));
    json_object_set_new(config, "recurrent_activation",
                        json_string(model->hard_sigmoid ? "hard_sigmoid" : "sigmoid"));
    json_object_set_new(config, "use_bias", json_true());
    json_object_set_new(config, "return_sequences", json_boolean(sequences));
    if (model->cell == CELL_LSTM)
        json_object_set_new(config, "unit_forget_bias", json_true());
    else
        json_object_set_new(config, "reset_after", json_boolean(model->reset_after));
    return config;
}

/* Layer i is named as its first tensor's layer. The object inside Bidirectional needs the
 * keys `module` and `registered_name` for Keras 3. */
static void add_recurrent(json_t *layers, const struct model_config *model,
                          const struct params *params, int i)
{
    int directions = model->bidirectional ? 2 : 1;
    const char *name = params->tensors[1 + 3 * directions * i].layer;
    const char *cell = model->cell == CELL_LSTM ? "LSTM" : "GRU";
    if (!model->bidirectional) {
        json_array_append_new(layers, layer_json(cell, cell_config(model, i, name)));
        return;
    }
    const char *inner_name = model->cell == CELL_LSTM ? "lstm" : "gru";
    json_t *inner = layer_json(cell, cell_config(model, i, inner_name));
    json_object_set_new(inner, "module", json_string("keras.layers"));
    json_object_set_new(inner, "registered_name", json_null());
    json_t *config = named(name);
    json_object_set_new(config, "merge_mode", json_string("concat"));
    json_object_set_new(config, "layer", inner);
    json_array_append_new(layers, layer_json("Bidirectional", config));
}

static void add_head(json_t *layers, const struct model_config *model)
{
    if (model->head == HEAD_FLATTEN)
        json_array_append_new(layers, layer_json("Flatten", named("flatten")));
    if (model->head == HEAD_MAX)
        json_array_append_new(
            layers, layer_json("GlobalMaxPooling1D", named("global_max_pooling1d")));
    if (model->head == HEAD_MEAN)
        json_array_append_new(layers, layer_json("GlobalAveragePooling1D",
                                                 named("global_average_pooling1d")));
}

static void add_dense(json_t *layers, const char *name, int units, const char *activation)
{
    json_t *config = named(name);
    json_object_set_new(config, "units", json_integer(units));
    json_object_set_new(config, "activation", json_string(activation));
    json_object_set_new(config, "use_bias", json_true());
    json_array_append_new(layers, layer_json("Dense", config));
}

static json_t *model_layers(const struct model_config *model, const struct params *params)
{
    json_t *layers = json_array();
    bool binary = model->classes == 2;
    int n_dropouts = 0;
    add_input(layers, model);
    add_embedding(layers, model);
    add_dropout(layers, model->embedding_dropout, &n_dropouts);
    for (int i = 0; i < model->layers; i++)
        add_recurrent(layers, model, params, i);
    add_head(layers, model);
    add_dropout(layers, model->rnn_dropout, &n_dropouts);
    if (model->dense) {
        add_dense(layers, "dense", model->dense, "relu");
        add_dropout(layers, model->dense_dropout, &n_dropouts);
    }
    add_dense(layers, model->dense ? "dense_1" : "dense", binary ? 1 : model->classes,
              binary ? "sigmoid" : "softmax");
    return layers;
}

static char *dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(value);
    if (!text)
        die("a configuration does not fit JSON");
    return text;
}

static char *model_json(json_t *layers)
{
    json_t *config = named("sequential");
    json_object_set(config, "layers", layers);
    return dump(layer_json("Sequential", config));
}

static char *training_json(const struct model_config *model, const char *optimizer)
{
    const char *loss =
        model->classes == 2 ? "binary_crossentropy" : "sparse_categorical_crossentropy";
    json_t *root = json_object(), *metrics = json_array();
    json_array_append_new(metrics, json_string("accuracy"));
    json_object_set_new(root, "optimizer_config", json_loads(optimizer, 0, NULL));
    json_object_set_new(root, "loss", json_string(loss));
    json_object_set_new(root, "metrics", metrics);
    json_object_set_new(root, "weighted_metrics", json_null());
    json_object_set_new(root, "sample_weight_mode", json_null());
    json_object_set_new(root, "loss_weights", json_null());
    return dump(root);
}

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
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
    free(group);
}

static void write_weights(struct h5 *file, json_t *layers, const struct params *params,
                          const float *weights)
{
    size_t n = json_array_size(layers) - 1; /* without the InputLayer */
    char **names = xcalloc(n, sizeof *names);
    h5_make_group(file, "/model_weights");
    for (size_t i = 0; i < n; i++) {
        const json_t *config = json_object_get(json_array_get(layers, i + 1), "config");
        names[i] = xstrdup(json_string_value(json_object_get(config, "name")));
        write_layer(file, names[i], params, weights);
    }
    h5_attribute_texts(file, "/model_weights", "layer_names", n, names);
    h5_attribute_text(file, "/model_weights", "backend", "tensorflow");
    h5_attribute_text(file, "/model_weights", "keras_version", keras_version);
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static void write_keras_part(struct h5 *file, const struct model_config *model,
                             const char *optimizer, const struct params *params,
                             const float *weights)
{
    json_t *layers = model_layers(model, params);
    char *model_text = model_json(layers), *training = training_json(model, optimizer);
    h5_attribute_text(file, "/", "keras_version", keras_version);
    h5_attribute_text(file, "/", "backend", "tensorflow");
    h5_attribute_text(file, "/", "model_config", model_text);
    h5_attribute_text(file, "/", "training_config", training);
    write_weights(file, layers, params, weights);
    json_decref(layers);
    free(model_text);
    free(training);
}

static void write_own_part(struct h5 *file, const struct checkpoint *info,
                           size_t n_weights, const float *const *slots)
{
    char path[48];
    h5_make_group(file, "/rnntrain");
    h5_attribute_int(file, "/rnntrain", "format_version", FORMAT_VERSION);
    h5_attribute_int(file, "/rnntrain", "num_words", info->data.num_words);
    h5_attribute_int(file, "/rnntrain", "maxlen", info->data.maxlen);
    h5_attribute_int(file, "/rnntrain", "pad_pre", info->data.pad_pre);
    h5_attribute_int(file, "/rnntrain", "truncate_pre", info->data.truncate_pre);
    h5_write_text(file, "/rnntrain/config", info->config);
    h5_write_text(file, "/rnntrain/state", info->state);
    h5_write_text(file, "/rnntrain/provenance", info->provenance);
    h5_write_text(file, "/rnntrain/tokenizer", info->data.tokenizer);
    h5_write_strings(file, "/rnntrain/labels", (size_t)info->data.n_labels,
                     info->data.labels);
    h5_attribute_int(file, "/rnntrain", "n_slots", info->n_slots);
    for (int i = 0; i < info->n_slots; i++) {
        snprintf(path, sizeof path, "/rnntrain/optimizer/slot_%d", i);
        h5_write(file, path, H5_FLOAT32, 1, &n_weights, slots[i], false);
    }
    if (info->best)
        h5_write(file, best_path, H5_FLOAT32, 1, &n_weights, info->best, false);
}

int checkpoint_image(const struct checkpoint *info, const struct model_config *model,
                     const char *optimizer, const struct params *params,
                     const float *weights, const float *const *slots, char **bytes,
                     size_t *n)
{
    struct h5 *file = h5_create();
    write_keras_part(file, model, optimizer, params, weights);
    write_own_part(file, info, params->size, slots);
    return h5_image(file, bytes, n);
}

/* Reading. */

static int read_int(struct h5 *file, const char *name, int64_t least, int64_t most,
                    int *value)
{
    int64_t number = 0;
    int rc = h5_read_attribute_int(file, "/rnntrain", name, &number);
    if (!rc && (number < least || number > most))
        rc = fail(
            ERR_FORMAT, "%s: attribute %s of /rnntrain is %lld, expected %lld to %lld",
            h5_path(file), name, (long long)number, (long long)least, (long long)most);
    if (!rc)
        *value = (int)number;
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

static int read_info(struct h5 *file, struct checkpoint *info)
{
    int pad_pre = 0, truncate_pre = 0, rc = check_version(file);
    size_t n_labels = 0;
    if (!rc)
        rc = read_int(file, "num_words", 2, INT32_MAX, &info->data.num_words);
    if (!rc)
        rc = read_int(file, "maxlen", 1, 1 << 20, &info->data.maxlen);
    if (!rc)
        rc = read_int(file, "pad_pre", 0, 1, &pad_pre);
    if (!rc)
        rc = read_int(file, "truncate_pre", 0, 1, &truncate_pre);
    if (!rc)
        rc = read_int(file, "n_slots", 0, CHECKPOINT_MAX_SLOTS, &info->n_slots);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/config", &info->config);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/state", &info->state);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/provenance", &info->provenance);
    if (!rc)
        rc = h5_read_text(file, "/rnntrain/tokenizer", &info->data.tokenizer);
    if (!rc)
        rc = h5_read_strings(file, "/rnntrain/labels", &n_labels, &info->data.labels);
    info->data.n_labels = (int)n_labels;
    if (!rc && (n_labels < 2 || n_labels > 65536))
        rc =
            fail(ERR_FORMAT, "%s: /rnntrain/labels names %zu classes, expected 2 or more",
                 h5_path(file), n_labels);
    if (!rc) {
        info->data.pad_pre = pad_pre;
        info->data.truncate_pre = truncate_pre;
        info->data.id_bytes = info->data.num_words <= 65536 ? 2 : 4;
    }
    return rc;
}

int checkpoint_open(const char *path, struct checkpoint *result)
{
    struct checkpoint info = {.path = xstrdup(path), .data.path = xstrdup(path)};
    int rc = h5_open(path, &info.data.file);
    if (!rc)
        rc = read_info(info.data.file, &info);
    if (rc) {
        checkpoint_release(&info);
        return rc;
    }
    *result = info;
    return OK;
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
    int rc =
        h5_read(info->data.file, path, H5_FLOAT32, tensor->n_dims, tensor->shape, to);
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
    for (int i = 0; i < params->n_tensors && !rc; i++)
        rc = load_tensor(info, &params->tensors[i], weights);
    for (int i = 0; i < info->n_slots && slots && !rc; i++) {
        snprintf(path, sizeof path, "/rnntrain/optimizer/slot_%d", i);
        rc = h5_read(info->data.file, path, H5_FLOAT32, 1, &params->size, slots[i]);
        if (!rc)
            rc = check_finite(info->path, path, slots[i], params->size);
    }
    return rc;
}

int checkpoint_load_best(const struct checkpoint *info, const struct params *params,
                         float *weights)
{
    int rc = h5_read(info->data.file, best_path, H5_FLOAT32, 1, &params->size, weights);
    return rc ? rc : check_finite(info->path, best_path, weights, params->size);
}

void checkpoint_release(struct checkpoint *info)
{
    dataset_release(&info->data);
    free(info->path);
    free(info->config);
    free(info->state);
    free(info->provenance);
    *info = (struct checkpoint){0};
}
