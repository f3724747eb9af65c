/* Poolings of Keras: a layer of its own, or several that a Concatenate joins. */
#include "keras/attention.h"

#include <string.h>

enum { CONCATENATE = POOLING_KINDS, DOT, CLASSES };

#define POOLING_CLASS(NAME, stem, class_name, snake)                                     \
    [POOLING_##NAME] = {#class_name, #snake, KERAS_ROLE_LAYER, LAYER_POOLING},
static const struct keras_class classes[] = {
    POOLING_LIST(POOLING_CLASS)[CONCATENATE] = {"Concatenate", "concatenate",
                                                KERAS_ROLE_LAYER, LAYER_POOLING},
    [DOT] = {"Dot", "dot", KERAS_ROLE_LAYER, LAYER_POOLING}};
#undef POOLING_CLASS
_Static_assert(COUNT_OF(classes) == CLASSES, "a class has no name");

/* As branches.c names them. */
static const char *const names[] = {
    POOLING_LIST(POOLING_NAME)[POOLING_FLATTEN] = "flatten", [POOLING_LAST] = "last",
    [POOLING_ATTENTION] = "attention"};
_Static_assert(COUNT_OF(names) == POOLING_WAYS, "a pooling has no name");

bool keras_pools_steps(const json_t *config)
{
    const char *format = json_string_value(json_object_get(config, "data_format"));

    return !keras_is_set(config, "keepdims") &&
           (!format || !strcmp(format, "channels_last"));
}

static int read_side(const struct keras_reading *reading, const struct keras_layer *layer,
                     size_t k, struct layer_config *config)
{
    const json_t *sides = json_object_get(layer->config, KERAS_SIDES);
    const char *name = json_string_value(json_array_get(sides, k));
    int how = 0;

    while (how < POOLING_WAYS && name && strcmp(name, names[how]) != 0)
        how++;
    for (size_t i = 0; i < k && how < POOLING_WAYS; i++)
        if (layer_pooling(config, (int)i) == (enum pooling)how)
            return keras_refuse(reading, layer, "joins the same pooling twice");
    if (!name || how == POOLING_WAYS || k == POOLING_WAYS)
        return keras_misplaced(reading, layer);

    if (k == 0)
        config->pooling.how = (enum pooling)how;
    else
        config->pooling.more[config->pooling.n_more++] = (enum pooling)how;
    return OK;
}

static int read_sides(const struct keras_reading *reading,
                      const struct keras_layer *layer, struct layer_config *config)
{
    const json_t *sides = json_object_get(layer->config, KERAS_SIDES);
    int rc = OK;

    if (!sides)
        return keras_refuse(reading, layer,
                            "joins branches: only poolings of one layer's output, and "
                            "its last output (return_state), can stand side by side");
    if (!reading->has_steps)
        return keras_misplaced(reading, layer);
    for (size_t k = 0; k < json_array_size(sides) && !rc; k++)
        rc = read_side(reading, layer, k, config);
    return rc;
}

/* What attention.c has made a Dot. */
static int read_attention(struct keras_reading *reading, const struct keras_layer *layer,
                          struct layer_config *config)
{
    const char *why = json_string_value(json_object_get(layer->config, KERAS_WHY));

    if (!keras_has_attention(layer))
        return keras_refuse(reading, layer, "%s",
                            why ? why
                                : "is no part of an additive attention: expected "
                                  "Dense(units, tanh), Dense(1), Softmax(axis=1) and "
                                  "Dot(axes=1) of one layer's steps, and Flatten");
    if (!reading->has_steps)
        return keras_misplaced(reading, layer);
    config->pooling.how = POOLING_ATTENTION;
    return OK;
}

static int read_pooling(struct keras_reading *reading, const struct keras_layer *layer)
{
    bool is_joined = layer->class == &classes[CONCATENATE];
    bool is_dot = layer->class == &classes[DOT];
    struct keras_part *part = NULL;

    int rc = is_joined || is_dot ? OK : keras_check_steps(reading, layer);
    reading->has_steps &= is_joined || is_dot;
    if (!rc)
        rc = keras_add_part(reading, layer, LAYER_POOLING, &part);
    if (!rc && is_joined)
        rc = read_sides(reading, layer, &part->config);
    else if (!rc && is_dot)
        rc = read_attention(reading, layer, &part->config);
    else if (!rc)
        part->config.pooling.how = (enum pooling)(layer->class - classes);
    if (!rc && layer_attends(&part->config))
        rc = keras_attention_read(reading, layer, &part->config);
    reading->has_steps = false;
    return rc;
}

static json_t *write_pooling(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    bool is_joined = layer_poolings(layer) > 1;
    json_t *config = keras_named(layer->name);

    (void)chain;
    if (!is_joined && layer->pooling.how == POOLING_ATTENTION)
        return keras_object("Flatten", config); /* of what keras_add_attention gives */
    if (is_joined)
        json_object_set_new(config, "axis", json_integer(-1));
    return keras_object(classes[is_joined ? CONCATENATE : (int)layer->pooling.how].name,
                        config);
}

static int find_pooling(struct keras_reading *reading, struct keras_part *part)
{
    return layer_attends(&part->config) ? keras_attention_find(reading, part) : OK;
}

static int copy_pooling(struct keras_reading *reading, const struct keras_part *part,
                        const struct tensor *tensors)
{
    return layer_attends(&part->config) ? keras_attention_copy(reading, part, tensors)
                                        : OK;
}

const struct keras_kind keras_pooling = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_pooling,
    .write = write_pooling,
    .find = find_pooling,
    .copy = copy_pooling,
};
