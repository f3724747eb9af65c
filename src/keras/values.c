#include "keras/elementwise.h"

static const json_t *value_of(const json_t *config, const char *key, const char *old_key)
{
    const json_t *value = json_object_get(config, key);
    return value ? value : json_object_get(config, old_key);
}

bool keras_is_set(const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    return json_is_true(value) || (json_is_integer(value) && json_integer_value(value));
}

bool keras_has_bias(const struct keras_layer *layer)
{
    return !json_is_false(value_of(layer->config, "use_bias", "bias"));
}

int keras_read_count(const struct keras_reading *reading, const struct keras_layer *layer,
                     const char *key, const char *old_key, int most, int *count)
{
    const json_t *value = value_of(layer->config, key, old_key);
    double number = json_number_value(value);

    if (!json_is_number(value) || number < 1 || number > most || number != (int)number)
        return keras_refuse(reading, layer, "has no %s from 1 to %d", key, most);
    *count = (int)number;
    return OK;
}

double keras_rate(const struct keras_layer *layer, const char *key, const char *old_key)
{
    double rate = json_number_value(value_of(layer->config, key, old_key));
    return rate > 0 && rate < 1 ? rate : 0;
}

/* It may be an object of its own, with the name here or there, or a layer, which may have
 * any name: its class says what it is. Null is none. */
const char *keras_activation(const json_t *config, const char *key, const char *old_key,
                             const char *otherwise)
{
    const json_t *value = value_of(config, key, old_key);

    if (json_is_null(value))
        return "linear";
    if (json_is_object(value)) {
        const json_t *inner = json_object_get(value, "config");
        const char *class_name = json_string_value(json_object_get(value, "class_name"));
        const struct keras_layer layer = {.class = keras_class_of(class_name),
                                          .class_name = class_name,
                                          .config = inner};
        const char *own = layer.class ? keras_layer_activation(&layer) : NULL;
        if (layer.class)
            return own ? own : class_name;
        value = json_is_string(inner)            ? inner
                : json_object_get(inner, "name") ? json_object_get(inner, "name")
                                                 : json_object_get(value, "class_name");
    }
    const char *name = json_string_value(value);
    return name ? name : otherwise;
}

int keras_read_length(struct keras_reading *reading, const struct keras_layer *layer,
                      const json_t *shape)
{
    const json_t *length = json_array_get(shape, 1);

    if (!shape || json_is_null(shape))
        return OK;
    if (json_array_size(shape) != 2 || !(json_is_null(length) || json_is_integer(length)))
        return keras_refuse(reading, layer,
                            "takes no rows of ids: its input has not two dimensions");

    json_int_t n = json_integer_value(length);
    if (n < 0 || n > FACTS_MOST_LENGTH)
        return keras_refuse(reading, layer, "has %lld positions", (long long)n);
    if (n)
        reading->model->config.length = (int)n;
    return OK;
}
