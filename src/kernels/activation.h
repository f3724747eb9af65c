/* What Dense and Activation apply to each number: one list, of which the kernels' table,
 * options and Keras's names are made. One that no kernel set defines does not compile.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_KERNELS_ACTIVATION_H
#define RNNTRAIN_KERNELS_ACTIVATION_H

#include "base/base.h"

/* Constant, and name, which is Keras's too. */
#define ACTIVATION_LIST(ACTIVATION)                                                      \
    ACTIVATION(RELU, relu)                                                               \
    ACTIVATION(LINEAR, linear)                                                           \
    ACTIVATION(TANH, tanh)                                                               \
    ACTIVATION(SIGMOID, sigmoid)                                                         \
    ACTIVATION(ELU, elu)                                                                 \
    ACTIVATION(SELU, selu)                                                               \
    ACTIVATION(SOFTPLUS, softplus)                                                       \
    ACTIVATION(SOFTSIGN, softsign)                                                       \
    ACTIVATION(GELU, gelu)           /* x times the normal distribution's integral */    \
    ACTIVATION(GELU_TANH, gelu_tanh) /* Keras's gelu(approximate=True) */                \
    ACTIVATION(SWISH, swish)                                                             \
    ACTIVATION(LEAKY_RELU, leaky_relu)                                                   \
    ACTIVATION(EXPONENTIAL, exponential)

#define ACTIVATION_CONSTANT(NAME, stem) ACTIVATION_##NAME,
enum activation { ACTIVATION_LIST(ACTIVATION_CONSTANT) ACTIVATION_KINDS };
#undef ACTIVATION_CONSTANT

/* For lists of names: ACTIVATION_LIST(ACTIVATION_NAME). */
#define ACTIVATION_NAME(NAME, stem) [ACTIVATION_##NAME] = #stem,

/* y = f(x) of n numbers and, unless slope is NULL, slope = f'(x). y may be x. `alpha` is
 * ELU's limit and LEAKY_RELU's slope below 0; others do not look at it. An element's
 * result depends on it alone. */
typedef void activation_rule(size_t n, real alpha, const real *x, real *y, real *slope);

#endif
