#include "keras/kind.h"

#include <string.h>

#define POOLING_CLASS(NAME, stem, class_name, snake)                                     \
    [POOLING_##NAME] = {#class_name, #snake, KERAS_ROLE_LAYER, LAYER_POOLING},
static const struct keras_class classes[] = {POOLING_LIST(POOLING_CLASS)};
#undef POOLING_CLASS

static int read_pooling(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *format = json_string_value(json_object_get(layer->config, "data_format"));
    struct keras_part *part = NULL;

    if (!reading->has_steps || keras_is_set(layer->config, "keepdims") ||
        (format && strcmp(format, "channels_last")))
        return keras_misplaced(reading, layer);

    int rc = keras_add_part(reading, layer, LAYER_POOLING, &part);
    if (rc)
        return rc;
    part->config.pooling.how = (enum pooling)(layer->class - classes);
    reading->has_steps = false;
    return OK;
}

static json_t *write_pooling(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    (void)chain;
    return keras_object(classes[layer->pooling.how].name, keras_named(layer->name));
}

const struct keras_kind keras_pooling = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_pooling,
    .write = write_pooling,
};
