#include "keras/dense.h"

#include <stdlib.h>
#include <string.h>

#include "keras/elementwise.h"

enum { DENSE, TIME_DISTRIBUTED };

static const struct keras_class classes[] = {
    [DENSE] = {"Dense", "dense", KERAS_ROLE_LAYER, LAYER_DENSE},
    [TIME_DISTRIBUTED] = {"TimeDistributed", "time_distributed", KERAS_ROLE_LAYER,
                          LAYER_DENSE},
};

static bool is_wrapped(const struct keras_layer *layer)
{
    return layer->class == &classes[TIME_DISTRIBUTED];
}

/* Of the Dense itself, also where it is in a TimeDistributed. */
static const json_t *config_of(const struct keras_layer *layer)
{
    const json_t *wrapped = json_object_get(layer->config, "layer");

    return is_wrapped(layer) ? json_object_get(wrapped, "config") : layer->config;
}

static int check_wrapped(const struct keras_reading *reading,
                         const struct keras_layer *layer)
{
    const json_t *wrapped = json_object_get(layer->config, "layer");
    const char *class = json_string_value(json_object_get(wrapped, "class_name"));

    if (!is_wrapped(layer) || (class && !strcmp(class, "Dense")))
        return OK;
    return keras_refuse(reading, layer, "is one of %.64s: expected one of Dense",
                        class ? class : "no layer");
}

int keras_dense_read(struct keras_reading *reading, const struct keras_layer *layer,
                     enum layer_kind kind, struct keras_part **part, int *units)
{
    struct keras_layer dense = *layer;
    int rc = check_wrapped(reading, layer);

    dense.config = config_of(layer);
    if (!rc)
        rc = keras_read_count(reading, &dense, "units", "output_dim",
                              LAYER_MOST_DENSE_UNITS, units);
    if (!rc && reading->has_steps && kind == LAYER_OUTPUT) {
        reading->obstacles->is_of_place = true;
        rc = keras_refuse(reading, layer,
                          "stands on all steps: expected Flatten or a pooling layer "
                          "before it");
    }
    if (!rc && !reading->has_steps && is_wrapped(layer))
        rc = keras_misplaced(reading, layer);
    if (!rc)
        rc = keras_add_part(reading, layer, kind, part);
    if (!rc)
        (*part)->use_bias = keras_has_bias(&dense);
    return rc;
}

const char *keras_dense_own_activation(const struct keras_layer *layer)
{
    return keras_activation(config_of(layer), "activation", "activation", "linear");
}

const char *keras_dense_activation(const struct keras_reading *reading,
                                   const struct keras_layer *layer)
{
    const struct keras_layer *end = reading->layers + reading->n_layers;
    const char *own = keras_dense_own_activation(layer);
    const char *next = layer + 1 < end && layer[1].class->role == KERAS_ROLE_ACTIVATION
                           ? keras_layer_activation(layer + 1)
                           : NULL;

    return next && !strcmp(own, "linear") ? next : own;
}

/* Its own, or one behind it: an object of a layer's class, or a name. */
static int read_activation(struct keras_reading *reading, const struct keras_layer *layer,
                           struct layer_config *dense)
{
    const char *name = keras_dense_activation(reading, layer);
    bool is_object = false;

    dense->dense.activation = ACTIVATION_LINEAR;
    int rc = keras_read_inner_activation(
        reading, layer, json_object_get(config_of(layer), "activation"), &is_object);
    if (rc || is_object || keras_find_activation(name, &dense->dense.activation))
        return rc;

    char *known = keras_activation_list();
    rc = keras_refuse(reading, layer,
                      "is hidden and has the activation %.64s: expected one of %s", name,
                      known);
    free(known);
    return rc;
}

static int read_dense(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct keras_part *part = NULL;
    int units = 0;

    int rc = keras_dense_read(reading, layer, LAYER_DENSE, &part, &units);
    if (rc)
        return rc;
    part->config.dense.units = units;
    part->config.dense.no_bias = !part->use_bias;
    return read_activation(reading, layer, &part->config);
}

json_t *keras_dense_write(const struct layer_config *layer, int units,
                          const char *activation, bool has_bias)
{
    json_t *config = keras_named(layer->name);

    json_object_set_new(config, "units", json_integer(units));
    json_object_set_new(config, "activation", json_string(activation));
    json_object_set_new(config, "use_bias", json_boolean(has_bias));
    return keras_object("Dense", config);
}

static json_t *write_dense(const struct chain_config *chain,
                           const struct layer_config *layer)
{
    (void)chain;
    return keras_dense_write(layer, layer->dense.units,
                             keras_activation_name(layer->dense.activation),
                             !layer->dense.no_bias);
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
    const char *group = is_wrapped(part->layer) ? "/layer" : "";

    int rc = keras_find_array(reading, part->layer, group, 0, &part->array[0][0]);
    if (!rc && part->use_bias)
        rc = keras_find_array(reading, part->layer, group, 1, &part->array[0][1]);
    if (!rc && below->config.kind == LAYER_FLATTEN)
        rc = keras_flatten_length(reading, below, part);
    reading->is_plain &= part->use_bias || part->config.kind == LAYER_DENSE;
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

const struct keras_kind keras_dense = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_dense,
    .write = write_dense,
    .describe = describe_dense,
    .find = keras_dense_find,
    .copy = keras_dense_copy,
};
