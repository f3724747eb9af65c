/* The first eigenvectors of a symmetric operator without negative eigenvalues, by block
 * Lanczos (Golub & Underwood 1977) with all blocks kept and made orthogonal: of as many
 * applications it makes more than powers of as many vectors do (Musco & Musco 2015). The
 * same bits on any number of threads, if the operator's are. */
#ifndef RNNTRAIN_KERNELS_LANCZOS_H
#define RNNTRAIN_KERNELS_LANCZOS_H

#include "kernels/tall.h"

/* to = the operator of `of`, both of start's shape. */
typedef void lanczos_operator(void *context, const struct tall *of, struct tall *to);

/* start (n, block): random; overwritten. The operator is applied steps + 1 times.
 * vectors (n, width), width <= steps * block: by falling eigenvalue, orthonormal; zeros
 * where there are no more. */
void lanczos_eigenvectors(lanczos_operator *apply, void *context, struct tall *start,
                          int steps, int n_threads, struct tall *vectors);

#endif
