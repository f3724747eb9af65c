#include "keras/keras.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* KERAS_2: what Keras 2.2.4 to 3 load from HDF5; KERAS_3: what stands in a .keras
 * archive. */
enum keras_dialect { KERAS_2, KERAS_3 };

/* The layers of a model, in the order in which Keras has them. */
struct writing {
    const struct model_config *model;
    enum keras_dialect dialect;
    json_t *layers;
    int n_dropouts;
};

static void set_module(json_t *object, const char *module)
{
    json_object_set_new(object, "module", json_string(module));
    json_object_set_new(object, "registered_name", json_null());
}

static json_t *object_of(const char *class_name, json_t *config)
{
    json_t *object = json_object();
    json_object_set_new(object, "class_name", json_string(class_name));
    json_object_set_new(object, "config", config);
    return object;
}

static json_t *named(const char *name)
{
    json_t *config = json_object();
    json_object_set_new(config, "name", json_string(name));
    return config;
}

static void add_layer(struct writing *writing, const char *class_name, json_t *config)
{
    json_t *layer = object_of(class_name, config);
    if (writing->dialect == KERAS_3)
        set_module(layer, "keras.layers");
    json_array_append_new(writing->layers, layer);
}

/* Keras 2 names the shape otherwise than Keras 3, which reads both in HDF5. */
static void add_input(struct writing *writing)
{
    json_t *config = named("embedding_input");
    json_object_set_new(config,
                        writing->dialect == KERAS_3 ? "batch_shape" : "batch_input_shape",
                        json_pack("[n,i]", writing->model->maxlen));
    json_object_set_new(config, "dtype", json_string("int32"));
    json_object_set_new(config, "sparse", json_false());
    add_layer(writing, "InputLayer", config);
}

static void add_embedding(struct writing *writing)
{
    const struct model_config *model = writing->model;
    json_t *config = named("embedding");
    json_object_set_new(config, "dtype", json_string("float32"));
    json_object_set_new(config, "input_dim", json_integer(model->vocabulary));
    json_object_set_new(config, "output_dim", json_integer(model->embedding));
    json_object_set_new(config, "mask_zero", json_boolean(model->mask));
    add_layer(writing, "Embedding", config);
}

/* Dropout layers are numbered as they come; a rate of 0 makes none. */
static void add_dropout(struct writing *writing, double rate)
{
    if (rate <= 0)
        return;
    char name[32];
    int n = writing->n_dropouts++;
    snprintf(name, sizeof name, n ? "dropout_%d" : "dropout", n);
    json_t *config = named(name);
    json_object_set_new(config, "rate", json_real(rate));
    add_layer(writing, "Dropout", config);
}

static const char *cell_name(const struct model_config *model)
{
    return model->cell == CELL_LSTM ? "lstm" : "gru";
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

/* Layer i is named as its tensors' layer. The object inside Bidirectional needs its
 * module for Keras 3. */
static void add_recurrent(struct writing *writing, int i)
{
    const struct model_config *model = writing->model;
    const char *cell = model->cell == CELL_LSTM ? "LSTM" : "GRU";
    const char *base = model->bidirectional ? "bidirectional" : cell_name(model);
    char *name = i ? xasprintf("%s_%d", base, i) : xstrdup(base);
    if (model->bidirectional) {
        json_t *inner = object_of(cell, cell_config(model, i, cell_name(model)));
        json_t *config = named(name);
        set_module(inner, "keras.layers");
        json_object_set_new(config, "merge_mode", json_string("concat"));
        json_object_set_new(config, "layer", inner);
        add_layer(writing, "Bidirectional", config);
    } else {
        add_layer(writing, cell, cell_config(model, i, name));
    }
    free(name);
}

static void add_head(struct writing *writing)
{
    static const char *const classes[] = {[HEAD_FLATTEN] = "Flatten",
                                          [HEAD_MAX] = "GlobalMaxPooling1D",
                                          [HEAD_MEAN] = "GlobalAveragePooling1D"};
    static const char *const names[] = {[HEAD_FLATTEN] = "flatten",
                                        [HEAD_MAX] = "global_max_pooling1d",
                                        [HEAD_MEAN] = "global_average_pooling1d"};
    enum head_kind head = writing->model->head;
    if (head != HEAD_LAST)
        add_layer(writing, classes[head], named(names[head]));
}

static void add_dense(struct writing *writing, const char *name, int units,
                      const char *activation)
{
    json_t *config = named(name);
    json_object_set_new(config, "units", json_integer(units));
    json_object_set_new(config, "activation", json_string(activation));
    json_object_set_new(config, "use_bias", json_true());
    add_layer(writing, "Dense", config);
}

/* With the InputLayer in front. */
static json_t *layers_of(const struct model_config *model, enum keras_dialect dialect)
{
    struct writing writing = {.model = model, .dialect = dialect, .layers = json_array()};
    bool binary = model->classes == 2;
    add_input(&writing);
    add_embedding(&writing);
    add_dropout(&writing, model->embedding_dropout);
    for (int i = 0; i < model->layers; i++)
        add_recurrent(&writing, i);
    add_head(&writing);
    add_dropout(&writing, model->rnn_dropout);
    if (model->dense) {
        add_dense(&writing, "dense", model->dense, "relu");
        add_dropout(&writing, model->dense_dropout);
    }
    add_dense(&writing, model->dense ? "dense_1" : "dense", binary ? 1 : model->classes,
              binary ? "sigmoid" : "softmax");
    return writing.layers;
}

static char *dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(value);
    if (!text)
        die("a configuration does not fit JSON");
    return text;
}

static json_t *compile_json(const struct model_config *model, const char *optimizer,
                            enum keras_dialect dialect)
{
    const char *loss =
        model->classes == 2 ? "binary_crossentropy" : "sparse_categorical_crossentropy";
    json_t *root = json_object(), *metrics = json_array();
    json_t *settings = json_loads(optimizer, 0, NULL);
    bool is_3 = dialect == KERAS_3;
    if (is_3)
        set_module(settings, "keras.optimizers");
    json_array_append_new(metrics, json_string("accuracy"));
    json_object_set_new(root, is_3 ? "optimizer" : "optimizer_config", settings);
    json_object_set_new(root, "loss", json_string(loss));
    json_object_set_new(root, "metrics", metrics);
    json_object_set_new(root, "weighted_metrics", json_null());
    json_object_set_new(root, "loss_weights", json_null());
    if (!is_3)
        json_object_set_new(root, "sample_weight_mode", json_null());
    return root;
}

char *keras_model_json(const struct model_config *model)
{
    json_t *config = named("sequential");
    json_object_set_new(config, "layers", layers_of(model, KERAS_2));
    return dump(object_of("Sequential", config));
}

char *keras_compile_json(const struct model_config *model, const char *optimizer)
{
    return dump(compile_json(model, optimizer, KERAS_2));
}

char *keras_archive_json(const struct model_config *model, const char *optimizer)
{
    json_t *config = named("sequential");
    json_object_set_new(config, "layers", layers_of(model, KERAS_3));
    json_t *root = object_of("Sequential", config);
    set_module(root, "keras");
    json_object_set_new(root, "build_config",
                        json_pack("{s:[n,i]}", "input_shape", model->maxlen));
    json_object_set_new(root, "compile_config", compile_json(model, optimizer, KERAS_3));
    return dump(root);
}

size_t keras_layer_names(const struct model_config *model, char ***names)
{
    json_t *layers = layers_of(model, KERAS_2);
    size_t n = json_array_size(layers) - 1;
    char **found = xcalloc(n, sizeof *found);
    for (size_t i = 0; i < n; i++) {
        const json_t *config = json_object_get(json_array_get(layers, i + 1), "config");
        found[i] = xstrdup(json_string_value(json_object_get(config, "name")));
    }
    json_decref(layers);
    *names = found;
    return n;
}

/* A recurrent layer's arrays stand below its cell, or that of a direction. */
char *keras_weight_path(const struct tensor *tensor)
{
    static const char *const weights[] = {"kernel", "recurrent_kernel", "bias"};
    const char *slash = strchr(tensor->name, '/');
    const char *weight = slash ? slash + 1 : tensor->name;
    const char *below = "";
    int k = 0;
    if (!strncmp(tensor->layer, "lstm", 4) || !strncmp(tensor->layer, "gru", 3))
        below = "cell/";
    else if (slash)
        below = strncmp(tensor->name, "backward", 8) ? "forward_layer/cell/"
                                                     : "backward_layer/cell/";
    for (int w = 0; w < (int)COUNT_OF(weights); w++)
        if (!strcmp(weight, weights[w]))
            k = *below ? w : w / 2; /* a Dense has no recurrent kernel */
    return xasprintf("/layers/%s/%svars/%d", tensor->layer, below, k);
}
