#include "keras/private.h"

#include <string.h>

/* What a layer's policy says of its numbers: "float32", or an object with such a name. */

static const char *policy_of(const json_t *config)
{
    const json_t *dtype = json_object_get(config, "dtype");
    const json_t *policy = json_object_get(dtype, "config");
    const char *name = json_string_value(json_object_get(policy, "name"));

    if (json_is_string(dtype))
        return json_string_value(dtype);
    return name ? name : json_string_value(json_object_get(policy, "mode"));
}

/* model.quantize("int8") leaves integers, and scales behind them. */
static bool is_quantized(const json_t *config)
{
    const json_t *dtype = json_object_get(config, "dtype");
    const char *class_name = json_string_value(json_object_get(dtype, "class_name"));
    const json_t *how = json_object_get(config, "quantization_config");
    const char *policy = policy_of(config);

    return (class_name && strstr(class_name, "Quantized")) ||
           (policy && strstr(policy, "_from_")) || (how && !json_is_null(how));
}

int keras_check_numbers(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *policy = policy_of(layer->config);

    if (is_quantized(layer->config))
        return keras_refuse(reading, layer,
                            "is quantized (%.32s): its numbers are not its weights; save "
                            "the model as it was before quantize()",
                            policy ? policy : "as it says");
    if (!policy || !strstr(policy, "float16") || reading->is_half_told)
        return OK;

    reading->is_half_told = true;
    keras_note(reading,
               "layer \"%s\": Keras computes in %s, whose probabilities are rounded to "
               "two or three digits; here it is float32",
               layer->name, policy);
    return OK;
}
