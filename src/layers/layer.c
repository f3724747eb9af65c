#include "layers/layer.h"

#define LAYER_DECLARATION(NAME, stem) extern const struct layer_ops stem##_layer;
LAYER_KIND_LIST(LAYER_DECLARATION)
#undef LAYER_DECLARATION

#define LAYER_ROW(NAME, stem) [LAYER_##NAME] = &stem##_layer,
const struct layer_ops *const layer_kinds[] = {LAYER_KIND_LIST(LAYER_ROW)};
#undef LAYER_ROW
_Static_assert(COUNT_OF(layer_kinds) == LAYER_KINDS, "a kind of layer has no row");

void layer_take_maxima(struct layer *layer)
{
    layer->below->by_rows = layer->below->ops->pull_row != NULL;
}

int layer_expect_sequence(const struct layer *layer)
{
    if (layer->in.length > 0)
        return OK;
    return fail(ERR_USAGE, "layer %s takes a vector a position, but %s gives one a row",
                layer->config->name, layer->below->config->name);
}

int layer_expect_vector(const struct layer *layer)
{
    if (layer->in.length == 0)
        return OK;
    return fail(ERR_USAGE,
                "layer %s takes a vector a row, but %s gives one a position: a pooling "
                "layer or Flatten is missing between them",
                layer->config->name, layer->below->config->name);
}

int layer_expect_all_positions(const struct layer *layer)
{
    if (!layer->frame->mask || layer->in.skipped != SKIPPED_OTHER)
        return layer_expect_sequence(layer);
    return fail(
        ERR_USAGE,
        "layer %s looks at all positions, also those of pads that the mask skips, "
        "but layer %s is not computed there: this is not supported, without a "
        "mask (mask_zero=False) it is",
        layer->config->name, layer->below->config->name);
}
