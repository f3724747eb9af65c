/* Activations as Keras has them: by name in a Dense or an Activation, or as a layer of a
 * class of their own. */
#ifndef RNNTRAIN_KERAS_ELEMENTWISE_H
#define RNNTRAIN_KERAS_ELEMENTWISE_H

#include "keras/kind.h"

/* Whether Keras has an activation of that name; which. */
bool keras_find_activation(const char *name, enum activation *how);
/* The name that Keras reads. */
const char *keras_activation_name(enum activation how);
/* "relu, linear, ..."; the caller's. */
char *keras_activation_list(void);

/* The name of an activation that is a layer without numbers of its own, an Activation or
 * Softmax; NULL: it is of another class. */
const char *keras_layer_activation(const struct keras_layer *layer);

/* Appends the activation that a layer has as an object, Dense(activation=LeakyReLU(0.1));
 * *is_one: it has such a one. */
int keras_read_inner_activation(struct keras_reading *reading,
                                const struct keras_layer *layer, const json_t *value,
                                bool *is_one) NODISCARD;

#endif
