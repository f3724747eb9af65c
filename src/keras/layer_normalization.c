#include "keras/normalization.h"

static const struct keras_class classes[] = {{"LayerNormalization", "layer_normalization",
                                              KERAS_ROLE_LAYER,
                                              LAYER_LAYER_NORMALIZATION}};

static int read_layer(struct keras_reading *reading, const struct keras_layer *layer)
{
    return keras_normalization_read(reading, layer, LAYER_LAYER_NORMALIZATION);
}

static json_t *write_layer(const struct chain_config *chain,
                           const struct layer_config *layer)
{
    (void)chain;
    return keras_normalization_write(layer, classes->name);
}

static int find_layer(struct keras_reading *reading, struct keras_part *part)
{
    return keras_normalization_find(reading, part, 0);
}

static int copy_layer(struct keras_reading *reading, const struct keras_part *part,
                      const struct tensor *tensors)
{
    return keras_normalization_copy(reading, part, tensors, 0);
}

const struct keras_kind keras_layer_normalization = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_layer,
    .write = write_layer,
    .find = find_layer,
    .copy = copy_layer,
};
