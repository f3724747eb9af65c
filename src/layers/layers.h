/* The layers around the recurrent ones: hidden and output Dense, losses, initialisers.
 *
 * Rows are the rows of one lane, R at most. Row-major arrays have padded rows (see
 * kernels.h). All functions are pure in their arguments; nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_LAYERS_H
#define RNNTRAIN_LAYERS_LAYERS_H

#include "base/base.h"
#include "layers/linear.h"

/* Dense(D, relu): y = max(x W + b, 0). Source: Keras Dense, kernel (F, D), bias (D). */
struct dense {
    struct linear linear;
    int rows;
    real *b, *db; /* (columns) */
    real *y;      /* (R, columns) */
    real *dy;     /* (R, columns), dL/dy, filled by the caller */
    real *dz;     /* (R, columns) as a panel matrix */
};

void dense_init(struct dense *dense, const struct kernels *kernels, int in_blocks,
                int in_width, int units, int rows);
void dense_layout(struct dense *dense, struct space *space);
void dense_pack(struct dense *dense, const real *kernel, const real *bias);
void dense_forward(struct dense *dense, int rows, const real *x);
/* From dy: dx (R, inputs), and the weights' gradients, which are set. y must be as
 * forward left it, or 0 where dropout dropped it. */
void dense_backward(struct dense *dense, int rows, const real *x, real *dx);
void dense_unpack(const struct dense *dense, real *kernel, real *bias);

/* Dense(1) or Dense(C) that gives logits. Few outputs: W is kept as rows, one an output,
 * and each logit is a dot product. Source: Keras Dense, kernel (F, C), bias (C). */
struct output {
    const struct kernels *kernels;
    int in_blocks, in_width, inputs; /* as struct linear */
    int units;
    real *w, *dw; /* (units, inputs) */
    real *b, *db; /* (units) */
};

/* `inputs` is the padded length of a row of x, in_blocks equal blocks. */
void output_init(struct output *output, const struct kernels *kernels, int in_blocks,
                 int in_width, int inputs, int units);
void output_layout(struct output *output, struct space *space);
void output_pack(struct output *output, const real *kernel, const real *bias);
void output_forward(const struct output *output, int rows, const real *x, real *logits);
void output_backward(struct output *output, int rows, const real *x, const real *d_logits,
                     real *dx);
void output_unpack(const struct output *output, real *kernel, real *bias);

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

/* Keras's initialisers; `stream` numbers the tensor. Embedding 'uniform': U(-0.05, 0.05).
 */
void init_uniform(uint64_t seed, int stream, double limit, size_t n, real *w);
/* Limit sqrt(6 / (fan_in + fan_out)), the fans being the stored shape's. */
void init_glorot_uniform(uint64_t seed, int stream, int fan_in, int fan_out, real *w);
/* Orthonormal rows (rows <= columns): the Q of a QR of a normal matrix, R's diagonal > 0.
 */
void init_orthogonal(uint64_t seed, int stream, int rows, int columns, real *w);

#endif
