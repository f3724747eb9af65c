/* Products of panel matrices. Included by kernels_isa.c only. */
#ifndef RNNTRAIN_KERNELS_MATMUL_H
#define RNNTRAIN_KERNELS_MATMUL_H

#include "kernels_vec.h"

/* Products. One tile everywhere: up to 3 rows x 4 vectors, 12 accumulators, which with 3
 * broadcast elements and one vector of B fill the 16 registers of x86-64. Any number of
 * rows splits into 3s and 2s (and a lone 1). */

/* acc[r][v] += sum over k of a[r * row + k * step] * b[k][v] */
INLINE void tile(int rows, int vectors, vec acc[3][KERNELS_PANEL], const real *a,
                 size_t row, size_t step, const real *b, int depth)
{
#pragma GCC unroll 4
    for (int k = 0; k < depth; k++) {
        vec left[3];
        for (int r = 0; r < rows; r++)
            left[r] = vec_set(a[(size_t)r * row + (size_t)k * step]);
        for (int v = 0; v < vectors; v++) {
            vec right = vec_load(b + (size_t)k * PANEL + v * WIDTH);
            for (int r = 0; r < rows; r++)
                acc[r][v] = vec_fma(left[r], right, acc[r][v]);
        }
    }
}

INLINE void matmul_tile(const struct matmul *m, int panel, int r0, int rows, int vectors)
{
    vec acc[3][KERNELS_PANEL];
    real *c = m->c + (size_t)panel * m->c_panel + (size_t)r0 * m->c_row;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = m->accumulate ? vec_load(c + (size_t)r * m->c_row + v * WIDTH)
                        : m->bias     ? vec_load(m->bias + panel * PANEL + v * WIDTH)
                                      : vec_set(0);
    for (int i = 0; i < m->n_terms; i++) {
        const struct matmul_term *t = &m->term[i];
        const real *a = t->a + (size_t)r0 * t->row;
        const real *b = t->b + (size_t)panel * (size_t)t->depth * PANEL;
        for (int k = 0; k < t->depth; k += t->chunk, a += t->chunk_stride)
            tile(rows, vectors, acc, a, t->row, 1, b + (size_t)k * PANEL, t->chunk);
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(c + (size_t)r * m->c_row + v * WIDTH, acc[r][v]);
}

INLINE void matmul_panel(const struct matmul *m, int panel, int vectors)
{
    int r = 0;
    for (; m->rows - r > 4 || m->rows - r == 3; r += 3)
        matmul_tile(m, panel, r, 3, vectors);
    for (; m->rows - r >= 2; r += 2)
        matmul_tile(m, panel, r, 2, vectors);
    if (m->rows - r == 1)
        matmul_tile(m, panel, r, 1, vectors);
}

/* Calls `body(..., vectors)` with a constant number of vectors for each panel. */
#define FOR_EACH_PANEL(total, body, ...)                                                 \
    for (int panel = 0, left = (total); left > 0; panel++, left -= KERNELS_PANEL)        \
        switch (left) {                                                                  \
        case 1:                                                                          \
            body(__VA_ARGS__, panel, 1);                                                 \
            break;                                                                       \
        case 2:                                                                          \
            body(__VA_ARGS__, panel, 2);                                                 \
            break;                                                                       \
        case 3:                                                                          \
            body(__VA_ARGS__, panel, 3);                                                 \
            break;                                                                       \
        default:                                                                         \
            body(__VA_ARGS__, panel, 4);                                                 \
        }

static void matmul(const struct matmul *m){FOR_EACH_PANEL(m->vectors, matmul_panel, m)}

INLINE void outer_tile(const struct matmul_outer *m, const real *a, const real *b,
                       int depth, int panel, int r0, int rows, int vectors)
{
    vec acc[3][KERNELS_PANEL];
    real *c = m->c + ((size_t)panel * (size_t)m->rows + (size_t)r0) * PANEL;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = vec_load(c + r * PANEL + v * WIDTH);
    tile(rows, vectors, acc, a + r0, 1, m->a_row, b, depth);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(c + r * PANEL + v * WIDTH, acc[r][v]);
}

/* In sub-blocks of 64 positions, so that the operands stay in L1. */
INLINE void outer_panel(const struct matmul_outer *m, int panel, int vectors)
{
    enum { BLOCK = 64 };
    for (int k = 0; k < m->positions; k += BLOCK) {
        int depth = m->positions - k < BLOCK ? m->positions - k : BLOCK;
        const real *a = m->a + (size_t)k * m->a_row;
        const real *b = m->b + (size_t)panel * m->b_panel + (size_t)k * PANEL;
        int r = 0;
        for (; m->rows - r > 4 || m->rows - r == 3; r += 3)
            outer_tile(m, a, b, depth, panel, r, 3, vectors);
        for (; m->rows - r >= 2; r += 2)
            outer_tile(m, a, b, depth, panel, r, 2, vectors);
        if (m->rows - r == 1)
            outer_tile(m, a, b, depth, panel, r, 1, vectors);
    }
}

static void matmul_outer(const struct matmul_outer *m)
{
    FOR_EACH_PANEL(m->vectors, outer_panel, m)
}

static void add_rows(int rows, int vectors, const real *b, size_t b_panel, real *sums)
{
    for (int v = 0; v < vectors; v++) {
        const real *column = b + (size_t)(v / KERNELS_PANEL) * b_panel;
        column += v % KERNELS_PANEL * WIDTH;
        vec sum = vec_load(sums + v * WIDTH);
        for (int r = 0; r < rows; r++)
            sum += vec_load(column + (size_t)r * PANEL);
        vec_store(sums + v * WIDTH, sum);
    }
}

#endif
