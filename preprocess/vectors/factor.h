/* Vectors out of co-occurrences: the first singular vectors of their positive mutual
 * information, by random projections (Halko, Martinsson & Tropp 2011). Every product adds
 * in one order, whatever the number of threads, and the projections are counter-based:
 * the vectors are a function of the co-occurrences, the dimension and the seed. Memory:
 * three arrays of (words, dimension + 26) floats. */
#ifndef RNNTRAIN_PREPROCESS_VECTORS_FACTOR_H
#define RNNTRAIN_PREPROCESS_VECTORS_FACTOR_H

#include "vectors/cooccurrence.h"

/* Vectors (n, width): left singular vectors times the roots of their singular values,
 * scaled to the standard deviation `deviation`; 0 beyond the matrix's rank. The caller's
 * to free. */
float *factor_vectors(const struct cooccurrence *cooccurrence, int width,
                      double deviation, uint64_t seed, int n_threads);

#endif
