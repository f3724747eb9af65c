/* Products of bf16 in plain C, once an instruction set, for its panels: what defines
 * their numbers, and what computes where the processor has no instruction for them. */
#include "kernels/bf16.h"

#include "kernels/panel.h"

enum { BLOCK = 128 }; /* of a product's depth: whole tiles */

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

extern const struct kernels JOIN(kernels_, KERNELS_ISA);

INLINE float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE float flushed(float x)
{
    return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x;
}

/* a b + c, rounded once: in double the product of two bf16 is exact, and so is the sum or
 * what is cut off lies far below the last bit of a float. A result is subnormal if it is
 * so after rounding. */
INLINE float fused(float a, float b, float c)
{
    double sum = (double)a * (double)b + (double)flushed(c);
    double rest = fabs(sum), least = rest < 0x1p-126 - 0x1p-151 ? 0 : 0x1p-126;
    return (float)(rest < 0x1p-126 ? copysign(least, sum) : sum);
}

/* The two halves of a pair. */
INLINE float even(uint32_t pair)
{
    return from_bits(pair << 16);
}

INLINE float odd(uint32_t pair)
{
    return from_bits(pair & 0xffff0000u);
}

/* sum[j] of a row of A, `pairs` of them, and n columns of a panel. */
INLINE void add_pairs(int pairs, int n, const uint32_t *a, const uint32_t *b, float *sum)
{
    for (int k = 0; k < pairs; k++, b += PANEL)
        for (int j = 0; j < n; j++)
            sum[j] = fused(even(a[k]), even(b[j]), fused(odd(a[k]), odd(b[j]), sum[j]));
}

INLINE void add_tiles(int pairs, int n, const uint32_t *a, const uint32_t *b, float *sum)
{
    for (int k = 0; k < pairs; k += 16) {
        float evens[PANEL] = {0}, odds[PANEL] = {0};
        for (int i = k; i < k + 16; i++, b += PANEL)
            for (int j = 0; j < n; j++) {
                evens[j] = fused(even(a[i]), even(b[j]), evens[j]);
                odds[j] = fused(odd(a[i]), odd(b[j]), odds[j]);
            }
        for (int j = 0; j < n; j++)
            sum[j] = fused(fused(evens[j], 1, odds[j]), 1, sum[j]);
    }
}

/* Adds to a row of C, in the panels from vector v0 on. */
INLINE void add_row(enum bf16_order order, int depth, int n, const uint32_t *a,
                    const uint32_t *b, real *c)
{
    float sum[PANEL];

    for (int j = 0; j < n; j++)
        sum[j] = (float)c[j];
    if (order == BF16_PAIRS)
        add_pairs((depth + 1) / 2, n, a, b, sum);
    else
        add_tiles(kernels_pairs(depth), n, a, b, sum);
    for (int j = 0; j < n; j++)
        c[j] = (real)sum[j];
}

INLINE uint32_t pair_of(real x, real y)
{
    return bf16_bits((float)x) | bf16_bits((float)y) << 16;
}

/* n columns of the panel from vector v on. */
INLINE int columns_from(int v, int vectors)
{
    return (vectors - v < STRIP ? vectors - v : STRIP) * WIDTH;
}

/* Elements k .. k + n - 1 of a row of A as pairs, filled up with zeros. */
static void pack_row(const struct matmul_term *t, const real *a, int k, int n,
                     uint32_t *pairs)
{
    real x[BLOCK + 1] = {0};

    for (int i = 0; i < n; i++)
        x[i] = a[(size_t)((k + i) / t->chunk) * t->chunk_stride +
                 (size_t)((k + i) % t->chunk)];
    for (int i = 0; i < BLOCK / 2; i++)
        pairs[i] = pair_of(x[2 * i], x[2 * i + 1]);
}

INLINE void add_term(enum bf16_order order, const struct matmul *m,
                     const struct matmul_term *t, int r)
{
    uint32_t a[BLOCK / 2];

    for (int k = 0; k < t->depth; k += BLOCK) {
        int depth = t->depth - k < BLOCK ? t->depth - k : BLOCK;
        pack_row(t, t->a + (size_t)r * t->row, k, depth, a);
        for (int v = 0; v < m->vectors; v += STRIP)
            add_row(order, depth, columns_from(v, m->vectors), a,
                    t->pairs + panel_at(v, (size_t)kernels_pairs(t->depth) * PANEL) +
                        (size_t)k / 2 * PANEL,
                    m->c + panel_at(v, m->c_panel) + (size_t)r * m->c_row);
    }
}

static void begin_row(const struct matmul *m, int r)
{
    for (int v = 0; v < m->vectors && !m->accumulate; v++)
        for (int j = 0; j < WIDTH; j++)
            m->c[panel_at(v, m->c_panel) + (size_t)r * m->c_row + (size_t)j] =
                m->bias ? m->bias[v * WIDTH + j] : 0;
}

static void end_row(const struct matmul *m, int r)
{
    for (int v = 0; v < m->vectors && m->relu; v++) {
        real *c = m->c + panel_at(v, m->c_panel) + (size_t)r * m->c_row;
        vec_store(c, vec_relu(vec_load(c)));
    }
}

INLINE void matmul_of(enum bf16_order order, const struct matmul *m)
{
    if (!m->term[0].pairs) {
        JOIN(kernels_, KERNELS_ISA).matmul(m);
        return;
    }
    for (int r = 0; r < m->rows; r++) {
        begin_row(m, r);
        for (int i = 0; i < m->n_terms; i++)
            add_term(order, m, &m->term[i], r);
        end_row(m, r);
    }
}

/* Pairs of the positions of a block: of one column, or of the columns of a panel. */
static void pack_positions(int depth, const real *x, size_t row, int n, uint32_t *pairs)
{
    for (int k = 0; k < BLOCK / 2; k++)
        for (int j = 0; j < n; j++) {
            const real *at = x + (size_t)(2 * k) * row + (size_t)j;
            pairs[k * n + j] =
                pair_of(2 * k < depth ? *at : 0, 2 * k + 1 < depth ? *(at + row) : 0);
        }
}

INLINE void outer_of(enum bf16_order order, const struct matmul_outer *m)
{
    uint32_t a[BLOCK / 2], b[BLOCK / 2 * PANEL];

    for (int k = 0; k < m->positions; k += BLOCK)
        for (int v = 0; v < m->vectors; v += STRIP) {
            int depth = m->positions - k < BLOCK ? m->positions - k : BLOCK;
            real *c = m->c + panel_at(v, (size_t)m->rows * PANEL);

            pack_positions(depth, m->b + panel_at(v, m->b_panel) + (size_t)k * PANEL,
                           PANEL, PANEL, b);
            for (int r = 0; r < m->rows; r++, c += PANEL) {
                pack_positions(depth, m->a + (size_t)k * m->a_row + r, m->a_row, 1, a);
                add_row(order, depth, columns_from(v, m->vectors), a, b, c);
            }
        }
}

static void pack_pairs(int depth, int columns, const real *b, uint32_t *pairs)
{
    for (int p = 0; p < columns; p += PANEL, b += (size_t)depth * PANEL)
        for (int k = 0; k < 2 * kernels_pairs(depth); k += 2)
            for (int j = 0; j < PANEL; j++)
                *pairs++ =
                    pair_of(k < depth ? b[(size_t)k * PANEL + (size_t)j] : 0,
                            k + 1 < depth ? b[(size_t)(k + 1) * PANEL + (size_t)j] : 0);
}

static void matmul_pairs(const struct matmul *m)
{
    matmul_of(BF16_PAIRS, m);
}

static void matmul_tiles(const struct matmul *m)
{
    matmul_of(BF16_TILES, m);
}

static void outer_pairs(const struct matmul_outer *m)
{
    for (; m; m = m->also)
        outer_of(BF16_PAIRS, m);
}

static void outer_tiles(const struct matmul_outer *m)
{
    for (; m; m = m->also)
        outer_of(BF16_TILES, m);
}

const struct bf16_products JOIN(bf16_plain_, KERNELS_ISA)[] = {
    [BF16_PAIRS] = {matmul_pairs, outer_pairs, pack_pairs},
    [BF16_TILES] = {matmul_tiles, outer_tiles, pack_pairs},
};
