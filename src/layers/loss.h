/* What logits come to: losses, probabilities and decisions. Pure functions; nothing here
 * is collective.
 */
#ifndef RNNTRAIN_LAYERS_LOSS_H
#define RNNTRAIN_LAYERS_LOSS_H

#include "base/base.h"

/* Binary cross-entropy of sigmoid(logit) against y (0 or 1), from the logit:
 *   loss = log(1 + exp(logit)) - y logit,  d_logit = sigmoid(logit) - y
 * Source: Keras binary_crossentropy(from_logits=True). */
double binary_crossentropy(real logit, int y, real *d_logit);

/* Categorical cross-entropy of softmax(logits) against class y:
 *   loss = log sum exp(logits) - logits[y],  d_logits = softmax(logits) - onehot(y) */
double categorical_crossentropy(int classes, const real *logits, int y, real *d_logits);

/* Probabilities of all classes (2 or more) from one logit or `classes` logits. */
void class_probabilities(int classes, const real *logits, double *probabilities);

/* The class that the logits decide for: logit > 0, or the first largest. */
int class_decision(int classes, const real *logits);

#endif
