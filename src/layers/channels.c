#include "layers/channels.h"

size_t channels_place(const struct layer *layer, int d)
{
    int width = layer->in.width, block = round_up(width, layer->frame->kernels->width);

    return (size_t)(d / width * block + d % width);
}

void channels_pack(const struct layer *layer, const real *from, real otherwise, real *to)
{
    for (int d = 0; d < layer->in.blocks * layer->in.width; d++)
        to[channels_place(layer, d)] = from ? from[d] : otherwise;
}

void channels_unpack(const struct layer *layer, const real *from, real *to)
{
    for (int d = 0; d < layer->in.blocks * layer->in.width; d++)
        to[d] = from[channels_place(layer, d)];
}

struct outline channels_outline(const struct chain_config *chain, int i,
                                struct outline in)
{
    (void)chain;
    (void)i;
    return in;
}

void channels_clear(struct layer *layer, const struct pass *pass)
{
    if (layer->below->ops->clear)
        layer->below->ops->clear(layer->below, pass);
}

void channels_pull_again(struct layer *layer, const struct pass *pass,
                         const struct steps *steps, int s, real *x)
{
    layer->below->ops->pull(layer->below, pass, steps, s, x, (size_t)layer->in.row);
}
