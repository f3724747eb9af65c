/* Label smoothing: a share s of each target is spread evenly over what it could be. Each
 * function gives what a loss of loss.h grows by, and adds the same of its gradient to
 * d_logits. Source: Szegedy et al. 2016; Keras's losses with label_smoothing. Pure
 * functions; nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_SMOOTHING_H
#define RNNTRAIN_LAYERS_SMOOTHING_H

#include "base/base.h"

/* Of a sigmoid the target is (1 - s) y + s / 2:
 *   loss = s (y - 1/2) logit */
double smooth_binary(real logit, int y, double s, real *d_logit);

/* Of a softmax the targets are (1 - s) onehot(y) + s / classes:
 *   loss = s (logits[y] - mean logits) */
double smooth_categorical(int classes, const real *logits, int y, double s,
                          real *d_logits);

/* The same of p = sigmoid(logits) that are made to add up to 1, with log p in the place
 * of logits. */
double smooth_sigmoids(int classes, const real *logits, int y, double s, real *d_logits);

/* The mean over n labels of what each sigmoid's loss grows by. */
double smooth_labels(int n, const real *logits, const uint8_t *y, double s,
                     real *d_logits);

#endif
