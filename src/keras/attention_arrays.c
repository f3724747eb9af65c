#include "keras/attention.h"

#include <stdlib.h>
#include <string.h>

#include "keras/graph.h"

/* Where a part has them. */
enum { KERNEL, BIAS, SCORE, SCORE_BIAS };

static const json_t *entry_of(const struct keras_layer *layer, const char *which)
{
    return json_object_get(json_object_get(layer->config, KERAS_ATTENTION), which);
}

bool keras_has_attention(const struct keras_layer *layer)
{
    return entry_of(layer, "hidden");
}

/* Of the layer itself, also in a TimeDistributed. */
static const json_t *config_of(const json_t *entry)
{
    const json_t *config = json_object_get(entry, "config");

    return keras_is_entry(entry, "TimeDistributed")
               ? json_object_get(json_object_get(config, "layer"), "config")
               : config;
}

static bool has_query(const struct keras_layer *layer)
{
    return keras_is_entry(entry_of(layer, "score"), "Embedding");
}

/* Behind windows all positions count. */
static bool is_masked(const struct keras_reading *reading)
{
    for (int i = 0; i < reading->n_parts; i++)
        if (reading->parts[i].config.kind == LAYER_CONV ||
            reading->parts[i].config.kind == LAYER_WINDOW)
            return false;
    return reading->model->config.mask;
}

int keras_attention_read(struct keras_reading *reading, const struct keras_layer *layer,
                         struct layer_config *config)
{
    const json_t *hidden = entry_of(layer, "hidden"), *score = entry_of(layer, "score");
    struct keras_layer dense = *layer;

    if (is_masked(reading) && !has_query(layer))
        return keras_refuse(reading, layer,
                            "weighs the positions of pads too, which mask_zero=True "
                            "masks: expected no mask, or an Attention layer, which "
                            "leaves them out");
    if (!score)
        keras_note_training(reading,
                            "layer \"%s\": its scores get factors of their own when the "
                            "model is trained further",
                            layer->name);
    dense.config = config_of(hidden);
    return keras_read_count(reading, &dense, "units", "output_dim", LAYER_MOST_UNITS,
                            &config->pooling.units);
}

/* One of its layers, for messages and arrays; `group` is the caller's to free. */
static struct keras_layer inner_layer(const struct keras_layer *layer,
                                      const json_t *entry)
{
    const char *place = json_string_value(json_object_get(entry, KERAS_PLACE));
    const char *name = keras_entry_name(entry), *end = strrchr(layer->group, '/');

    return (struct keras_layer){
        .class = layer->class,
        .class_name = json_string_value(json_object_get(entry, "class_name")),
        .name = name ? name : "without name",
        .config = config_of(entry),
        .group = xasprintf("%.*s%s", end ? (int)(end + 1 - layer->group) : 0,
                           layer->group, place ? place : "")};
}

/* The first array of a layer, and its bias, where it has one. */
static int find_arrays(struct keras_reading *reading, const struct keras_layer *layer,
                       const json_t *entry, const struct keras_array **array)
{
    struct keras_layer inner = inner_layer(layer, entry);
    const char *below = keras_is_entry(entry, "TimeDistributed") ? "/layer" : "";
    bool has_bias = !keras_is_entry(entry, "Embedding") && keras_has_bias(&inner);

    int rc = keras_find_array(reading, &inner, below, 0, &array[0]);
    if (!rc && has_bias)
        rc = keras_find_array(reading, &inner, below, 1, &array[1]);
    free(inner.group);
    return rc;
}

/* Keras lists a query before the keys. */
int keras_attention_find(struct keras_reading *reading, struct keras_part *part)
{
    const struct keras_layer *layer = part->layer;
    const json_t *hidden = entry_of(layer, "hidden"), *score = entry_of(layer, "score");
    int rc = OK;

    if (has_query(layer))
        rc = find_arrays(reading, layer, score, &part->array[0][SCORE]);
    if (!rc)
        rc = find_arrays(reading, layer, hidden, &part->array[0][KERNEL]);
    if (!rc && score && !has_query(layer))
        rc = find_arrays(reading, layer, score, &part->array[0][SCORE]);
    reading->is_plain = false;
    return rc;
}

/* Factors of the scores: (units, 1), or (1, units) of a query; 1 where there are none. */
static int copy_scores(struct keras_reading *reading, const struct keras_part *part,
                       const struct tensor *tensor)
{
    const struct keras_array *array = part->array[0][SCORE];
    float *to = reading->model->weights + tensor->offset;
    bool is_query = has_query(part->layer);
    int rc = OK;

    if (array)
        rc = keras_check_array(reading, part->layer, "kernel of scores", array, 2,
                               is_query ? 1 : tensor->size, is_query ? tensor->size : 1);
    for (size_t i = 0; i < tensor->size && !rc; i++)
        to[i] = array ? array->values[i] : 1;
    return rc;
}

/* A bias that is not there is 0. */
int keras_attention_copy(struct keras_reading *reading, const struct keras_part *part,
                         const struct tensor *tensors)
{
    const struct keras_array *const *array = part->array[0];

    int rc = keras_copy_array(reading, part->layer, array[KERNEL], &tensors[KERNEL]);
    if (!rc && array[BIAS])
        rc = keras_copy_array(reading, part->layer, array[BIAS], &tensors[BIAS]);
    return rc ? rc : copy_scores(reading, part, &tensors[SCORE]);
}
