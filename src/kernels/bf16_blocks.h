/* What the two instructions for products of bf16 share: A as pairs in a block that stays
 * in L1, the depth in parts of it, and both products as strips of one kind. Included by
 * bf16_pairs.c and bf16_tiles.c only, of which each gives multiply() and pairs_of(). */
#ifndef RNNTRAIN_KERNELS_BF16_BLOCKS_H
#define RNNTRAIN_KERNELS_BF16_BLOCKS_H

#include "kernels/bf16.h"
#include "kernels/panel.h"

enum {
    BLOCK_ROWS = 32,
    BLOCK_PAIRS = 256,
    BLOCK_ROW = BLOCK_PAIRS + 16, /* rows a power of two apart would share sets */
    OUTER_PAIRS = 64,
    OUTER_ROWS = 256,
    OUTER_ROW = OUTER_PAIRS + 16
};

extern const struct kernels kernels_avx512;

/* What is fetched meanwhile, some lines a tile of A. */
struct lines {
    const struct matmul_span *span, *end;
    const char *at, *stop;
    int each;
};

/* Pairs of A from `first` on in the block, and B's: panels b_panel apart. */
struct piece {
    const uint32_t *b;
    size_t b_panel;
    int first, pairs;
};

/* Rows `r0` .. of C, from C itself or from the bias, += A·B of some pieces. */
struct block {
    int rows, r0;
    bool from_c, relu;
    const real *bias;
    real *c;
    size_t c_row, c_panel;
    const uint32_t *a;
    size_t a_row;
    int n_pieces;
    struct piece piece[2];
    struct lines *ahead;
};

/* Pairs of a term of so many rows that are multiplied. */
static int pairs_of(int depth);
/* A strip of a block's C. */
INLINE void multiply(const struct block *block, int v0, int vectors);

INLINE void lines_span(struct lines *lines)
{
    if (lines->span == lines->end)
        return;
    lines->at = (const char *)lines->span->first;
    lines->stop = lines->at + lines->span->n * sizeof(real);
    lines->span++;
}

/* `tiles` is how often lines_fetch will be called. */
INLINE struct lines lines_begin(const struct matmul *m, size_t tiles)
{
    struct lines lines = {.span = m->ahead,
                          .end = m->n_ahead ? m->ahead + m->n_ahead : m->ahead};
    size_t total = 0;

    for (int i = 0; i < m->n_ahead; i++)
        total += m->ahead[i].n * sizeof(real) / CACHE_LINE + 1;
    lines.each = (int)(total / tiles) + 1;
    lines_span(&lines);
    return lines;
}

INLINE void lines_fetch(struct lines *lines)
{
    for (int i = 0; i < lines->each && lines->at < lines->stop; i++) {
        __builtin_prefetch(lines->at, 0, 2);
        lines->at += CACHE_LINE;
        if (lines->at >= lines->stop)
            lines_span(lines);
    }
}

/* Two vectors as pairs along a row; their elements beyond n are zero. */
INLINE __m512i pairs_along(const real *x, int n)
{
    __m512 low, high;

    if (n >= 2 * WIDTH) {
        low = _mm512_loadu_ps(x);
        high = _mm512_loadu_ps(x + WIDTH);
    } else {
        uint32_t mask = (1u << n) - 1;
        low = _mm512_maskz_loadu_ps((__mmask16)mask, x);
        high = _mm512_maskz_loadu_ps((__mmask16)(mask >> WIDTH), x + WIDTH);
    }
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* `pairs` pairs of each row of A from pair `done` on, whole vectors of them. */
INLINE void convert_rows(const struct matmul_term *t, int r0, int rows, int done,
                         int pairs, uint32_t *to)
{
    const real *first = t->a + (size_t)r0 * t->row;
    bool panels = t->chunk != t->depth;

    for (int k = 2 * done; k < 2 * (done + pairs); k += 2 * WIDTH, to += WIDTH) {
        const real *a =
            first + (panels ? (size_t)(k / PANEL) * t->chunk_stride + (size_t)(k % PANEL)
                            : (size_t)k);
        for (int r = 0; r < rows; r++, a += t->row)
            _mm512_storeu_si512(to + r * BLOCK_ROW, pairs_along(a, t->depth - k));
    }
}

/* As much of what follows in the terms as the block has room for. */
struct progress {
    int term, done; /* pairs of the term */
};

static void fill_block(const struct matmul *m, struct progress *progress,
                       struct block *block, uint32_t *a)
{
    int first = 0;

    for (block->n_pieces = 0; first < BLOCK_PAIRS && progress->term < m->n_terms;) {
        const struct matmul_term *t = &m->term[progress->term];
        int all = pairs_of(t->depth), left = all - progress->done;
        int pairs = left < BLOCK_PAIRS - first ? left : BLOCK_PAIRS - first;

        convert_rows(t, block->r0, block->rows, progress->done, pairs, a + first);
        block->piece[block->n_pieces++] =
            (struct piece){t->pairs + (size_t)progress->done * PANEL,
                           (size_t)kernels_pairs(t->depth) * PANEL, first, pairs};

        progress->done += pairs;
        first += round_up(pairs, 16);
        if (progress->done == all)
            *progress = (struct progress){progress->term + 1, 0};
    }
}

/* Tiles of A in the product, each met once a strip. */
static size_t tiles_of(const struct matmul *m)
{
    size_t blocks = (size_t)(m->rows + BLOCK_ROWS - 1) / BLOCK_ROWS, tiles = 0;

    for (int i = 0; i < m->n_terms; i++)
        tiles += (size_t)kernels_pairs(m->term[i].depth) / 16;
    return tiles * blocks * ((size_t)(m->vectors + STRIP - 1) / STRIP);
}

static void matmul(const struct matmul *m)
{
    uint32_t a[BLOCK_ROWS * BLOCK_ROW] __attribute__((aligned(CACHE_LINE)));

    if (!m->term[0].pairs) {
        kernels_avx512.matmul(m);
        return;
    }

    struct lines ahead = lines_begin(m, tiles_of(m));
    for (int r0 = 0; r0 < m->rows; r0 += BLOCK_ROWS) {
        struct progress progress = {0, 0};
        struct block block = {
            .rows = m->rows - r0 < BLOCK_ROWS ? m->rows - r0 : BLOCK_ROWS,
            .r0 = r0,
            .from_c = m->accumulate,
            .bias = m->bias,
            .c = m->c + (size_t)r0 * m->c_row,
            .c_row = m->c_row,
            .c_panel = m->c_panel,
            .a = a,
            .a_row = BLOCK_ROW,
            .ahead = &ahead,
        };

        for (; progress.term < m->n_terms; block.from_c = true) {
            fill_block(m, &progress, &block, a);
            block.relu = m->relu && progress.term == m->n_terms;
            FOR_EACH_STRIP(m->vectors, multiply, &block)
        }
    }
}

/* Two rows of B as pairs of their columns. */
INLINE __m512i pairs_across(__m512 row, __m512 next)
{
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23,
                         7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(next, row));
}

/* Rows 2 k and 2 k + 1 of n from x on, `row` apart; of their columns the mask's. */
INLINE __m512i load_pair(const real *x, size_t row, int k, int n, __mmask16 mask)
{
    const real *at = x + (size_t)(2 * k) * row;

    if (2 * k + 1 < n && mask == 0xffff)
        return pairs_across(_mm512_loadu_ps(at), _mm512_loadu_ps(at + row));
    return pairs_across(_mm512_maskz_loadu_ps(2 * k < n ? mask : 0, at),
                        _mm512_maskz_loadu_ps(2 * k + 1 < n ? mask : 0, at + row));
}

/* A panel of B, n positions. */
INLINE void convert_panel(const real *b, int n, int vectors, uint32_t *to)
{
    for (int k = 0; k < pairs_of(n); k++, to += PANEL)
        for (int v = 0; v < vectors; v++)
            _mm512_storeu_si512(to + v * WIDTH,
                                load_pair(b + v * WIDTH, PANEL, k, n, 0xffff));
}

/* 16 vectors of 16 words: column i becomes vector i. */
INLINE void transpose(__m512i x[16])
{
    __m512i y[16];

    for (int i = 0; i < 16; i += 2) {
        y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        x[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
        x[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
        x[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
        x[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
    }
    for (int i = 0; i < 16; i += 8)
        for (int j = 0; j < 4; j++) {
            y[i + j] = _mm512_shuffle_i32x4(x[i + j], x[i + j + 4], 0x88);
            y[i + j + 4] = _mm512_shuffle_i32x4(x[i + j], x[i + j + 4], 0xdd);
        }
    for (int j = 0; j < 8; j++) {
        x[j] = _mm512_shuffle_i32x4(y[j], y[j + 8], 0x88);
        x[j + 8] = _mm512_shuffle_i32x4(y[j], y[j + 8], 0xdd);
    }
}

/* Columns of A, `rows` of them over n positions, as rows of pairs. */
INLINE void convert_columns(const real *a, size_t row, int n, int rows, uint32_t *to)
{
    for (int r = 0; r < rows; r += 16)
        for (int k = 0; k < pairs_of(n); k += 16) {
            int some = rows - r < 16 ? rows - r : 16;
            __mmask16 mask = (__mmask16)((1u << some) - 1);
            __m512i x[16];

            for (int i = 0; i < 16; i++)
                x[i] = load_pair(a + r, row, k + i, n, mask);
            transpose(x);
            for (int i = 0; i < 16; i++)
                _mm512_storeu_si512(to + (r + i) * OUTER_ROW + k, x[i]);
        }
}

/* Rows of one or two outer products with the same B that are multiplied at once. */
struct outer_rows {
    int n;
    struct block block[2];
};

/* Of the products from m on the next rows, as many as there is room for; `a` gets them as
 * pairs of the n positions from k on. Goes on to where the next ones begin. */
static struct outer_rows take_rows(const struct matmul_outer **m, int *row, int k, int n,
                                   struct lines *none, uint32_t *a)
{
    struct outer_rows taken = {.n = 0};

    for (int left = OUTER_ROWS; *m && left > 0 && taken.n < 2;) {
        const struct matmul_outer *from = *m;
        int rows = from->rows - *row < left ? from->rows - *row : left;

        convert_columns(from->a + (size_t)k * from->a_row + *row, from->a_row, n, rows,
                        a);
        taken.block[taken.n++] = (struct block){
            .rows = rows,
            .from_c = true,
            .c = from->c + (size_t)*row * PANEL,
            .c_row = PANEL,
            .c_panel = (size_t)from->rows * PANEL,
            .a = a,
            .a_row = OUTER_ROW,
            .n_pieces = 1,
            .ahead = none,
        };

        left -= round_up(rows, 16);
        a += round_up(rows, 16) * OUTER_ROW;
        *row += rows;
        if (*row == from->rows) {
            *m = from->also;
            *row = 0;
        }
    }
    return taken;
}

INLINE void outer_strip(const struct matmul_outer *m, struct outer_rows *taken, int k,
                        int n, uint32_t *b, int v0, int vectors)
{
    convert_panel(m->b + panel_at(v0, m->b_panel) + (size_t)k * PANEL, n, vectors, b);
    for (int i = 0; i < taken->n; i++) {
        struct block block = taken->block[i];
        block.c += panel_at(v0, block.c_panel);
        block.piece[0] = (struct piece){.b = b, .pairs = pairs_of(n)};
        multiply(&block, 0, vectors);
    }
}

static void matmul_outer(const struct matmul_outer *m)
{
    uint32_t a[OUTER_ROWS * OUTER_ROW] __attribute__((aligned(CACHE_LINE)));
    uint32_t b[OUTER_PAIRS * PANEL] __attribute__((aligned(CACHE_LINE)));
    struct lines none = {.each = 0};

    for (int k = 0; k < m->positions; k += 2 * OUTER_PAIRS) {
        int left = m->positions - k, row = 0;
        int n = left < 2 * OUTER_PAIRS ? left : 2 * OUTER_PAIRS;

        for (const struct matmul_outer *next = m; next;) {
            struct outer_rows taken = take_rows(&next, &row, k, n, &none, a);
            FOR_EACH_STRIP(m->vectors, outer_strip, m, &taken, k, n, b)
        }
    }
}

#endif
