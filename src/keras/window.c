#include "keras/windows.h"

#include <string.h>

enum { MAX, MEAN, CLASSES };

static const struct keras_class classes[] = {
    [MAX] = {"MaxPooling1D", "max_pooling1d", KERAS_ROLE_LAYER, LAYER_WINDOW},
    [MEAN] = {"AveragePooling1D", "average_pooling1d", KERAS_ROLE_LAYER, LAYER_WINDOW},
};
_Static_assert(COUNT_OF(classes) == CLASSES, "a class has no name");

int keras_read_window(const struct keras_reading *reading,
                      const struct keras_layer *layer, const char *key,
                      const char *old_key, int otherwise, int *value)
{
    const json_t *found = json_object_get(layer->config, key);

    if (!found && old_key)
        found = json_object_get(layer->config, old_key);
    if (json_is_array(found) && json_array_size(found) == 1)
        found = json_array_get(found, 0);
    json_int_t number = json_is_integer(found) ? json_integer_value(found) : 0;
    if (!found || json_is_null(found))
        number = otherwise;
    if (number < 1 || number > WINDOW_MOST_SIZE)
        return keras_refuse(reading, layer, "has no %s from 1 to %d", key,
                            WINDOW_MOST_SIZE);
    *value = (int)number;
    return OK;
}

int keras_read_padding(const struct keras_reading *reading,
                       const struct keras_layer *layer, int n,
                       enum window_padding *padding)
{
    const json_t *given = json_object_get(layer->config, "padding");
    const json_t *old = json_object_get(layer->config, "border_mode");
    const char *name = json_string_value(given ? given : old);
    int i = 0;

    while (name && i < n && strcmp(name, window_padding_names[i]) != 0)
        i++;
    if (i == n)
        return keras_refuse(reading, layer, "has the padding %s, which is not supported",
                            name);
    *padding = (enum window_padding)i;
    return OK;
}

void keras_write_windows(json_t *config, const char *size_key, int size, int strides,
                         enum window_padding padding)
{
    json_object_set_new(config, size_key, json_pack("[i]", size));
    json_object_set_new(config, "strides", json_pack("[i]", strides));
    json_object_set_new(config, "padding", json_string(window_padding_names[padding]));
    json_object_set_new(config, "data_format", json_string("channels_last"));
}

static int read_window(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct keras_part *part = NULL;

    int rc = keras_check_steps(reading, layer);
    if (!rc)
        rc = keras_add_part(reading, layer, LAYER_WINDOW, &part);
    if (rc)
        return rc;

    struct layer_config *config = &part->config;
    config->window.mean = layer->class == &classes[MEAN];
    rc = keras_read_window(reading, layer, "pool_size", "pool_length", 2,
                           &config->window.size);
    if (!rc)
        rc = keras_read_window(reading, layer, "strides", "stride", config->window.size,
                               &config->window.strides);
    if (!rc)
        rc = keras_read_padding(reading, layer, PADDING_CAUSAL, &config->window.padding);
    return rc;
}

static json_t *write_window(const struct chain_config *chain,
                            const struct layer_config *layer)
{
    json_t *config = keras_named(layer->name);

    (void)chain;
    keras_write_windows(config, "pool_size", layer->window.size, layer->window.strides,
                        layer->window.padding);
    return keras_object(classes[layer->window.mean ? MEAN : MAX].name, config);
}

const struct keras_kind keras_window = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_window,
    .write = write_window,
};
