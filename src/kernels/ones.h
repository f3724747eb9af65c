/* Sums of rows that ones of a sparse matrix name. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_ONES_H
#define RNNTRAIN_KERNELS_ONES_H

#include "kernels/vec.h"

#include <stdint.h>

enum { QUAD = 4 };
typedef float quad __attribute__((vector_size(QUAD * sizeof(float))));
typedef double quad_sum __attribute__((vector_size(QUAD * sizeof(double))));

/* Rows stand anywhere: this many ahead are asked for. */
enum { ONES_AHEAD = 8 };

/* Of `quads` quads, which the compiler knows: they stay in registers. */
INLINE void sum_quads(size_t n, const uint32_t *index, const float *x, size_t stride,
                      int quads, float *y)
{
    const size_t line = CACHE_LINE / sizeof(float);
    quad_sum sum[8] = {{0}};

    for (size_t i = 0; i < n; i++) {
        const float *from = x + index[i] * stride;
        if (i + ONES_AHEAD < n)
            for (size_t c = 0; c < (size_t)quads * QUAD; c += line)
                __builtin_prefetch(x + index[i + ONES_AHEAD] * stride + c);
        for (int q = 0; q < quads; q++) {
            quad next;
            memcpy(&next, from + q * QUAD, sizeof next);
            sum[q] += __builtin_convertvector(next, quad_sum);
        }
    }
    for (int q = 0; q < quads; q++) {
        quad rounded = __builtin_convertvector(sum[q], quad);
        memcpy(y + q * QUAD, &rounded, sizeof rounded);
    }
}

static void sum_rows(size_t n, const uint32_t *index, const float *x, size_t stride,
                     float *y)
{
    size_t c = 0;

    for (; c + 8 * QUAD <= stride; c += 8 * QUAD)
        sum_quads(n, index, x + c, stride, 8, y + c);
    if (stride & (4 * QUAD)) {
        sum_quads(n, index, x + c, stride, 4, y + c);
        c += 4 * QUAD;
    }
    if (stride & (2 * QUAD)) {
        sum_quads(n, index, x + c, stride, 2, y + c);
        c += 2 * QUAD;
    }
    if (stride & QUAD)
        sum_quads(n, index, x + c, stride, 1, y + c);
}

#endif
