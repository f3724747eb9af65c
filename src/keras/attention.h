/* Additive attention in Keras's files: what pooling.c reads of an entry that attention.c
 * has made of a graph. */
#ifndef RNNTRAIN_KERAS_ATTENTION_H
#define RNNTRAIN_KERAS_ATTENTION_H

#include "keras/kind.h"

bool keras_has_attention(const struct keras_layer *layer);

/* Sets the units. ERR_FORMAT: pads are masked, but have shares. */
int keras_attention_read(struct keras_reading *reading, const struct keras_layer *layer,
                         struct layer_config *config) NODISCARD;
/* As a kind's find and copy. */
int keras_attention_find(struct keras_reading *reading,
                         struct keras_part *part) NODISCARD;
int keras_attention_copy(struct keras_reading *reading, const struct keras_part *part,
                         const struct tensor *tensors) NODISCARD;

#endif
