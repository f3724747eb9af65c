#include "keras/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void keras_set_module(json_t *object, const char *module)
{
    json_object_set_new(object, "module", json_string(module));
    json_object_set_new(object, "registered_name", json_null());
}

json_t *keras_object(const char *class_name, json_t *config)
{
    json_t *object = json_object();

    json_object_set_new(object, "class_name", json_string(class_name));
    json_object_set_new(object, "config", config);
    return object;
}

json_t *keras_named(const char *name)
{
    json_t *config = json_object();

    json_object_set_new(config, "name", json_string(name));
    return config;
}

json_t *keras_layer_object(const struct chain_config *chain,
                           const struct layer_config *layer)
{
    json_t *object = keras_kinds[layer->kind]->write(chain, layer);

    if (layer->frozen)
        json_object_set_new(json_object_get(object, "config"), "trainable", json_false());
    return object;
}

void keras_append(json_t *layers, json_t *layer, enum keras_dialect dialect)
{
    if (dialect == KERAS_3)
        keras_set_module(layer, "keras.layers");
    json_array_append_new(layers, layer);
}

/* Keras 2 names the shape otherwise than Keras 3, which reads both in HDF5. */
static json_t *input_of(const struct chain_config *chain, enum keras_dialect dialect)
{
    json_t *config = keras_named("embedding_input");

    json_object_set_new(config, dialect == KERAS_3 ? "batch_shape" : "batch_input_shape",
                        json_pack("[n,i]", chain->length));
    json_object_set_new(config, "dtype", json_string("int32"));
    json_object_set_new(config, "sparse", json_false());
    return keras_object("InputLayer", config);
}

static json_t *model_of(const struct chain_config *chain, enum keras_dialect dialect)
{
    if (keras_has_branches(chain))
        return keras_functional(chain, input_of(chain, dialect), dialect);

    json_t *config = keras_named("sequential"), *layers = json_array();
    keras_append(layers, input_of(chain, dialect), dialect);
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        keras_append(layers, keras_layer_object(chain, layer), dialect);
    }
    json_object_set_new(config, "layers", layers);
    return keras_object("Sequential", config);
}

static char *dump(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));

    json_decref(value);
    if (!text)
        die("a configuration does not fit JSON");
    return text;
}

static json_t *compile_json(const struct chain_config *chain, const char *optimizer,
                            enum keras_dialect dialect)
{
    static const char *const losses[] = {
        [LOSS_BINARY] = "binary_crossentropy",
        [LOSS_CATEGORICAL] = "sparse_categorical_crossentropy",
        [LOSS_MULTI_LABEL] = "binary_crossentropy",
        [LOSS_SIGMOIDS] = "sparse_categorical_crossentropy",
    };
    _Static_assert(COUNT_OF(losses) == LOSS_KINDS, "a loss has no name");
    const struct layer_config *output = &chain->layer[chain->n_layers - 1];
    json_t *root = json_object(), *settings = json_loads(optimizer, 0, NULL);
    bool is_3 = dialect == KERAS_3, is_multi_label = chain_is_multi_label(chain);

    if (is_3)
        keras_set_module(settings, "keras.optimizers");
    json_object_set_new(root, is_3 ? "optimizer" : "optimizer_config", settings);
    json_object_set_new(root, "loss", json_string(losses[output->output.loss]));
    json_object_set_new(
        root, "metrics",
        json_pack("[s]", is_multi_label ? "binary_accuracy" : "accuracy"));
    json_object_set_new(root, "weighted_metrics", json_null());
    json_object_set_new(root, "loss_weights", json_null());
    if (!is_3)
        json_object_set_new(root, "sample_weight_mode", json_null());
    return root;
}

char *keras_model_json(const struct chain_config *chain)
{
    return dump(model_of(chain, KERAS_2));
}

char *keras_compile_json(const struct chain_config *chain, const char *optimizer)
{
    return dump(compile_json(chain, optimizer, KERAS_2));
}

char *keras_archive_json(const struct chain_config *chain, const char *optimizer)
{
    json_t *root = model_of(chain, KERAS_3);

    keras_set_module(root,
                     keras_has_branches(chain) ? "keras.src.models.functional" : "keras");
    json_object_set_new(root, "build_config",
                        json_pack("{s:[n,i]}", "input_shape", chain->length));
    json_object_set_new(root, "compile_config", compile_json(chain, optimizer, KERAS_3));
    return dump(root);
}

/* Those of attention's layers that have weights, in the order in which Keras lists them:
 * a query before the keys. */
static size_t add_attention_names(const struct chain_config *chain, int i, char **names)
{
    const struct layer_config *layer = &chain->layer[i];
    int first = chain_has_mask(chain, i) ? ATTENTION_SCORE : ATTENTION_HIDDEN;

    if (!layer_attends(layer))
        return 0;
    for (int k = 0; k < ATTENTION_PARTS; k++) {
        enum attention_part part = (enum attention_part)((first + k) % ATTENTION_PARTS);
        names[k] = xstrdup(layer_attention_part(layer, part).name);
    }
    return ATTENTION_PARTS;
}

size_t keras_layer_names(const struct chain_config *chain, char ***names)
{
    char **found =
        xcalloc((size_t)chain->n_layers * (1 + ATTENTION_PARTS), sizeof *found);
    size_t n = 0;

    for (int i = 0; i < chain->n_layers; i++) {
        n += add_attention_names(chain, i, found + n);
        found[n++] = xstrdup(chain->layer[i].name);
    }
    *names = found;
    return n;
}

/* Layers of Dense in front of layer i, those of attention among them. */
static int count_dense(const struct chain_config *chain, int i)
{
    int n = 0;

    for (int k = 0; k < i; k++) {
        const struct layer_config *layer = &chain->layer[k];
        n += layer->kind == LAYER_DENSE;
        if (layer_attends(layer))
            n += chain_has_mask(chain, k) ? 1 : 2;
    }
    return n;
}

/* The name by which Keras 3 knows the layer that has a tensor: by its class. */
static char *place_of(const struct chain_config *chain, const struct tensor *tensor)
{
    const struct layer_config *layer = &chain->layer[tensor->place];
    struct layer_config score = layer_attention_part(layer, ATTENTION_SCORE);
    bool is_score = !strcmp(tensor->layer, score.name);
    bool is_dense = layer->kind == LAYER_DENSE || layer->kind == LAYER_OUTPUT;
    int n = count_dense(chain, tensor->place);

    if (!is_dense && !layer_attends(layer))
        return xstrdup(layer->name);
    if (is_score && chain_has_mask(chain, tensor->place))
        return xstrdup("embedding_1");
    n += is_score && layer_attends(layer);
    return n ? xasprintf("dense_%d", n) : xstrdup("dense");
}

char *keras_weight_path(const struct chain_config *chain, const struct params *params,
                        int tensor)
{
    const struct tensor *tensors = params->tensors;
    const struct layer_config *layer = &chain->layer[tensors[tensor].place];
    const char *below = "";
    int first = tensor;

    while (first > 0 && !strcmp(tensors[first - 1].layer, tensors[tensor].layer))
        first--;
    int number = tensor - first;
    if (keras_kinds[layer->kind]->place)
        below = keras_kinds[layer->kind]->place(layer, number, &number);
    char *place = place_of(chain, &tensors[tensor]);
    char *path = xasprintf("/layers/%s/%svars/%d", place, below, number);
    free(place);
    return path;
}

struct keras_hints keras_hints_of(const struct chain_config *chain)
{
    struct keras_hints hints = {
        .head = MODEL_LAST, .gates = MODEL_GATES, .mask = chain->mask};

    if (chain_is_multi_label(chain))
        hints.outputs = KERAS_OUTPUTS_LABELS;
    else if (chain_has_sigmoids(chain))
        hints.outputs = KERAS_OUTPUTS_CLASSES;
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (layer->kind == LAYER_POOLING && layer->pooling.how < POOLING_KINDS)
            hints.head = (enum model_head)layer->pooling.how;
        else if (layer->kind == LAYER_FLATTEN)
            hints.head = MODEL_FLATTEN;
        else if (layer->kind == LAYER_RECURRENT)
            hints.gates =
                layer->recurrent.hard_sigmoid ? MODEL_HARD_SIGMOID : MODEL_SIGMOID;
    }
    return hints;
}
