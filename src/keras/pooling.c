#include "keras/kind.h"

#include <string.h>

static const enum keras_class classes[] = {
    [POOLING_MAX] = KERAS_GLOBAL_MAX_POOLING,
    [POOLING_MEAN] = KERAS_GLOBAL_AVERAGE_POOLING,
};
_Static_assert(COUNT_OF(classes) == POOLING_KINDS, "a pooling has no class");

enum keras_class keras_pooling_class(enum pooling how)
{
    return classes[how];
}

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
    while (classes[part->config.pooling.how] != layer->class)
        part->config.pooling.how++;
    reading->has_steps = false;
    return OK;
}

static json_t *write_pooling(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    (void)chain;
    return keras_object(classes[layer->pooling.how], keras_named(layer->name));
}

const struct keras_kind keras_pooling = {.read = read_pooling, .write = write_pooling};
