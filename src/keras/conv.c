#include "keras/elementwise.h"
#include "keras/windows.h"

static const struct keras_class classes[] = {
    {"Conv1D", "conv1d", KERAS_ROLE_LAYER, LAYER_CONV},
    {"Convolution1D", "conv1d", KERAS_ROLE_LAYER, LAYER_CONV},
};

/* Its own, or one behind it: an object of a layer's class. */
static int read_activation(struct keras_reading *reading, const struct keras_layer *layer,
                           enum activation *how)
{
    const char *name =
        keras_activation(layer->config, "activation", "activation", "linear");
    bool is_object = false;

    *how = ACTIVATION_LINEAR;
    int rc = keras_read_inner_activation(
        reading, layer, json_object_get(layer->config, "activation"), &is_object);
    if (rc || is_object || keras_find_activation(name, how))
        return rc;
    return keras_refuse(reading, layer, "has the activation %s, which is not supported",
                        name);
}

/* What windows cannot have here. */
static int check_conv(const struct keras_reading *reading,
                      const struct keras_layer *layer)
{
    int dilation = 1, groups = 1;
    int rc = keras_read_window(reading, layer, "dilation_rate", NULL, 1, &dilation);

    if (!rc)
        rc = keras_read_window(reading, layer, "groups", NULL, 1, &groups);
    if (!rc && dilation > 1)
        rc = keras_refuse(reading, layer,
                          "has a dilation_rate of %d, which is not supported", dilation);
    if (!rc && groups > 1)
        rc =
            keras_refuse(reading, layer, "has %d groups, which is not supported", groups);
    return rc;
}

static int read_conv(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct keras_part *part = NULL;

    int rc = keras_check_steps(reading, layer);
    if (!rc)
        rc = check_conv(reading, layer);
    if (!rc)
        rc = keras_add_part(reading, layer, LAYER_CONV, &part);
    if (rc)
        return rc;

    struct layer_config *config = &part->config;
    part->use_bias = keras_has_bias(layer);
    config->conv.no_bias = !part->use_bias;
    rc = keras_read_count(reading, layer, "filters", "nb_filter", LAYER_MOST_UNITS,
                          &config->conv.filters);
    if (!rc)
        rc = keras_read_window(reading, layer, "kernel_size", "filter_length", 0,
                               &config->conv.kernel_size);
    if (!rc)
        rc = keras_read_window(reading, layer, "strides", "subsample_length", 1,
                               &config->conv.strides);
    if (!rc)
        rc = keras_read_padding(reading, layer, WINDOW_PADDINGS, &config->conv.padding);
    return rc ? rc : read_activation(reading, layer, &config->conv.activation);
}

static json_t *write_conv(const struct chain_config *chain,
                          const struct layer_config *layer)
{
    json_t *config = keras_named(layer->name);

    (void)chain;
    json_object_set_new(config, "filters", json_integer(layer->conv.filters));
    keras_write_windows(config, "kernel_size", layer->conv.kernel_size,
                        layer->conv.strides, layer->conv.padding);
    json_object_set_new(config, "dilation_rate", json_pack("[i]", 1));
    json_object_set_new(config, "activation",
                        json_string(keras_activation_name(layer->conv.activation)));
    json_object_set_new(config, "use_bias", json_boolean(!layer->conv.no_bias));
    return keras_object("Conv1D", config);
}

static int find_conv(struct keras_reading *reading, struct keras_part *part)
{
    int rc = keras_find_array(reading, part->layer, "", 0, &part->array[0][0]);

    if (!rc && part->use_bias)
        rc = keras_find_array(reading, part->layer, "", 1, &part->array[0][1]);
    return rc;
}

static int copy_conv(struct keras_reading *reading, const struct keras_part *part,
                     const struct tensor *tensors)
{
    int rc = keras_copy_array(reading, part->layer, part->array[0][0], &tensors[0]);

    if (!rc && part->use_bias)
        rc = keras_copy_array(reading, part->layer, part->array[0][1], &tensors[1]);
    return rc;
}

const struct keras_kind keras_conv = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_conv,
    .write = write_conv,
    .find = find_conv,
    .copy = copy_conv,
};
