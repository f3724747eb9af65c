/* What dense.c (the layer, vectors one a row) and dense_sequence.c (a vector a position)
 * share. */
#ifndef RNNTRAIN_LAYERS_DENSE_PRIVATE_H
#define RNNTRAIN_LAYERS_DENSE_PRIVATE_H

#include "layers/dense.h"
#include "layers/linear.h"

/* Dense(D): y = f(x W + b). Source: Keras Dense, kernel (F, D), bias (D). Of a sequence
 * each position has its vector: y and dy are (slots, columns) then, the slots of
 * PLAN_WHOLE. */
struct dense_layer {
    struct layer layer;
    struct linear linear;
    real *b, *db; /* (columns) */
    real *slope;  /* as y: f' at the sums, which relu does not need */
    real *dz;     /* (R, columns) as a panel matrix */
    real *x, *dx; /* (R, in.row) of a step of a sequence */
};

/* Of n_rows rows of x (rows, in.row), those of y that begin at element `at`; and back
 * from those of dy, which become dL/dz: the gradients of W and b are added to, dx (rows,
 * in.row) is set. */
void dense_apply(struct dense_layer *dense, const struct pass *pass, int n_rows,
                 const real *x, size_t at);
void dense_apply_back(struct dense_layer *dense, int n_rows, const real *x, size_t at,
                      real *dx);

void dense_shape_sequence(struct dense_layer *dense);
void dense_layout_sequence(struct dense_layer *dense, struct space *space);
void dense_forward_sequence(struct dense_layer *dense, const struct pass *pass);
void dense_backward_sequence(struct dense_layer *dense, const struct pass *pass);

void dense_pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                int s, real *x, size_t row);
void dense_clear(struct layer *layer, const struct pass *pass);
void dense_push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                int s, const real *dx, size_t row);

#endif
