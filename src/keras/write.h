/* What writing a Sequential (write.c) and a functional model (functional.c) share. */
#ifndef RNNTRAIN_KERAS_WRITE_H
#define RNNTRAIN_KERAS_WRITE_H

#include "keras/kind.h"

/* KERAS_2: what Keras 2.2.4 to 3 load from HDF5; KERAS_3: what stands in a .keras
 * archive. */
enum keras_dialect { KERAS_2, KERAS_3 };

/* A layer of the chain as Keras's JSON has it; the caller's. */
json_t *keras_layer_object(const struct chain_config *chain,
                           const struct layer_config *layer);

void keras_append(json_t *layers, json_t *layer, enum keras_dialect dialect);

/* Whether a chain has poolings side by side, which a Sequential cannot have; and the
 * model of such a chain, `input` being its InputLayer, which it takes over. */
bool keras_has_branches(const struct chain_config *chain);
json_t *keras_functional(const struct chain_config *chain, json_t *input,
                         enum keras_dialect dialect);

#endif
