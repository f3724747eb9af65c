/* Layers that need more than one number, appended to a chain. */
#ifndef RNNTRAIN_TESTS_LAYERS_H
#define RNNTRAIN_TESTS_LAYERS_H

#include "layers/chain.h"

/* Returned for what is seldom set: hard_sigmoid, reset_after. */
static inline struct layer_config *add_recurrent(struct chain_config *chain,
                                                 enum recurrent_cell cell, int units,
                                                 bool bidirectional, bool sequences)
{
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);

    layer->recurrent.cell = cell;
    layer->recurrent.units = units;
    layer->recurrent.bidirectional = bidirectional;
    layer->recurrent.sequences = sequences;
    return layer;
}

static inline void add_dropout(struct chain_config *chain, double rate,
                               enum rng_purpose purpose)
{
    struct layer_config *layer = chain_add(chain, LAYER_DROPOUT);

    layer->dropout.rate = rate;
    layer->dropout.purpose = purpose;
}

/* One unit for two classes, else a unit a class. */
static inline void add_output(struct chain_config *chain, int classes)
{
    struct layer_config *layer = chain_add(chain, LAYER_OUTPUT);

    layer->output.units = classes == 2 ? 1 : classes;
    layer->output.loss = classes == 2 ? LOSS_BINARY : LOSS_CATEGORICAL;
}

#endif
