/* As it judges: its moving mean and variance stand behind gamma and beta, which are
 * trained no further here. */
#include "keras/normalization.h"

static const struct keras_class classes[] = {{"BatchNormalization", "batch_normalization",
                                              KERAS_ROLE_LAYER,
                                              LAYER_BATCH_NORMALIZATION}};

enum { MOVING = 2 };

static int read_batch(struct keras_reading *reading, const struct keras_layer *layer)
{
    return keras_normalization_read(reading, layer, LAYER_BATCH_NORMALIZATION);
}

static json_t *write_batch(const struct chain_config *chain,
                           const struct layer_config *layer)
{
    (void)chain;
    return keras_normalization_write(layer, classes->name);
}

static int find_batch(struct keras_reading *reading, struct keras_part *part)
{
    reading->is_plain = false; /* the moving ones have no moments */
    return keras_normalization_find(reading, part, MOVING);
}

static int copy_batch(struct keras_reading *reading, const struct keras_part *part,
                      const struct tensor *tensors)
{
    int rc = keras_normalization_copy(reading, part, tensors, MOVING);
    int k =
        3 - part->config.normalization.no_scale - part->config.normalization.no_center;

    for (size_t i = 0; i < tensors[k].size && !rc; i++)
        if (part->array[0][k]->values[i] < 0)
            rc = keras_refuse(reading, part->layer,
                              "has a moving_variance whose element %zu is below 0", i);
    return rc;
}

const struct keras_kind keras_batch_normalization = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_batch,
    .write = write_batch,
    .find = find_batch,
    .copy = copy_batch,
};
