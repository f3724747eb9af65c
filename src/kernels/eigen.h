/* Eigenvectors of small symmetric matrices: the same bits on every processor, as neither
 * LAPACK nor libm beyond sqrt takes part. */
#ifndef RNNTRAIN_KERNELS_EIGEN_H
#define RNNTRAIN_KERNELS_EIGEN_H

#include "base/base.h"

/* Of a symmetric matrix (n, n), which is destroyed: values (n), falling, and vectors
 * (n, n), a row each of length 1, whose number of greatest magnitude is positive. Takes
 * some 10 n^3 steps. */
void eigen_symmetric(int n, double *matrix, double *values, double *vectors);

#endif
