/* What conv.c (the layer, its pass forward), conv_backward.c (its pass back) and
 * conv_sparse.c (the same of a dL/dz that is mostly zero) share. */
#ifndef RNNTRAIN_LAYERS_CONV_PRIVATE_H
#define RNNTRAIN_LAYERS_CONV_PRIVATE_H

#include "layers/layer.h"
#include "layers/linear.h"
#include "layers/windows.h"

/* Weights filter by filter, and those elements of dL/dz that are not zero, of a block of
 * filters and positions. */
struct conv_sparse {
    real *w, *dw; /* (filters, K * in.row) */
    bool is_used; /* by a row of the pass: dw is not zero */
    /* Elements of filter f: first[f] to below first[f + 1]; and the same position by
     * position. */
    int32_t *first, *position;
    real *value;
    int32_t *first_at, *filter_at;
    real *value_at;
};

/* Conv1D: y[p] = f(sum over taps k of x[p * strides + k - left] W_k + b), the positions
 * around a row being zeros. Source: Keras Conv1D, kernel (K, F, filters), bias (filters).
 *
 * A row's positions stand side by side in x, so a window is one run of numbers, and all
 * windows of a row are the rows, which overlap, of one product. Their gradients overlap
 * too: they are added tap by tap. A mask ends here: behind it every position counts. */
struct conv_layer {
    struct layer layer;
    struct windows windows;
    struct linear linear;
    int span;     /* positions of a row in x, with those around it */
    real *x, *dx; /* (R, span, in.row) */
    real *slope;  /* (R, T', out.row) of the activation, unless it is relu or linear */
    real *dz; /* (T' + 1, columns) of one row: a panel matrix, or the first rows of (T',
                     out.row) */
    real *b, *db; /* (columns) */
    real *step;   /* (R, in.row) where positions are skipped */
    struct conv_sparse sparse;
    struct peaks peaks; /* by_rows: of the pass */
};

/* Whether f' is kept, in `slope`. */
bool conv_needs_slope(const struct layer *layer);
/* Row r of x or dx, with what stands around its positions. */
real *conv_row(const struct conv_layer *conv, real *rows, int r);

/* Sets the gradients of W and b, and dx. */
void conv_backward(struct layer *layer, const struct pass *pass);

void conv_sparse_layout(struct conv_layer *conv, struct space *space);
void conv_sparse_pack(struct conv_layer *conv, const real *kernel);
void conv_sparse_begin(struct conv_layer *conv);
/* Adds what row r's dL/dz gives: n vectors of out.row, of which number j of vector p is
 * of position where[p * out.row + j], or of p itself where `where` is NULL. */
void conv_sparse_add_row(struct conv_layer *conv, int r, int n, const int32_t *where,
                         const real *dz);
/* Adds the gradient to Keras's. */
void conv_sparse_end(const struct conv_layer *conv, real *kernel);

#endif
