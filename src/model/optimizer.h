/* An optimizer as plain data, which options, records and models of Keras share; optim.h
 * makes it work. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_OPTIMIZER_H
#define RNNTRAIN_MODEL_OPTIMIZER_H

#include "base/base.h"
#include "kernels/update.h"

/* In the order of the rules: `kernels->update[kind]`. */
#define OPTIM_CONSTANT(NAME, stem) OPTIM_##NAME,
enum optim_kind { UPDATE_LIST(OPTIM_CONSTANT) OPTIM_KINDS };
#undef OPTIM_CONSTANT

enum optim_decay {
    DECAY_NONE,
    DECAY_LINEAR,  /* to 0 at the last step */
    DECAY_COSINE,  /* to 0 at the last step, half a period */
    DECAY_INVERSE, /* lr / (1 + decay_rate t), Keras 2's `decay` */
    DECAY_KINDS
};

/* What options and records call them, each with its comma: UPDATE_LIST(OPTIMIZER_NAME).
 * Lists of choices end with NULL behind them. */
#define OPTIMIZER_NAME(NAME, stem) [OPTIM_##NAME] = #stem,
#define DECAY_NAMES                                                                      \
    [DECAY_NONE] = "none", [DECAY_LINEAR] = "linear", [DECAY_COSINE] = "cosine",         \
    [DECAY_INVERSE] = "inverse"
extern const char *const optimizer_names[OPTIM_KINDS];

struct optim_config {
    enum optim_kind kind;
    double learning_rate;
    double beta1, beta2; /* Adam */
    double rho;          /* RMSprop */
    double momentum;     /* SGD */
    double epsilon;
    double clip_norm; /* largest global norm of the mean gradient; 0: any */
    double ema;       /* momentum of averages of the weights; 0: there are none */
    enum optim_decay decay;
    double decay_rate;
    int64_t warmup_steps; /* the rate rises linearly over these */
    int64_t total_steps;  /* where linear and cosine decay end */
};

#endif
