/* Optimizers over the flat array of weights: Adam, RMSprop, SGD with momentum; clipping
 * by the global norm; warm-up and decay of the learning rate. Replicated: every rank
 * applies the same gradient to the same weights. Nothing here is collective.
 *
 * Sources: Keras 2.3 optimizers.py (Adam in the "epsilon hat" form, RMSprop with epsilon
 * outside the root, SGD); tf.clip_by_global_norm.
 */
#ifndef RNNTRAIN_TRAIN_OPTIM_H
#define RNNTRAIN_TRAIN_OPTIM_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "model/optimizer.h"

/* Weights that train: elements first .. first + n - 1 of the flat array. */
struct optim_part {
    size_t first, n;
};

struct optim {
    struct optim_config config;
    const struct kernels *kernels;
    size_t n;
    struct optim_part *parts; /* owned; all of it, until optim_train_only */
    int n_parts;
    int n_slots;
    int64_t n_before; /* steps that the moments have seen before step 0 */
    real *slot[2];    /* moments, (n) each, owned: Adam m, v; RMSprop v; SGD velocity */
    real *average; /* (n) of the weights over the steps, owned; NULL without config.ema */
};

void optim_new(const struct optim_config *config, const struct kernels *kernels, size_t n,
               struct optim *optim);
void optim_release(struct optim *optim);
/* All other weights, and their moments, stay as they are, and their gradient counts for
 * nothing; the parts are copied. */
void optim_train_only(struct optim *optim, const struct optim_part *parts, int n_parts);

/* Where a run begins, the average is its first weights. */
void optim_begin_average(struct optim *optim, const real *weights);

/* Arrays as large as the weights that the optimizer keeps. */
int optim_arrays(const struct optim *optim);

/* The learning rate of step t, from 0. */
double optim_rate(const struct optim_config *config, int64_t t);

/* One step, t from 0: gradient (n) is a sum over `rows` rows. The average becomes ema *
 * average + (1 - ema) * weights, and the weights alone at step 0 (Keras 3). Returns the
 * global norm of the mean gradient, before clipping; NaN or infinity means that weights
 * are as they were. */
double optim_apply(struct optim *optim, int64_t t, const real *gradient, int rows,
                   real *weights);

#endif
