#include "keras/dense.h"

#include <string.h>

int keras_dense_read(struct keras_reading *reading, const struct keras_layer *layer,
                     enum layer_kind kind, struct keras_part **part, int *units)
{
    int rc = keras_read_count(reading, layer, "units", "output_dim",
                              LAYER_MOST_DENSE_UNITS, units);

    if (!rc && reading->has_steps)
        rc = keras_refuse(reading, layer,
                          "stands on all steps: expected Flatten or a pooling layer "
                          "before it");
    if (!rc)
        rc = keras_add_part(reading, layer, kind, part);
    if (!rc)
        (*part)->use_bias = keras_has_bias(layer);
    return rc;
}

const char *keras_dense_activation(const struct keras_reading *reading,
                                   const struct keras_layer *layer)
{
    const struct keras_layer *end = reading->layers + reading->n_layers;
    const char *own =
        keras_activation(layer->config, "activation", "activation", "linear");

    if (layer + 1 < end && layer[1].class->role == KERAS_ROLE_ACTIVATION &&
        !strcmp(own, "linear"))
        return keras_activation(layer[1].config, "activation", "activation", "linear");
    return own;
}

static int read_dense(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *activation = keras_dense_activation(reading, layer);
    struct keras_part *part = NULL;
    int units = 0;

    int rc = keras_dense_read(reading, layer, LAYER_DENSE, &part, &units);
    if (!rc && strcmp(activation, "relu"))
        rc = keras_refuse(reading, layer,
                          "is hidden and has the activation %s: expected relu",
                          activation);
    if (!rc)
        part->config.dense.units = units;
    return rc;
}

json_t *keras_dense_write(const struct layer_config *layer, int units,
                          const char *activation)
{
    json_t *config = keras_named(layer->name);

    json_object_set_new(config, "units", json_integer(units));
    json_object_set_new(config, "activation", json_string(activation));
    json_object_set_new(config, "use_bias", json_true());
    return keras_object("Dense", config);
}

static json_t *write_dense(const struct chain_config *chain,
                           const struct layer_config *layer)
{
    (void)chain;
    return keras_dense_write(layer, layer->dense.units, "relu");
}

json_t *keras_dense_describe(const struct keras_group *group, const char *activation)
{
    return keras_object(
        "Dense", json_pack("{s:s%, s:I, s:s, s:b}", "name", group->name, group->n_name,
                           "units", (json_int_t)group->array[0]->shape[1], "activation",
                           activation, "use_bias", group->array[1] != NULL));
}

static json_t *describe_dense(const struct keras_group *group,
                              const struct keras_hints *hints, bool sequences)
{
    (void)hints;
    (void)sequences;
    return keras_dense_describe(group, "relu");
}

int keras_dense_find(struct keras_reading *reading, struct keras_part *part)
{
    const struct keras_part *below = keras_part_below(reading, part);

    int rc = keras_find_array(reading, part->layer, "", 0, &part->array[0][0]);
    if (!rc && part->use_bias)
        rc = keras_find_array(reading, part->layer, "", 1, &part->array[0][1]);
    if (!rc && below->config.kind == LAYER_FLATTEN)
        rc = keras_flatten_length(reading, below, part);
    reading->is_plain &= part->use_bias;
    return rc;
}

int keras_dense_copy(struct keras_reading *reading, const struct keras_part *part,
                     const struct tensor *tensors)
{
    int rc = keras_copy_array(reading, part->layer, part->array[0][0], &tensors[0]);

    if (!rc && part->use_bias)
        rc = keras_copy_array(reading, part->layer, part->array[0][1], &tensors[1]);
    return rc;
}

static const struct keras_class classes[] = {
    {"Dense", "dense", KERAS_ROLE_LAYER, LAYER_DENSE}};

const struct keras_kind keras_dense = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_dense,
    .write = write_dense,
    .describe = describe_dense,
    .find = keras_dense_find,
    .copy = keras_dense_copy,
};
