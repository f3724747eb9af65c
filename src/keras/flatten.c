#include "keras/dense.h"

#include <string.h>

/* One vector a row is flat already. */
static int read_flatten(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *format = json_string_value(json_object_get(layer->config, "data_format"));
    struct keras_part *part = NULL;

    if (format && strcmp(format, "channels_last"))
        return keras_misplaced(reading, layer);
    if (!reading->has_steps)
        return OK;
    reading->has_steps = false;
    return keras_add_part(reading, layer, LAYER_FLATTEN, &part);
}

static json_t *write_flatten(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    (void)chain;
    return keras_object("Flatten", keras_named(layer->name));
}

static const struct keras_class classes[] = {
    {"Flatten", "flatten", KERAS_ROLE_LAYER, LAYER_FLATTEN}};

const struct keras_kind keras_flatten = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_flatten,
    .write = write_flatten,
};

/* Of the vector that each position has. */
static size_t width_below(const struct keras_reading *reading,
                          const struct keras_part *flatten)
{
    const struct keras_part *part = keras_part_below(reading, flatten);

    while (part->config.kind == LAYER_ACTIVATION ||
           part->config.kind == LAYER_LAYER_NORMALIZATION ||
           part->config.kind == LAYER_BATCH_NORMALIZATION)
        part = keras_part_below(reading, part);

    const struct layer_config *below = &part->config;
    if (below->kind == LAYER_DENSE)
        return (size_t)below->dense.units;
    return (size_t)(below->kind == LAYER_EMBEDDING
                        ? below->embedding.width
                        : layer_blocks(below) * below->recurrent.units);
}

int keras_flatten_length(struct keras_reading *reading, const struct keras_part *flatten,
                         const struct keras_part *dense)
{
    struct chain_config *chain = &reading->model->config;
    const struct keras_array *kernel = dense->array[0][0];
    size_t step = width_below(reading, flatten), rows = kernel->shape[0];

    if (!chain->length && rows % step)
        return keras_refuse(reading, dense->layer,
                            "has a kernel of %zu rows: expected a multiple of the %zu "
                            "numbers that the layer below gives a position (two "
                            "directions count both: merge_mode concat)",
                            rows, step);
    if (rows > kernel->size || rows % step || rows / step < 1 ||
        rows / step > FACTS_MOST_LENGTH ||
        (chain->length && rows / step != (size_t)chain->length))
        return keras_refuse(reading, dense->layer,
                            "has a kernel of %zu rows: expected those of %d positions of "
                            "%zu numbers",
                            rows, chain->length, step);
    chain->length = (int)(rows / step);
    return OK;
}
