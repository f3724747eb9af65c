/* What LayerNormalization and BatchNormalization share. Nothing here is collective. */
#ifndef RNNTRAIN_LAYERS_NORMALIZATION_H
#define RNNTRAIN_LAYERS_NORMALIZATION_H

#include "layers/layer.h"

/* gamma and beta, as far as the layer has them. */
void normalization_tensors(const struct chain_config *chain, int i,
                           struct params *params);

/* Of an item of a stack, "layer-norm:epsilon=1e-05:no_center". */
int normalization_read_words(struct stack_item *item, struct chain_config *chain,
                             struct layer_config *layer) NODISCARD;
char *normalization_write_words(const struct layer_config *layer, const char *word);

#endif
