/* What logits come to: losses, probabilities and decisions. Pure functions; nothing here
 * is collective.
 */
#ifndef RNNTRAIN_LAYERS_LOSS_H
#define RNNTRAIN_LAYERS_LOSS_H

#include "kernels/kernels.h"

/* Binary cross-entropy of sigmoid(logit) against y (0 or 1), from the logit:
 *   loss = log(1 + exp(logit)) - y logit,  d_logit = sigmoid(logit) - y
 * Source: Keras binary_crossentropy(from_logits=True). d_logit may be NULL. */
double binary_crossentropy(real logit, int y, real *d_logit);

/* Categorical cross-entropy of softmax(logits) against class y:
 *   loss = log sum exp(logits) - logits[y],  d_logits = softmax(logits) - onehot(y)
 * `terms`, room for `classes` numbers; d_logits may be NULL. */
double categorical_crossentropy(const struct kernels *kernels, int classes,
                                const real *logits, int y, double *terms, real *d_logits);

/* Probabilities of all classes (2 or more) from one logit or `classes` logits. */
void class_probabilities(const struct kernels *kernels, int classes, const real *logits,
                         double *probabilities);

/* The class that the logits decide for: logit > 0, or the first largest. */
int class_decision(const struct kernels *kernels, int classes, const real *logits);

#endif
