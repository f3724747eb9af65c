/* Products with sparse matrices, and the maxima that make gradients sparse. Included by
 * isa.c only. */
#ifndef RNNTRAIN_KERNELS_SPARSE_H
#define RNNTRAIN_KERNELS_SPARSE_H

#include "kernels/matmul.h"

/* Some vectors from v0 on of all rows of C, one row's in registers. */
INLINE void sparse_tile(const struct matmul_sparse *s, int v0, int vectors, int strip)
{
    (void)strip;
    for (int r = 0; r < s->rows; r++) {
        real *c = s->c + (size_t)r * s->c_row + v0 * WIDTH;
        vec acc[TILE_MOST];

        if (s->first[r] == s->first[r + 1])
            continue;
        for (int v = 0; v < vectors; v++)
            acc[v] = vec_load(c + v * WIDTH);
        for (int i = s->first[r]; i < s->first[r + 1]; i++) {
            const real *b = s->b + (size_t)s->column[i] * s->b_row + v0 * WIDTH;
            vec left = vec_set(s->value[i]);
            for (int v = 0; v < vectors; v++)
                acc[v] = vec_fma(left, vec_load(b + v * WIDTH), acc[v]);
        }
        for (int v = 0; v < vectors; v++)
            vec_store(c + v * WIDTH, acc[v]);
    }
}

static void matmul_sparse(const struct matmul_sparse *s)
{
    int total = s->vectors;
    FOR_EACH_TILE(total, 1, sparse_tile, s)
}

INLINE void maxima_strip(int n, const real *x, size_t x_row, int from, real *y,
                         int32_t *where, int v0, int vectors)
{
    vec best[STRIP];
    ivec place[STRIP];

    for (int v = 0; v < vectors; v++) {
        best[v] = vec_load(x + (v0 + v) * WIDTH);
        place[v] = (ivec){0} + from;
    }
    for (int t = 1; t < n; t++)
        for (int v = 0; v < vectors; v++) {
            vec next = vec_load(x + (size_t)t * x_row + (v0 + v) * WIDTH);
            ivec is_greater = next > best[v];
            best[v] = vec_select(is_greater, next, best[v]);
            place[v] = (is_greater & ((ivec){0} + (from + t))) | (~is_greater & place[v]);
        }
    for (int v = 0; v < vectors; v++) {
        vec_store(y + (v0 + v) * WIDTH, best[v]);
        for (int i = 0; i < WIDTH; i++)
            where[(v0 + v) * WIDTH + i] = (int32_t)place[v][i];
    }
}

static void maxima(int n, const real *x, size_t x_row, int vectors, int from, real *y,
                   int32_t *where)
{
    FOR_EACH_STRIP(vectors, maxima_strip, n, x, x_row, from, y, where)
}

#endif
