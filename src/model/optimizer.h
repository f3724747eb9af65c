/* An optimizer as plain data, which options, records and models of Keras share; optim.h
 * makes it work. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_OPTIMIZER_H
#define RNNTRAIN_MODEL_OPTIMIZER_H

#include "base/base.h"

enum optim_kind { OPTIM_ADAM, OPTIM_RMSPROP, OPTIM_SGD, OPTIM_KINDS };

enum optim_decay {
    DECAY_NONE,
    DECAY_LINEAR,  /* to 0 at the last step */
    DECAY_COSINE,  /* to 0 at the last step, half a period */
    DECAY_INVERSE, /* lr / (1 + decay_rate t), Keras 2's `decay` */
    DECAY_KINDS
};

/* What options and records call them; a list of choices ends with NULL behind these. */
#define OPTIMIZER_NAMES                                                                  \
    [OPTIM_ADAM] = "adam", [OPTIM_RMSPROP] = "rmsprop", [OPTIM_SGD] = "sgd"
#define DECAY_NAMES                                                                      \
    [DECAY_NONE] = "none", [DECAY_LINEAR] = "linear", [DECAY_COSINE] = "cosine",         \
    [DECAY_INVERSE] = "inverse"
extern const char *const optimizer_names[OPTIM_KINDS];
extern const char *const decay_names[DECAY_KINDS];

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

#endif
