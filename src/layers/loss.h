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

/* Categorical cross-entropy of p = sigmoid(logits), as it is taken of numbers that do not
 * add up to 1:
 *   loss = log sum p - log p[y],  d_logits = p (1 - p) / sum p - onehot(y) (1 - p[y])
 * Source: Keras categorical_crossentropy(from_logits=False), which divides by the sum. */
double sigmoids_crossentropy(int classes, const real *logits, int y, real *d_logits);

/* The mean over n labels of the binary cross-entropy of sigmoid(logits) against y:
 *   d_logits = (sigmoid(logits) - y) / n
 * Source: Keras binary_crossentropy, which takes the mean over the last axis. d_logits
 * may be NULL. */
double multi_label_crossentropy(const struct kernels *kernels, int n, const real *logits,
                                const uint8_t *y, real *d_logits);

/* Probabilities of two classes from one logit, or of as many classes as there are logits;
 * of labels that do not exclude each other. */
void class_probabilities(const struct kernels *kernels, int n_logits, const real *logits,
                         double *probabilities);
void label_probabilities(int n, const real *logits, double *probabilities);

/* The class that the logits decide for: logit > 0, or the first largest. */
int class_decision(const struct kernels *kernels, int n_logits, const real *logits);

#endif
