#include "layers/chain.h"

#include <stdio.h>
#include <string.h>

const struct cell_kind cell_kinds[] = {
    [CELL_LSTM] = {"lstm", "LSTM", 4},
    [CELL_GRU] = {"gru", "GRU", 3},
};
_Static_assert(COUNT_OF(cell_kinds) == CELL_KINDS, "a cell has no name");

struct layer_config *chain_add(struct chain_config *chain, enum layer_kind kind)
{
    if (chain->n_layers == CHAIN_MOST_LAYERS)
        return NULL;

    struct layer_config *layer = &chain->layer[chain->n_layers++];
    *layer = (struct layer_config){.kind = kind};
    return layer;
}

static const char *base_name(const struct layer_config *layer)
{
    static const char *const poolings[] = {[POOLING_MAX] = "global_max_pooling1d",
                                           [POOLING_MEAN] = "global_average_pooling1d"};
    _Static_assert(COUNT_OF(poolings) == POOLING_KINDS, "a pooling has no name");

    switch (layer->kind) {
    case LAYER_EMBEDDING:
        return "embedding";
    case LAYER_DROPOUT:
        return "dropout";
    case LAYER_RECURRENT:
        return layer->recurrent.bidirectional ? "bidirectional"
                                              : cell_kinds[layer->recurrent.cell].name;
    case LAYER_POOLING:
        return poolings[layer->pooling.how];
    case LAYER_FLATTEN:
        return "flatten";
    case LAYER_DENSE:
    case LAYER_OUTPUT:
        return "dense";
    case LAYER_KINDS:
        break;
    }
    die("a layer of an unknown kind");
}

void chain_name_layers(struct chain_config *chain)
{
    for (int i = 0; i < chain->n_layers; i++) {
        const char *base = base_name(&chain->layer[i]);
        char *name = chain->layer[i].name;
        int n = 0;

        for (int k = 0; k < i; k++)
            n += !strcmp(base_name(&chain->layer[k]), base);
        snprintf(name, LAYER_NAME_BYTES, n ? "%s_%d" : "%s", base, n);
    }
}

struct outline chain_outline(const struct chain_config *chain, int i)
{
    const struct layer_config *layer = &chain->layer[i];
    struct outline in = i ? chain_outline(chain, i - 1) : (struct outline){0, 0};

    switch (layer->kind) {
    case LAYER_EMBEDDING:
        return (struct outline){chain->length, layer->embedding.width};
    case LAYER_DROPOUT:
        return in;
    case LAYER_RECURRENT:
        return (struct outline){layer->recurrent.sequences ? in.length : 0,
                                layer_directions(layer) * layer->recurrent.units};
    case LAYER_POOLING:
        return (struct outline){0, in.width};
    case LAYER_FLATTEN:
        return (struct outline){0, in.length ? in.length * in.width : in.width};
    case LAYER_DENSE:
        return (struct outline){0, layer->dense.units};
    case LAYER_OUTPUT:
        return (struct outline){0, layer->output.units};
    case LAYER_KINDS:
        break;
    }
    die("a layer of an unknown kind");
}

static const struct layer_config *output_of(const struct chain_config *chain)
{
    return &chain->layer[chain->n_layers - 1];
}

bool chain_is_binary(const struct chain_config *chain)
{
    return output_of(chain)->output.loss == LOSS_BINARY;
}

int chain_classes(const struct chain_config *chain)
{
    return chain_is_binary(chain) ? 2 : output_of(chain)->output.units;
}

int chain_outputs(const struct chain_config *chain)
{
    return output_of(chain)->output.units;
}
