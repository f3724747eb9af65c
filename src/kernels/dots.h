/* Many dot products of the same vectors, and the outer products of their gradients: a
 * matrix of many columns that stands alone. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_DOTS_H
#define RNNTRAIN_KERNELS_DOTS_H

#include "kernels/matmul.h"

enum { PARTS = 4 * WIDTH }; /* sums that dot() keeps side by side */

/* Of a tree whose leaves they are, log2(PARTS) + 1 at least. */
enum { PART_LEVELS = 8 };
_Static_assert(PARTS < 1 << PART_LEVELS, "the tree over a dot product's parts is deeper");

/* Each element of the tile is the sum that dot() has: as the parts come in the order of
 * the leaves of the tree that vec_sum adds by, complete subtrees merge as on a binary
 * counter. Meanwhile the next panel is fetched, by each tile its part of it. */
INLINE void dots_tile(const struct dots *d, int v0, int r0, int rows, int vectors)
{
    vec acc[TILE_MOST][STRIP], pending[PART_LEVELS][TILE_MOST][STRIP];
    const real *x = d->x + (size_t)r0 * d->row;
    const real *w = d->w + panel_at(v0, (size_t)d->depth * PANEL);
    size_t depth = (size_t)d->depth, row = PANEL * sizeof *w, all = (size_t)d->rows;
    const char *ahead =
        (const char *)(w + depth * PANEL) + depth * row * (size_t)r0 / all;
    size_t ahead_step = row * (size_t)rows / all;
    int k = 0;

    for (int part = 0; part < PARTS; part++) {
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++)
                acc[r][v] = vec_set(0);
        for (; k < d->ends[part]; k++, w += PANEL, ahead += ahead_step) {
            __builtin_prefetch(ahead, 0, 2);
            tile_step(rows, vectors, acc, x + k, d->row, w);
        }

        int level = 0;
        for (int bits = part; bits & 1; bits >>= 1, level++)
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++)
                    acc[r][v] = pending[level][r][v] + acc[r][v];
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++)
                pending[level][r][v] = acc[r][v];
    }
    real *y = d->y + (size_t)r0 * d->y_row + (size_t)v0 * WIDTH;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(y + (size_t)r * d->y_row + v * WIDTH,
                      acc[r][v] + vec_load(d->bias + (v0 + v) * WIDTH));
}

INLINE void dots_strip(const struct dots *d, int v0, int vectors)
{
    FOR_EACH_TILE(d->rows, vectors, dots_tile, d, v0)
}

static void dots(const struct dots *d){FOR_EACH_STRIP(d->vectors, dots_strip, d)}

INLINE void outer_rows_tile(const struct outer *o, int v0, int r0, int rows, int vectors)
{
    vec acc[TILE_MOST][STRIP];
    const real *a = o->a + r0, *b = o->b + (size_t)v0 * WIDTH;

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = vec_set(0);
    for (int k = 0; k < o->positions; k++, a += o->a_row, b += o->b_row)
        tile_step(rows, vectors, acc, a, 1, b);

    int columns = o->columns - v0 * WIDTH;
    bool is_whole = columns >= vectors * WIDTH;
    real part[TILE_MOST * PANEL], *c = o->c + (size_t)r0 * o->c_row + (size_t)v0 * WIDTH;
    real *to = is_whole ? c : part;
    size_t row = is_whole ? o->c_row : PANEL;

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(to + (size_t)r * row + v * WIDTH, acc[r][v]);
    for (int r = 0; r < rows && !is_whole; r++)
        memcpy(c + (size_t)r * o->c_row, part + r * PANEL, (size_t)columns * sizeof *c);
}

/* All columns of a few rows: what is written stands together, a line fetched far away is
 * the neighbour of the one before. `strip` is STRIP. */
INLINE void outer_rows(const struct outer *o, int r0, int rows, int strip)
{
    int vectors = (o->columns + WIDTH - 1) / WIDTH, v = 0;

    (void)strip;
    for (; v + STRIP <= vectors; v += STRIP)
        outer_rows_tile(o, v, r0, rows, STRIP);
    for (; v < vectors; v++)
        outer_rows_tile(o, v, r0, rows, 1);
}

static void outer(const struct outer *o)
{
    FOR_EACH_TILE(o->rows, STRIP, outer_rows, o)
}

#endif
