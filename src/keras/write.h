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

/* Whether a chain has poolings side by side, or attention, which a Sequential cannot
 * have; and the model of such a chain, `input` being its InputLayer, which it takes
 * over. */
bool keras_has_branches(const struct chain_config *chain);
json_t *keras_functional(const struct chain_config *chain, json_t *input,
                         enum keras_dialect dialect);

/* A functional model that is being written (functional.c). */
struct keras_functional {
    const struct chain_config *chain;
    enum keras_dialect dialect;
    json_t *layers;
};

/* Output `output` of a layer, as nodes name it; and appends a layer that takes `sources`,
 * which it takes over; NULL: it is the input. */
json_t *keras_source_json(const char *layer, int output);
void keras_add_layer(struct keras_functional *model, json_t *layer, json_t *sources);

/* Appends the layers of an additive attention but for the Flatten behind them, and
 * returns the name of the last, the caller's (attention_write.c). */
char *keras_add_attention(struct keras_functional *model,
                          const struct layer_config *layer);

#endif
