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
enum { OUTER_2 = 12, OUTER_3 = 8, OUTER_4 = 6 };
#else
enum { STRIP = 2, TILE_1 = 8, TILE_2 = 6, TILE_3 = 0, TILE_4 = 0 };
enum { OUTER_2 = TILE_2, OUTER_3 = 0, OUTER_4 = 0 };
#endif
enum { PANEL = STRIP * WIDTH }; /* columns of a panel */
enum { TILE_MOST = TILE_1 > TILE_2 ? TILE_1 : TILE_2 };

/* Most rows of a tile of so many vectors. */
INLINE int tile_rows(int vectors)
{
    return vectors == 1 ? TILE_1 : vectors == 2 ? TILE_2 : vectors == 3 ? TILE_3 : TILE_4;
}

/* The same of a weights' gradient. Its rows are many, so that tiles as high as there are
 * registers for do not leave small ones over; they read B less often. */
INLINE int outer_tile_rows(int vectors)
{
    return vectors == 1   ? TILE_1
           : vectors == 2 ? OUTER_2
           : vectors == 3 ? OUTER_3
                          : OUTER_4;
}

/* Calls body(..., first row, rows, vectors), `rows` a constant and at most `most`, for
 * tiles as even as can be that cover `total` rows. */
#define FOR_EACH_TILE(total, vectors, body, ...)                                         \
    FOR_EACH_TILE_UP_TO(tile_rows(vectors), total, vectors, body, __VA_ARGS__)
#define FOR_EACH_TILE_UP_TO(most, total, vectors, body, ...)                             \
    for (int n_tiles = (total + (most)-1) / (most), r0 = 0, n; n_tiles > 0;              \
         n_tiles--, r0 += n) {                                                           \
        n = (total - r0 + n_tiles - 1) / n_tiles;                                        \
        switch (n) {                                                                     \
            TILE_CASE(most, 1, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 2, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 3, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 4, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 5, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 6, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 7, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 8, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 9, vectors, body, __VA_ARGS__)                               \
            TILE_CASE(most, 10, vectors, body, __VA_ARGS__)                              \
            TILE_CASE(most, 11, vectors, body, __VA_ARGS__)                              \
            TILE_CASE(most, 12, vectors, body, __VA_ARGS__)                              \
        }                                                                                \
    }
#define TILE_CASE(most, n, vectors, body, ...)                                           \
    case n:                                                                              \
        if (n <= (most))                                                                 \
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
