/* Tall matrices (rows, columns) of floats, row by row: products of their columns, and
 * columns made orthonormal. The same bits on any number of threads. */
#ifndef RNNTRAIN_KERNELS_TALL_H
#define RNNTRAIN_KERNELS_TALL_H

#include "base/base.h"

struct tall {
    int32_t n_rows;
    int n_columns;
    float *values;
};

/* gram = tall^T tall (columns, columns); sums over rows in blocks, over these in order.
 */
void tall_gram(const struct tall *tall, int n_threads, double *gram);

/* The principal axes of the rows, (columns, columns), one a row of length 1, and how much
 * of their squares lies along each, `energy` (columns), falling. */
void tall_axes(const struct tall *tall, int n_threads, double *energy, double *axes);

/* tall <- tall right, where right is (columns, columns). */
void tall_multiply(struct tall *tall, int n_threads, const double *right);

/* Makes the columns orthonormal by the Cholesky factor of their products; one that
 * depends on those before it becomes 0. As exact as their condition lets it be: twice is
 * enough (Yamamoto et al. 2015). */
void tall_orthonormalise(struct tall *tall, int n_threads);

#endif
