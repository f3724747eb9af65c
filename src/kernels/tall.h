/* Tall matrices (rows, columns) of floats, row by row: products of their columns, and
 * columns made orthonormal. The same bits on any number of threads. */
#ifndef RNNTRAIN_KERNELS_TALL_H
#define RNNTRAIN_KERNELS_TALL_H

#include "base/rng.h"

struct tall {
    int32_t n_rows;
    int n_columns;
    float *values;
};

/* Not cleared; the caller frees the values. */
struct tall tall_new(int32_t n_rows, int n_columns);

/* Fills it from -1 to 1, evenly: of rng's seed and purpose, by row and column. */
void tall_draw(struct tall *tall, struct rng rng);

/* products = left^T right (left's columns, right's), of as many rows; sums over rows in
 * blocks, over these in order. */
void tall_products(const struct tall *left, const struct tall *right, int n_threads,
                   double *products);

/* The principal axes of the rows, (columns, columns), one a row of length 1, and how much
 * of their squares lies along each, `energy` (columns), falling. */
void tall_axes(const struct tall *tall, int n_threads, double *energy, double *axes);

/* tall <- tall right, where right is (columns, columns). */
void tall_multiply(struct tall *tall, int n_threads, const double *right);

/* tall <- tall + from right, where right is (from's columns, tall's). */
void tall_add(struct tall *tall, const struct tall *from, int n_threads,
              const double *right);

/* Makes the columns orthonormal by the Cholesky factor of their products; one that
 * depends on those before it becomes 0. As exact as their condition lets it be: twice is
 * enough (Yamamoto et al. 2015). */
void tall_orthonormalise(struct tall *tall, int n_threads);

#endif
