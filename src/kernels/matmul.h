/* Products of panel matrices. Included by kernels_isa.c only. */
#ifndef RNNTRAIN_KERNELS_MATMUL_H
#define RNNTRAIN_KERNELS_MATMUL_H

#include "kernels/panel.h"

/* acc[r][v] += a[r * row] * b[v] */
INLINE void tile_step(int rows, int vectors, vec acc[][STRIP], const real *a, size_t row,
                      const real *b)
{
    vec right[STRIP];
    for (int v = 0; v < vectors; v++)
        right[v] = vec_load(b + v * WIDTH);
    for (int r = 0; r < rows; r++) {
        vec left = vec_set(a[(size_t)r * row]);
        for (int v = 0; v < vectors; v++)
            acc[r][v] = vec_fma(left, right[v], acc[r][v]);
    }
}

/* acc[r][v] += sum over k of a[r * row + k * step] * b[k * b_step][v]; each k asks for
 * memory at `ahead`, which goes on by ahead_step. */
INLINE void tile(int rows, int vectors, vec acc[][STRIP], const real *a, size_t row,
                 size_t step, const real *b, size_t b_step, int depth, const char *ahead,
                 size_t ahead_step)
{
#pragma GCC unroll 4
    for (int k = 0; k < depth; k++, a += step, b += b_step, ahead += ahead_step) {
        __builtin_prefetch(ahead, 0, 3);
        tile_step(rows, vectors, acc, a, row, b);
    }
}

/* How far a product has come in its list of what to fetch. A tile fetches its part of it,
 * a few bytes a step: a core waits for few lines at a time, and more would hold up those
 * of the product itself. */
struct fetched {
    const struct matmul_span *span, *end;
    const char *first; /* of *span that is not done */
    size_t left;       /* bytes of it */
    size_t part, step; /* bytes of a tile, of a step of it */
};

INLINE void fetch_span(struct fetched *fetched)
{
    if (fetched->span == fetched->end)
        return;
    fetched->first = (const char *)fetched->span->first;
    fetched->left = fetched->span->n * sizeof(real);
}

INLINE void fetch_now(const struct matmul_span *span)
{
    const char *first = (const char *)span->first;
    for (size_t at = 0; at < span->n * sizeof(real); at += CACHE_LINE)
        __builtin_prefetch(first + at, 0, 3);
}

INLINE struct fetched fetch_begin(const struct matmul *m)
{
    struct fetched fetched = {.span = m->ahead,
                              .end = m->n_ahead ? m->ahead + m->n_ahead : m->ahead};
    size_t n_tiles = (size_t)(m->rows + tile_rows(STRIP) - 1) / (size_t)tile_rows(STRIP) *
                     ((size_t)(m->vectors + STRIP - 1) / STRIP);
    size_t depth = 0, total = 0;

    for (int i = 0; i < m->n_terms; i++)
        depth += (size_t)m->term[i].depth;
    /* A tile fetches of one span: where there are fewer tiles, as of few rows, the first
     * spans are not left to them. */
    while (fetched.end - fetched.span > (ptrdiff_t)n_tiles)
        fetch_now(fetched.span++);
    for (const struct matmul_span *span = fetched.span; span < fetched.end; span++)
        total += span->n * sizeof(real);
    fetched.part =
        total / n_tiles + 2 * CACHE_LINE; /* as spans end within a tile's part */
    fetched.step = fetched.part / depth + 1;
    fetch_span(&fetched);
    return fetched;
}

/* Where the next tile starts to fetch; its step is *step. */
INLINE const char *fetch_next(struct fetched *fetched, size_t *step)
{
    *step = 0;
    if (fetched->span == fetched->end)
        return (const char *)fetched; /* it is near: nothing is fetched */
    const char *first = fetched->first;
    *step = fetched->step;
    if (fetched->left <= fetched->part) {
        fetched->span++;
        fetch_span(fetched);
    } else {
        fetched->first += fetched->part;
        fetched->left -= fetched->part;
    }
    return first;
}

INLINE void matmul_tile(const struct matmul *m, struct fetched *fetched, int v0, int r0,
                        int rows, int vectors)
{
    vec acc[TILE_MOST][STRIP];
    real *c = m->c + panel_at(v0, m->c_panel) + (size_t)r0 * m->c_row;

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = m->accumulate ? vec_load(c + (size_t)r * m->c_row + v * WIDTH)
                        : m->bias     ? vec_load(m->bias + (v0 + v) * WIDTH)
                                      : vec_set(0);

    size_t ahead_step;
    const char *ahead = fetch_next(fetched, &ahead_step);
    for (int i = 0; i < m->n_terms; i++) {
        const struct matmul_term *t = &m->term[i];
        const real *a = t->a + (size_t)r0 * t->row;
        const real *b = t->b + panel_at(v0, (size_t)t->depth * PANEL);
        for (int k = 0; k < t->depth; k += t->chunk, a += t->chunk_stride) {
            int depth = t->depth - k < t->chunk ? t->depth - k : t->chunk;
            tile(rows, vectors, acc, a, t->row, 1, b + (size_t)k * PANEL, PANEL, depth,
                 ahead, ahead_step);
            ahead += (size_t)depth * ahead_step;
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(c + (size_t)r * m->c_row + v * WIDTH,
                      m->relu ? vec_relu(acc[r][v]) : acc[r][v]);
}

INLINE void matmul_strip(const struct matmul *m, struct fetched *fetched, int v0,
                         int vectors)
{
    FOR_EACH_TILE(m->rows, vectors, matmul_tile, m, fetched, v0)
}

static void matmul(const struct matmul *m)
{
    struct fetched fetched = fetch_begin(m);
    FOR_EACH_STRIP(m->vectors, matmul_strip, m, &fetched)
}

INLINE void outer_tile(const struct matmul_outer *m, const real *a, const real *b,
                       int depth, int v0, int r0, int rows, int vectors)
{
    vec acc[TILE_MOST][STRIP];
    real *c = m->c + panel_at(v0, (size_t)m->rows * PANEL) + (size_t)r0 * PANEL;
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = vec_load(c + r * PANEL + v * WIDTH);
    tile(rows, vectors, acc, a + r0, 1, m->a_row, b, m->b_row, depth, (const char *)c, 0);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(c + r * PANEL + v * WIDTH, acc[r][v]);
}

/* In sub-blocks of 64 positions, so that the operands stay in L1. */
INLINE void outer_strip(const struct matmul_outer *m, int v0, int vectors)
{
    enum { BLOCK = 64 };
    for (int k = 0; k < m->positions; k += BLOCK) {
        int depth = m->positions - k < BLOCK ? m->positions - k : BLOCK;
        const real *a = m->a + (size_t)k * m->a_row;
        const real *b = m->b + panel_at(v0, m->b_panel) + (size_t)k * m->b_row;
        FOR_EACH_TILE_UP_TO(outer_tile_rows(vectors), m->rows, vectors, outer_tile, m, a,
                            b, depth, v0)
    }
}

static void matmul_outer(const struct matmul_outer *m)
{
    FOR_EACH_STRIP(m->vectors, outer_strip, m)
}

static void gather(int n, const int32_t *ids, const real *table, size_t row, int vectors,
                   real *c, size_t c_row, size_t c_panel)
{
    for (int r = 0; r < n; r++, c += c_row) {
        const real *from = table + (size_t)ids[r] * row;
        for (int v = 0; v < vectors; v++)
            vec_store(c + panel_at(v, c_panel), vec_load(from + v * WIDTH));
    }
}

static void scatter(int n, const int32_t *ids, const real *c, size_t c_row,
                    size_t c_panel, int vectors, real *table, size_t row)
{
    for (int r = n - 1; r >= 0; r--) {
        real *to = table + (size_t)ids[r] * row;
        const real *from = c + (size_t)r * c_row;
        for (int v = 0; v < vectors; v++)
            vec_store(to + v * WIDTH,
                      vec_load(to + v * WIDTH) + vec_load(from + panel_at(v, c_panel)));
    }
}

enum { ADD_MOST = 4 };

/* Column sums of so many vectors from v on, at once: one alone would wait for each
 * addition. */
INLINE void add_rows_of(int v, int vectors, int rows, const real *b, size_t b_panel,
                        real *sums)
{
    vec sum[ADD_MOST];
    for (int i = 0; i < vectors; i++)
        sum[i] = vec_load(sums + (v + i) * WIDTH);
    for (int r = 0; r < rows; r++, b += PANEL)
        for (int i = 0; i < vectors; i++)
            sum[i] += vec_load(b + panel_at(v + i, b_panel));
    for (int i = 0; i < vectors; i++)
        vec_store(sums + (v + i) * WIDTH, sum[i]);
}

static void add_rows(int rows, int vectors, const real *b, size_t b_panel, real *sums)
{
    int v = 0;
    for (; v + ADD_MOST <= vectors; v += ADD_MOST)
        add_rows_of(v, ADD_MOST, rows, b, b_panel, sums);
    for (; v < vectors; v++)
        add_rows_of(v, 1, rows, b, b_panel, sums);
}

#endif
