#include "keras/private.h"

#include "keras/dense.h"
#include "keras/elementwise.h"

#include <stdlib.h>
#include <string.h>

/* Layers become parts, each read by its kind. What stands between them is looked at here:
 * the input, an activation that is a layer of its own, which Dense is the output. */

int keras_no_classifier(const struct keras_reading *reading)
{
    return fail(ERR_FORMAT,
                "%s: a model of %zu layers without an Embedding and a Dense: rnntrain "
                "has classifiers of text",
                keras_source(reading), reading->n_layers);
}

int keras_add_part(struct keras_reading *reading, const struct keras_layer *layer,
                   enum layer_kind kind, struct keras_part **part)
{
    if (reading->n_parts == CHAIN_MOST_LAYERS)
        return keras_refuse(reading, layer, "is one layer more than %d",
                            CHAIN_MOST_LAYERS);

    *part = &reading->parts[reading->n_parts++];
    **part = (struct keras_part){.config.kind = kind, .layer = layer};
    return OK;
}

const struct keras_part *keras_part_below(const struct keras_reading *reading,
                                          const struct keras_part *part)
{
    do
        part--;
    while (part > reading->parts && part->config.kind == LAYER_DROPOUT);
    return part;
}

static bool is_dense(const struct keras_layer *layer)
{
    return layer->class->role == KERAS_ROLE_LAYER && layer->class->kind == LAYER_DENSE;
}

/* NULL: there is none. */
static const struct keras_layer *last_dense(const struct keras_reading *reading)
{
    const struct keras_layer *found = NULL;

    for (size_t i = 0; i < reading->n_layers; i++)
        if (is_dense(&reading->layers[i]))
            found = &reading->layers[i];
    return found;
}

/* Input layers of models in models say nothing new. */
static int read_input(struct keras_reading *reading, const struct keras_layer *layer)
{
    const json_t *shape = json_object_get(layer->config, "batch_shape");
    const json_t *old = json_object_get(layer->config, "batch_input_shape");

    if (keras_is_set(layer->config, "ragged"))
        return keras_refuse(reading, layer,
                            "is ragged: its rows have no pads, which is not supported");
    return reading->n_parts ? OK : keras_read_length(reading, layer, shape ? shape : old);
}

/* One by name belongs to the Dense before it, unless that has another: then it is a layer
 * of its own, which cannot stand behind the output. */
static int read_activation(struct keras_reading *reading, const struct keras_layer *layer,
                           const struct keras_layer *output)
{
    const char *own = keras_layer_activation(layer);
    bool is_behind = layer > reading->layers && is_dense(layer - 1);
    const char *before = is_behind ? keras_dense_own_activation(layer - 1) : NULL;

    if (before && own && strcmp(own, "softmax over another axis") != 0) {
        bool is_again = !strcmp(own, "relu") && !strcmp(before, own);
        if (!strcmp(before, "linear") || !strcmp(own, "linear") || is_again)
            return OK;
    }
    if (before && layer - 1 == output)
        return keras_refuse(reading, layer,
                            "stands on a Dense that has the activation %s: expected one "
                            "activation",
                            before);
    return keras_elementwise.read(reading, layer);
}

static int read_layer(struct keras_reading *reading, const struct keras_layer *layer,
                      const struct keras_layer *output)
{
    const struct keras_class *class = layer->class;
    enum layer_kind kind = layer == output ? LAYER_OUTPUT : class->kind;

    if (class->role == KERAS_ROLE_INPUT)
        return reading->has_words ? read_input(reading, layer) : OK;
    if (class->role == KERAS_ROLE_ACTIVATION)
        return read_activation(reading, layer, output);
    if (reading->has_words && (kind == LAYER_EMBEDDING) != (reading->n_parts == 0))
        return keras_misplaced(reading, layer);
    return keras_kinds[kind]->read(reading, layer);
}

static const struct keras_layer *find_embedding(const struct keras_reading *reading)
{
    for (size_t i = 0; i < reading->n_layers; i++)
        if (reading->layers[i].class->role == KERAS_ROLE_LAYER &&
            reading->layers[i].class->kind == LAYER_EMBEDDING)
            return &reading->layers[i];
    return NULL;
}

/* Told of the first layer; the others are read as if they stood on words. */
static void refuse_numbers(struct keras_reading *reading)
{
    struct keras_part *part = NULL;
    size_t i = 0;

    while (i < reading->n_layers && reading->layers[i].class->role == KERAS_ROLE_INPUT)
        i++;
    if (i == reading->n_layers ||
        keras_add_part(reading, &reading->layers[i], LAYER_EMBEDDING, &part) != OK)
        return;
    (void)keras_refuse(reading, &reading->layers[i],
                       "stands at a place that is not supported: it is the first of a "
                       "model without an Embedding, whose rows are of numbers, not of "
                       "words");
    keras_take_obstacle(reading);
    reading->has_steps = true;
    reading->obstacles->is_lost = true;
}

/* All layers, whatever is refused; but where what they stand on is not known any more,
 * that they stand on it tells nothing new. */
static int read_all(struct keras_reading *reading, const struct keras_layer *output)
{
    reading->has_words = find_embedding(reading) != NULL;
    if (!reading->has_words)
        refuse_numbers(reading);
    for (size_t i = 0; i < reading->n_layers; i++) {
        struct keras_obstacles *obstacles = reading->obstacles;

        obstacles->is_of_place = false;
        if (read_layer(reading, &reading->layers[i], output) &&
            !(obstacles->is_lost && obstacles->is_of_place))
            keras_take_obstacle(reading);
    }
    return keras_refuse_obstacles(reading);
}

int keras_read_layers(struct keras_reading *reading)
{
    const struct keras_layer *output = last_dense(reading);

    reading->parts = xcalloc(CHAIN_MOST_LAYERS, sizeof *reading->parts);
    int rc = read_all(reading, output);
    if (!rc && !output)
        rc = keras_no_classifier(reading);
    if (!rc && reading->has_mask && !reading->model->config.mask)
        rc = keras_refuse(reading, reading->parts[0].layer,
                          "makes no mask, but layers behind it take one");
    return rc;
}
