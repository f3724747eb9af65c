/* What LayerNormalization and BatchNormalization share: gamma and beta, which either may
 * be without, and what Keras says of them. */
#ifndef RNNTRAIN_KERAS_NORMALIZATION_H
#define RNNTRAIN_KERAS_NORMALIZATION_H

#include "keras/kind.h"

/* Appends a part of the kind; the last axis only. */
int keras_normalization_read(struct keras_reading *reading,
                             const struct keras_layer *layer,
                             enum layer_kind kind) NODISCARD;
json_t *keras_normalization_write(const struct layer_config *layer,
                                  const char *class_name);

/* Its arrays, `more` of them behind gamma and beta. */
int keras_normalization_find(struct keras_reading *reading, struct keras_part *part,
                             int more) NODISCARD;
int keras_normalization_copy(struct keras_reading *reading, const struct keras_part *part,
                             const struct tensor *tensors, int more) NODISCARD;

#endif
