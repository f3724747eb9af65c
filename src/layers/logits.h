/* The matrix of an output with many units: logits, and the gradients of its weights and
 * inputs, the same bits as one dot product a logit and one sum after another give, in
 * tiles.
 *
 * Keras's kernel (F, C) is read at in_blocks x in_width rows, each block padded to whole
 * vectors. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_LOGITS_H
#define RNNTRAIN_LAYERS_LOGITS_H

#include "kernels/kernels.h"
#include "layers/params.h"

struct logits {
    const struct kernels *kernels;
    int in_blocks, in_width, block; /* block: reals from one block to the next */
    int inputs;                     /* reals of a row of inputs, pads counted */
    int units, columns;             /* C; rounded up to whole vectors */
    int rows;                       /* most of a lane */
    int32_t *order, *ends;          /* of kernels_dot_order */
    real *w, *b;                    /* panel matrix (inputs in that order, columns) */
    real *w_t; /* classes in blocks, each a panel matrix (classes, inputs); NULL where
                  nothing trains */
    real *x;   /* (R, inputs) in that order */
};

void logits_init(struct logits *logits, const struct kernels *kernels, int in_blocks,
                 int in_width, int inputs, int units, int rows);
void logits_layout(struct logits *logits, struct space *space);
void logits_pack(struct logits *logits, const real *kernel, const real *bias);

/* y (n_rows, columns) = x·W + b, x (n_rows, inputs). */
void logits_forward(struct logits *logits, int n_rows, const real *x, real *y);

/* Keras's gradients from dy (n_rows, columns), and dx (n_rows, inputs). */
void logits_backward(const struct logits *logits, int n_rows, const real *x,
                     const real *dy, real *dx, real *d_kernel, real *d_bias);

#endif
