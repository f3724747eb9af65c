/* The matrix of an output with many units: logits, and the gradients of its weights and
 * inputs, the same bits as one dot product a logit and one sum after another give, in
 * tiles. The gradients of the weights are of many lanes at once (layer.h: join): each
 * lane has a slot for what they are made of.
 *
 * Keras's kernel (F, C) is read at in_blocks x in_width rows, each block padded to whole
 * vectors. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_LOGITS_H
#define RNNTRAIN_LAYERS_LOGITS_H

#include "layers/layer.h"

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

    /* What lanes' gradients are made of, see logits_gradient.c. */
    int slot_rows[LAYER_JOINT_LANES];
    real *slot_x, *slot_dy, *tiles;
};

void logits_init(struct logits *logits, const struct kernels *kernels, int in_blocks,
                 int in_width, int inputs, int units, int rows);
void logits_layout(struct logits *logits, struct space *space);
void logits_pack(struct logits *logits, const real *kernel, const real *bias);

/* y (n_rows, columns) = x·W + b, x (n_rows, inputs). */
void logits_forward(struct logits *logits, int n_rows, const real *x, real *y);

/* dx (n_rows, inputs) from dy (n_rows, columns), of the lane in a slot, where x (n_rows,
 * inputs) and dy are kept. */
void logits_backward(struct logits *logits, int slot, int n_rows, const real *x,
                     const real *dy, real *dx);

/* Keras's gradients, summed over the lanes in n slots, see join. */
void logits_gradient(const struct logits *logits, int first, int n, real *d_kernel,
                     real *d_bias);

/* The slots; what logits_gradient needs of a lane into one. */
void logits_layout_slots(struct logits *logits, struct arena *arena);
void logits_keep(struct logits *logits, int slot, int n_rows, const real *x,
                 const real *dy);

#endif
