/* Recurrent layers drawn at random: any cell, directions, merge mode, order, activations
 * and dropouts. */
#ifndef RNNTRAIN_TESTS_RECURRENT_LAYERS_H
#define RNNTRAIN_TESTS_RECURRENT_LAYERS_H

#include "base/rng.h"
#include "layers/chain.h"

/* Numbers 0 .. below - 1, one after the other. */
static inline int draw(struct rng *rng, int below)
{
    return (int)rng_below(rng, rng->step++, (uint32_t)below);
}

/* Where pads are skipped no layer gives its steps backwards. Often as Keras has it where
 * nothing is said. */
static inline void draw_recurrent(struct rng *rng, struct chain_config *chain,
                                  bool sequences)
{
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);

    layer->recurrent.cell = (enum recurrent_cell)draw(rng, CELL_KINDS);
    layer->recurrent.units = 1 + draw(rng, 5);
    layer->recurrent.bidirectional = draw(rng, 2);
    layer->recurrent.hard_sigmoid =
        draw(rng, 3) == 0 && layer->recurrent.cell != CELL_SIMPLE;
    layer->recurrent.reset_after = draw(rng, 2) && layer->recurrent.cell == CELL_GRU;
    layer->recurrent.sequences = sequences;

    layer->recurrent.activation = (enum cell_activation)draw(rng, 2 * CELL_ACTIVATIONS);
    if (layer->recurrent.activation >= CELL_ACTIVATIONS)
        layer->recurrent.activation = CELL_TANH;
    if (layer->recurrent.bidirectional)
        layer->recurrent.merge = (enum merge_mode)draw(rng, MERGE_MODES);
    layer->recurrent.backwards = draw(rng, 4) == 0 && !(sequences && chain->mask);
}

#endif
