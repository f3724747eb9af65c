/* Panels, and how the loops of a product cut them: strips of vectors, tiles of rows.
 * Included by kernel sets only. */
#ifndef RNNTRAIN_KERNELS_PANEL_H
#define RNNTRAIN_KERNELS_PANEL_H

#include "kernels/vec.h"

/* One tile everywhere: some rows x a strip, the vectors of a panel or as many as its last
 * one has. Its accumulators, the strip of B and a broadcast element of A fit the
 * registers, and are enough to hide the latency of fused multiply-adds (4 cycles, 2 a
 * cycle) even where rows do not divide. */
#if defined(__AVX512F__) || defined(__aarch64__)
enum { STRIP = 4, TILE_1 = 12, TILE_2 = 8, TILE_3 = 5, TILE_4 = 4 };
#else
enum { STRIP = 2, TILE_1 = 8, TILE_2 = 6, TILE_3 = 0, TILE_4 = 0 };
#endif
enum { PANEL = STRIP * WIDTH }; /* columns of a panel */
enum { TILE_MOST = TILE_1 > TILE_2 ? TILE_1 : TILE_2 };

/* Most rows of a tile of so many vectors. */
INLINE int tile_rows(int vectors)
{
    return vectors == 1 ? TILE_1 : vectors == 2 ? TILE_2 : vectors == 3 ? TILE_3 : TILE_4;
}

/* Calls body(..., first row, rows, vectors), `rows` a constant, for tiles as even as can
 * be that cover `total` rows. */
#define FOR_EACH_TILE(total, vectors, body, ...)                                         \
    for (int n_tiles = (total + tile_rows(vectors) - 1) / tile_rows(vectors), r0 = 0, n; \
         n_tiles > 0; n_tiles--, r0 += n) {                                              \
        n = (total - r0 + n_tiles - 1) / n_tiles;                                        \
        switch (n) {                                                                     \
            TILE_CASE(1, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(2, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(3, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(4, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(5, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(6, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(7, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(8, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(9, vectors, body, __VA_ARGS__)                                     \
            TILE_CASE(10, vectors, body, __VA_ARGS__)                                    \
            TILE_CASE(11, vectors, body, __VA_ARGS__)                                    \
            TILE_CASE(12, vectors, body, __VA_ARGS__)                                    \
        }                                                                                \
    }
#define TILE_CASE(n, vectors, body, ...)                                                 \
    case n:                                                                              \
        if (n <= tile_rows(vectors))                                                     \
            body(__VA_ARGS__, r0, n, vectors);                                           \
        break;

/* Calls body(..., first vector, vectors), `vectors` a constant, for each strip. */
#define FOR_EACH_STRIP(total, body, ...)                                                 \
    for (int v0 = 0; v0 < (total); v0 += STRIP)                                          \
        switch ((total)-v0) {                                                            \
            STRIP_CASE(1, body, __VA_ARGS__)                                             \
            STRIP_CASE(2, body, __VA_ARGS__)                                             \
            STRIP_CASE(3, body, __VA_ARGS__)                                             \
        default:                                                                         \
            body(__VA_ARGS__, v0, STRIP);                                                \
        }
#define STRIP_CASE(n, body, ...)                                                         \
    case n:                                                                              \
        body(__VA_ARGS__, v0, n < STRIP ? n : STRIP);                                    \
        break;

/* Offset of column c in a matrix with panels `panel` apart, row 0; and of vector v. */
INLINE size_t column_at(int c, size_t panel)
{
    return (size_t)(c / PANEL) * panel + (size_t)(c % PANEL);
}

INLINE size_t panel_at(int v, size_t panel)
{
    return column_at(v * WIDTH, panel);
}

#endif
