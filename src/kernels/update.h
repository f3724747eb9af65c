/* The rules by which optimizers change weights: one list, of which the kernels' table and
 * the optimizers' names and constants are made. A rule that no kernel set defines does
 * not compile. Nothing here is collective.
 */
#ifndef RNNTRAIN_KERNELS_UPDATE_H
#define RNNTRAIN_KERNELS_UPDATE_H

#include "base/base.h"

/* Constant and name, as options, records and Keras have it in lower case. */
#define UPDATE_LIST(RULE)                                                                \
    RULE(ADAM, adam)                                                                     \
    RULE(RMSPROP, rmsprop)                                                               \
    RULE(SGD, sgd)

#define UPDATE_CONSTANT(NAME, stem) UPDATE_##NAME,
enum { UPDATE_LIST(UPDATE_CONSTANT) UPDATE_KINDS };
#undef UPDATE_CONSTANT

enum { UPDATE_MOST_SLOTS = 2 };

/* The numbers of one step; a rule reads those that it knows. */
struct update {
    real rate;         /* of this step; of Adam with its bias correction */
    real scale;        /* multiplies the gradient */
    real beta1, beta2; /* Adam */
    real rho;          /* RMSprop */
    real momentum;     /* SGD */
    real epsilon;
};

/* Changes the weights w (n) and the rule's moments, slot[k] (n) each, by the gradient g
 * (n). */
typedef void update_rule(size_t n, const struct update *update, const real *g,
                         real *const *slot, real *w);

/* So many steps, one behind the other, whose gradients are zero: the same bits as the
 * rule called for each. Epsilon is greater than 0. */
typedef void idle_rule(size_t n, const struct update *updates, size_t steps,
                       real *const *slot, real *w);

#endif
