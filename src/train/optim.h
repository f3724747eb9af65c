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

enum optim_kind { OPTIM_ADAM, OPTIM_RMSPROP, OPTIM_SGD };

enum optim_decay {
    DECAY_NONE,
    DECAY_LINEAR, /* to 0 at the last step */
    DECAY_COSINE, /* to 0 at the last step, half a period */
    DECAY_INVERSE /* lr / (1 + decay_rate t), Keras 2's `decay` */
};

struct optim_config {
    enum optim_kind kind;
    double learning_rate;
    double beta1, beta2; /* Adam */
    double rho;          /* RMSprop */
    double momentum;     /* SGD */
    double epsilon;
    double clip_norm; /* largest global norm of the mean gradient; 0: any */
    enum optim_decay decay;
    double decay_rate;
    int64_t warmup_steps; /* the rate rises linearly over these */
    int64_t total_steps;  /* where linear and cosine decay end */
};

struct optim {
    struct optim_config config;
    const struct kernels *kernels;
    size_t n;
    int n_slots;
    int64_t n_before; /* steps that the moments have seen before step 0 */
    real *slot[2];    /* moments, (n) each, owned: Adam m, v; RMSprop v; SGD velocity */
};

void optim_new(const struct optim_config *config, const struct kernels *kernels, size_t n,
               struct optim *optim);
void optim_release(struct optim *optim);

/* The learning rate of step t, from 0. */
double optim_rate(const struct optim_config *config, int64_t t);

/* One step, t from 0: gradient (n) is a sum over `rows` rows. Returns the global norm of
 * the mean gradient, before clipping; NaN or infinity means that weights are as they
 * were. */
double optim_apply(struct optim *optim, int64_t t, const real *gradient, int rows,
                   real *weights);

/* Keras's optimizer_config as JSON; the caller's to free. */
char *optim_to_json(const struct optim_config *config);

#endif
