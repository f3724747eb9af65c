/* What conv.c (the layer, its pass forward), conv_backward.c (its pass back),
 * conv_sparse.c (the same of a dL/dz that is mostly zero) and conv_words.c (both right on
 * an embedding) share. */
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

/* Of a layer right on an embedding, or with a Dropout between that drops nothing in a
 * pass: the words of rows low to below high of a lane, and their products. */
struct conv_words {
    struct layer *embedding; /* NULL: there is none, or products are not looked up */
    int most;                /* words that there is room for: those of a row at least */
    int n, low, high;
    struct pass pass; /* the layer's own, which the one above has other plans for */
    int32_t *place;   /* (V) a word's number among them + 1, or 0 */
    int32_t *ids;     /* (most) */
    int32_t *at;      /* (R, T) numbers of the words at positions */
    real *x;          /* (most, in.row) */
    real *z;          /* (most, K, out.row) x W_k; on the way back dL/d(them) */
    /* What a row's windows are summed from, see struct matmul_sparse. */
    int32_t *first, *column;
    real *one;
    real *dz;     /* (T', out.row) of a row of which the maxima are known */
    real *panels; /* of a tap, and dL/dx (words, in.row), of a block of words */
    real *dx;
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
    int span;      /* positions of a row in x, with those around it */
    bool in_place; /* x and dx are y and dy of the layer below */
    real *x, *dx;  /* else (R, span, in.row) */
    real *slope;   /* (R, T', out.row) of the activation, unless it is relu or linear */
    real *dz; /* (T' + 1, columns) of one row: a panel matrix, or the first rows of (T',
                     out.row) */
    real *b, *db; /* (columns) */
    real *step;   /* (R, in.row) where positions are skipped */
    struct conv_sparse sparse;
    struct conv_words words;
    struct peaks peaks; /* by_rows: of the pass */
};

/* Whether f' is kept, in `slope`. */
bool conv_needs_slope(const struct layer *layer);
/* Row r of x or dx, with what stands around its positions. */
real *conv_row(const struct conv_layer *conv, real *rows, int r);

/* Sets the gradients of W and b, and dx, unless it returns true: then the embedding's
 * gradient has been added to instead. */
bool conv_backward(struct layer *layer, const struct pass *pass);

/* Pulls x, unless it stands in place. */
void conv_pull(struct conv_layer *conv, const struct pass *pass);

void conv_words_shape(struct conv_layer *conv);
void conv_words_layout(struct conv_layer *conv, struct space *space);
/* Whether words have the same vectors at all positions in this pass. */
bool conv_words_serve(const struct conv_layer *conv, const struct pass *pass);
/* The lane is a new one. */
void conv_words_begin(struct conv_layer *conv, const struct pass *pass);
/* y, with a relu if that is the activation, of row r: rows come in order. */
void conv_words_forward(struct conv_layer *conv, int r, real *y);
/* Adds to dw and db, and to the embedding's gradient; dz_of gives dL/dz of a row, of all
 * positions. */
void conv_words_backward(struct conv_layer *conv, const struct pass *pass,
                         const real *(*dz_of)(struct conv_layer *conv, int r));

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
