/* What a hidden Dense and the output share: Keras has one class for both. */
#ifndef RNNTRAIN_KERAS_DENSE_H
#define RNNTRAIN_KERAS_DENSE_H

#include "keras/kind.h"

/* Appends a part of the kind, whose units are the caller's to set. */
int keras_dense_read(struct keras_reading *reading, const struct keras_layer *layer,
                     enum layer_kind kind, struct keras_part **part,
                     int *units) NODISCARD;

/* Its activation, or that of an Activation or Softmax behind it. */
const char *keras_dense_activation(const struct keras_reading *reading,
                                   const struct keras_layer *layer);
/* Its own one only. */
const char *keras_dense_own_activation(const struct keras_layer *layer);

json_t *keras_dense_write(const struct layer_config *layer, int units,
                          const char *activation, bool has_bias);
json_t *keras_dense_describe(const struct keras_group *group, const char *activation);
int keras_dense_find(struct keras_reading *reading, struct keras_part *part) NODISCARD;
int keras_dense_copy(struct keras_reading *reading, const struct keras_part *part,
                     const struct tensor *tensors) NODISCARD;

/* The kernel of a Dense on a Flatten says how long rows are (flatten.c). */
int keras_flatten_length(struct keras_reading *reading, const struct keras_part *flatten,
                         const struct keras_part *dense) NODISCARD;

#endif
