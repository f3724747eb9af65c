/* Column sums that a sweep over rows adds to, in registers. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_SUMS_H
#define RNNTRAIN_KERNELS_SUMS_H

#include "kernels/vec.h"

/* Of n gates, whose sums stand `vectors` vectors apart: those of vector j of each. */
INLINE void load_sums(int n, int vectors, int j, const real *sums, vec *sum)
{
    for (int g = 0; g < n; g++)
        sum[g] = vec_load(sums + (j + g * vectors) * WIDTH);
}

INLINE void store_sums(int n, int vectors, int j, const vec *sum, real *sums)
{
    for (int g = 0; g < n; g++)
        vec_store(sums + (j + g * vectors) * WIDTH, sum[g]);
}

#endif
