#include "keras/kind.h"

enum { DROPOUT, SPATIAL_DROPOUT, OTHERS };

static const struct keras_class classes[] = {
    [DROPOUT] = {"Dropout", "dropout", KERAS_ROLE_LAYER, LAYER_DROPOUT},
    [SPATIAL_DROPOUT] = {"SpatialDropout1D", "spatial_dropout1d", KERAS_ROLE_LAYER,
                         LAYER_DROPOUT},
    [OTHERS] = {"GaussianNoise", "gaussian_noise", KERAS_ROLE_LAYER, LAYER_DROPOUT},
    {"GaussianDropout", "gaussian_dropout", KERAS_ROLE_LAYER, LAYER_DROPOUT},
    {"AlphaDropout", "alpha_dropout", KERAS_ROLE_LAYER, LAYER_DROPOUT},
    {"ActivityRegularization", "activity_regularization", KERAS_ROLE_LAYER,
     LAYER_DROPOUT},
};

static int read_dropout(struct keras_reading *reading, const struct keras_layer *layer)
{
    const struct keras_part *below =
        keras_part_below(reading, reading->parts + reading->n_parts);
    double rate = keras_rate(layer, "rate", "p");
    struct keras_part *part = NULL;

    bool is_spatial = layer->class == &classes[SPATIAL_DROPOUT];

    if (layer->class >= &classes[OTHERS]) {
        keras_note_left_out(reading, layer, "it judges as nothing, and");
        return OK;
    }
    if (rate <= 0)
        return OK;
    if (below->config.kind == LAYER_OUTPUT) {
        keras_note_left_out(reading, layer, "a dropout behind the output");
        return OK;
    }

    int rc = keras_add_part(reading, layer, LAYER_DROPOUT, &part);
    if (rc)
        return rc;
    part->config.dropout.rate = rate;
    part->config.dropout.spatial = is_spatial;
    return OK;
}

static json_t *write_dropout(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    json_t *config = keras_named(layer->name);

    (void)chain;
    json_object_set_new(config, "rate", json_real(layer->dropout.rate));
    return keras_object(classes[layer->dropout.spatial ? SPATIAL_DROPOUT : DROPOUT].name,
                        config);
}

const struct keras_kind keras_dropout = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_dropout,
    .write = write_dropout,
};
