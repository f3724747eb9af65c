/* One kernel set: compiled once per instruction set (KERNELS_ISA) and number type. */
#include "rnntrain/kernels.h"

#include "kernels_vec.h"

enum { PANEL = KERNELS_PANEL * WIDTH }; /* columns of a panel */

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

/* Activations. */

/* 2^u as 2^k * (1 + q), k the nearest integer, q = f * P(f), f = u - k in [-1/2, 1/2]. P
 * is a Chebyshev fit of (2^f - 1) / f, relative error below 2e-8 (float) and 1e-20
 * (double). */
#ifdef RNNTRAIN_DOUBLE
static const real exp2_poly[] = {
    1.3716962392737587204e-12, 2.5733568308756891235e-11, 4.4455303091051065886e-10,
    7.0548943863483480445e-9,  1.017808602118547427e-7,   1.3215486815999976975e-6,
    1.5252733804051129178e-5,  1.5403530393362755291e-4,  1.3333558146428446146e-3,
    9.6181291076284830543e-3,  5.5504108664821579951e-2,  0.24022650695910071228,
    0.69314718055994530942};
enum { MANTISSA = 52 };
static const real round_magic = 0x1.8p52, max_exponent = 1000;
#else
static const real exp2_poly[] = {1.5453162945e-4f, 1.3390863365e-3f, 9.6180825773e-3f,
                                 5.5503571142e-2f, 0.24022650761f,   0.69314718803f};
enum { MANTISSA = 23 };
static const real round_magic = 0x1.8p23f, max_exponent = 120;
#endif

INLINE void exp2_parts(vec u, vec *power, vec *q)
{
    u = vec_clamp(u, -max_exponent, max_exponent);
    vec rounded = u + round_magic; /* its low bits hold k */
    vec f = u - (rounded - round_magic);
    vec p = vec_set(exp2_poly[0]);
    for (size_t i = 1; i < COUNT_OF(exp2_poly); i++)
        p = vec_fma(p, f, vec_set(exp2_poly[i]));
    *q = p * f;
    *power = (vec)((ivec)vec_set(1) + ((ivec)rounded << MANTISSA));
}

static const real log2_e = (real)1.4426950408889634;

/* 1 / (1 + exp(-x)) */
INLINE vec vec_sigmoid(vec x)
{
    vec power, q;
    exp2_parts(x * -log2_e, &power, &q);
    return 1 / (vec_fma(power, q, power) + 1);
}

/* With e = exp(2x) - 1: tanh(x) = e / (e + 2), exact to rounding around zero. */
INLINE vec vec_tanh(vec x)
{
    vec power, q;
    exp2_parts(vec_clamp(x, -20, 20) * (2 * log2_e), &power, &q);
    vec e = vec_fma(power, q, power - 1);
    return e / (e + 2);
}

/* Keras 2's hard_sigmoid: clip(0.2 x + 0.5, 0, 1) */
INLINE vec recurrent_activation(vec x, bool hard)
{
    return hard ? vec_clamp(vec_fma(x, vec_set((real)0.2), vec_set((real)0.5)), 0, 1)
                : vec_sigmoid(x);
}

/* Its derivative from its value y. */
INLINE vec recurrent_slope(vec y, bool hard)
{
    ivec inside = (y > 0) & (y < 1);
    return hard ? vec_select(inside, vec_set((real)0.2), vec_set(0)) : vec_fma(-y, y, y);
}

static void sigmoid(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_sigmoid(vec_set(x[i]))[0];
}

static void tanh_all(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_tanh(vec_set(x[i]))[0];
}

/* Cells. */

/* Offset of vector v of a panel matrix with panels `panel` apart, row 0. */
INLINE size_t panel_at(int v, size_t panel)
{
    return (size_t)(v / KERNELS_PANEL) * panel + (size_t)(v % KERNELS_PANEL * WIDTH);
}

INLINE void lstm_forward_of(const struct lstm_forward *s, bool hard)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        real *i = s->z + panel_at(j, s->z_panel);
        real *f = s->z + panel_at(j + s->vectors, s->z_panel);
        real *g = s->z + panel_at(j + 2 * s->vectors, s->z_panel);
        real *o = s->z + panel_at(j + 3 * s->vectors, s->z_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH, z = (size_t)r * PANEL;
            vec input = recurrent_activation(vec_load(i + z), hard);
            vec forget = recurrent_activation(vec_load(f + z), hard);
            vec candidate = vec_tanh(vec_load(g + z));
            vec output = recurrent_activation(vec_load(o + z), hard);
            vec_store(i + z, input);
            vec_store(f + z, forget);
            vec_store(g + z, candidate);
            vec_store(o + z, output);
            vec_store(s->c + at,
                      vec_fma(forget, vec_load(s->c_prev + at), input * candidate));
        }
    }
    for (int j = 0; j < s->vectors; j++) {
        const real *o = s->z + panel_at(j + 3 * s->vectors, s->z_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            vec u = vec_tanh(vec_load(s->c + at));
            vec_store(s->tanh_c + at, u);
            vec_store(s->h + at, u * vec_load(o + (size_t)r * PANEL));
        }
    }
}

static void lstm_forward(const struct lstm_forward *s)
{
    if (s->hard)
        lstm_forward_of(s, true);
    else
        lstm_forward_of(s, false);
}

/* With u = tanh(c):  dc += dh o (1 - u^2);  dz_o = dh u o';  dz_i = dc g i';
 * dz_f = dc c_prev f';  dz_g = dc i (1 - g^2);  dc_prev = dc f. */
INLINE void lstm_backward_of(const struct lstm_backward *s, bool hard)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        size_t gate[4], dgate[4];
        for (int g = 0; g < 4; g++) {
            gate[g] = panel_at(j + g * s->vectors, s->gates_panel);
            dgate[g] = panel_at(j + g * s->vectors, s->dz_panel);
        }
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            const real *z = s->gates + (size_t)r * PANEL;
            real *dz = s->dz + (size_t)r * PANEL;
            vec i = vec_load(z + gate[0]), f = vec_load(z + gate[1]);
            vec g = vec_load(z + gate[2]), o = vec_load(z + gate[3]);
            vec u = vec_load(s->tanh_c + at), dh = vec_load(s->dh + at);
            vec dc = vec_fma(dh * o, vec_fma(-u, u, vec_set(1)), vec_load(s->dc + at));
            vec_store(dz + dgate[0], dc * g * recurrent_slope(i, hard));
            vec_store(dz + dgate[1],
                      dc * vec_load(s->c_prev + at) * recurrent_slope(f, hard));
            vec_store(dz + dgate[2], dc * i * vec_fma(-g, g, vec_set(1)));
            vec_store(dz + dgate[3], dh * u * recurrent_slope(o, hard));
            vec_store(s->dc + at, dc * f);
        }
    }
}

static void lstm_backward(const struct lstm_backward *s)
{
    if (s->hard)
        lstm_backward_of(s, true);
    else
        lstm_backward_of(s, false);
}

static void gru_gates(const struct gru_forward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int v = 0; v < 2 * s->vectors; v++) {
        real *gate = s->zr + panel_at(v, s->zr_panel);
        for (int r = 0; r < s->rows; r++, gate += PANEL)
            vec_store(gate, recurrent_activation(vec_load(gate), s->hard));
    }
    for (int j = 0; s->rh && j < s->vectors; j++) {
        const real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            vec_store(s->rh + at,
                      vec_load(reset + (size_t)r * PANEL) * vec_load(s->h_prev + at));
        }
    }
}

/* h = z h_prev + (1 - z) hh = hh + z (h_prev - hh) */
static void gru_output(const struct gru_forward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        const real *update = s->zr + panel_at(j, s->zr_panel);
        const real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        size_t column = panel_at(j, s->hh_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH, z = (size_t)r * PANEL;
            vec hh = vec_load(s->hh + column + z), h_prev = vec_load(s->h_prev + at);
            if (s->rec)
                hh = vec_fma(vec_load(reset + z), vec_load(s->rec + column + z), hh);
            hh = vec_tanh(hh);
            vec_store(s->hh + column + z, hh);
            vec_store(s->h + at, vec_fma(vec_load(update + z), h_prev - hh, hh));
        }
    }
}

/* dhh = dh (1 - z) (1 - hh^2);  dz = dh (h_prev - hh) z';  dh_prev = dh z + ...; with
 * reset_after also drec = dhh r and dr = dhh rec r'. */
static void gru_backward_output(const struct gru_backward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        size_t gate_z = panel_at(j, s->zr_panel), dgate_z = panel_at(j, s->dzr_panel);
        size_t gate_r = panel_at(j + s->vectors, s->zr_panel);
        size_t dgate_r = panel_at(j + s->vectors, s->dzr_panel);
        size_t column = panel_at(j, s->hh_panel), dcolumn = panel_at(j, s->dhh_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH, row = (size_t)r * PANEL;
            vec z = vec_load(s->zr + gate_z + row), hh = vec_load(s->hh + column + row);
            vec dh = vec_load(s->dh + at);
            vec dhh = dh * (1 - z) * vec_fma(-hh, hh, vec_set(1));
            vec_store(s->dhh + dcolumn + row, dhh);
            vec_store(s->dzr + dgate_z + row,
                      dh * (vec_load(s->h_prev + at) - hh) * recurrent_slope(z, s->hard));
            vec_store(s->dh + at, dh * z);
            if (!s->rec)
                continue;
            vec reset = vec_load(s->zr + gate_r + row);
            vec_store(s->drec + dcolumn + row, dhh * reset);
            vec_store(s->dzr + dgate_r + row, dhh * vec_load(s->rec + column + row) *
                                                  recurrent_slope(reset, s->hard));
        }
    }
}

/* dr = drh h_prev r';  dh_prev += drh r */
static void gru_backward_gates(const struct gru_backward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        const real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        real *dreset = s->dzr + panel_at(j + s->vectors, s->dzr_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            vec gate = vec_load(reset + (size_t)r * PANEL);
            vec drh = vec_load(s->drh + at);
            vec_store(dreset + (size_t)r * PANEL,
                      drh * vec_load(s->h_prev + at) * recurrent_slope(gate, s->hard));
            vec_store(s->dh + at, vec_fma(drh, gate, vec_load(s->dh + at)));
        }
    }
}

/* Dropout and embedding. */

#if defined(__AVX2__)

/* High and low 32 bits of the eight products x * m. */
INLINE void multiply(__m256i x, uint32_t factor, __m256i *high, __m256i *low)
{
    const __m256i m = _mm256_set1_epi32((int)factor);
    __m256i even = _mm256_mul_epu32(x, m);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), m);
    *high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
    *low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

/* Philox4x32-10 of eight blocks `index` .. `index` + 7; words[w] holds word w of each. */
INLINE void philox_eight(const struct rng *rng, uint32_t index, __m256i words[4])
{
    __m256i c0 = _mm256_add_epi32(_mm256_set1_epi32((int)index),
                                  _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i c1 = _mm256_set1_epi32((int)rng->row), c2 = _mm256_set1_epi32((int)rng->step);
    __m256i c3 = _mm256_set1_epi32((int)rng->purpose);
    uint32_t k0 = (uint32_t)rng->seed, k1 = (uint32_t)(rng->seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        __m256i high0, low0, high1, low1;
        multiply(c0, 0xD2511F53u, &high0, &low0);
        multiply(c2, 0xCD9E8D57u, &high1, &low1);
        c0 = _mm256_xor_si256(_mm256_xor_si256(high1, c1), _mm256_set1_epi32((int)k0));
        c2 = _mm256_xor_si256(_mm256_xor_si256(high0, c3), _mm256_set1_epi32((int)k1));
        c1 = low1;
        c3 = low0;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

/* Keep bits of words 2 * pair and 2 * pair + 1. */
INLINE void keep_bits_pair(const struct rng *rng, uint32_t first, __m256i limit,
                           uint32_t bits[2])
{
    const __m256i flip = _mm256_set1_epi16((short)0x8000); /* compares are signed */
    __m256i words[4];
    philox_eight(rng, 4 * first, words);
    for (int w = 0; w < 4; w++)
        words[w] = _mm256_cmpgt_epi16(limit, _mm256_xor_si256(words[w], flip));
    uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(words[0], words[1]));
    uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(words[2], words[3]));
    bits[0] = ~((a & 0xffff) | b << 16);
    bits[1] = ~(a >> 16 | (b & 0xffff0000u));
}

static void keep_bits(const struct rng *rng, uint32_t first, int n, uint32_t threshold,
                      uint32_t *bits)
{
    const __m256i limit = _mm256_set1_epi16((short)(threshold ^ 0x8000));
    int i = 0;
    for (; i + 2 <= n; i += 2)
        keep_bits_pair(rng, first + (uint32_t)i, limit, bits + i);
    if (i < n) {
        uint32_t pair[2];
        keep_bits_pair(rng, first + (uint32_t)i, limit, pair);
        bits[i] = pair[0];
    }
}

#else

static void keep_bits(const struct rng *rng, uint32_t first, int n, uint32_t threshold,
                      uint32_t *bits)
{
    for (int i = 0; i < n; i++)
        bits[i] = rng_keep_bits(rng, first + (uint32_t)i, threshold);
}

#endif

/* x where its keep bit is set, else 0; `j` is the first element's place in the row. */
INLINE vec dropped(vec x, const uint32_t *bits, int j)
{
    return (vec)(vec_mask(bits[j / 32] >> (j % 32)) & (ivec)x);
}

INLINE bool kept(const uint32_t *bits, int j)
{
    return bits[j / 32] >> (j % 32) & 1;
}

static void drop(int n, const uint32_t *bits, real scale, real *x)
{
    for (int j = 0; j < n; j += WIDTH)
        vec_store(x + j, dropped(vec_load(x + j) * scale, bits, j));
}

static void embed(int n, const int32_t *ids, const real *table, int width_e,
                  const uint32_t *bits, int words, real scale, real *x, size_t stride)
{
    int whole = width_e / WIDTH * WIDTH;
    for (int r = 0; r < n; r++, x += stride) {
        const real *from = table + (size_t)ids[r] * (size_t)width_e;
        const uint32_t *keep = bits ? bits + (size_t)r * (size_t)words : NULL;
        for (int j = 0; j < whole; j += WIDTH) {
            vec v = vec_load(from + j);
            vec_store(x + j, keep ? dropped(v * scale, keep, j) : v);
        }
        for (int j = whole; j < width_e; j++)
            x[j] = !keep ? from[j] : kept(keep, j) ? from[j] * scale : 0;
    }
}

static void embed_backward(int n, const int32_t *ids, const real *dx, size_t stride,
                           int width_e, const uint32_t *bits, int words, real scale,
                           real *table)
{
    int whole = width_e / WIDTH * WIDTH;
    for (int r = n - 1; r >= 0; r--) {
        const real *from = dx + (size_t)r * stride;
        real *to = table + (size_t)ids[r] * (size_t)width_e;
        const uint32_t *keep = bits ? bits + (size_t)r * (size_t)words : NULL;
        for (int j = 0; j < whole; j += WIDTH) {
            vec v = vec_load(from + j);
            vec_store(to + j,
                      vec_load(to + j) + (keep ? dropped(v * scale, keep, j) : v));
        }
        for (int j = whole; j < width_e; j++)
            to[j] += !keep ? from[j] : kept(keep, j) ? from[j] * scale : 0;
    }
}

/* Flat arrays. */

static void relu(size_t n, real *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_backward(size_t n, const real *y, real *dy)
{
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] > 0 ? dy[i] : 0;
}

static real dot(size_t n, const real *a, const real *b)
{
    vec sum[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0;
    for (; i + 4 * WIDTH <= n; i += 4 * WIDTH)
        for (size_t v = 0; v < 4; v++)
            sum[v] =
                vec_fma(vec_load(a + i + v * WIDTH), vec_load(b + i + v * WIDTH), sum[v]);
    for (; i + WIDTH <= n; i += WIDTH)
        sum[0] = vec_fma(vec_load(a + i), vec_load(b + i), sum[0]);
    real total = vec_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (; i < n; i++)
        total += a[i] * b[i];
    return total;
}

static void axpy(size_t n, real alpha, const real *x, real *y)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        vec_store(y + i, vec_fma(vec_set(alpha), vec_load(x + i), vec_load(y + i)));
    for (; i < n; i++)
        y[i] += alpha * x[i];
}

static void add(size_t n, real *a, const real *b)
{
    for (size_t i = 0; i < n; i++)
        a[i] += b[i];
}

enum { NORM_BLOCK = 1024 };

/* The blocks' sums are added pairwise like the lanes' gradients: a binary counter holds
 * the complete subtrees, `pending[level]` that of 2^level blocks. */
static double sum_squares(size_t n, const real *a)
{
    double pending[64] = {0};
    size_t n_blocks = 0;
    for (size_t i = 0; i < n; i += NORM_BLOCK, n_blocks++) {
        size_t end = n - i < NORM_BLOCK ? n : i + NORM_BLOCK;
        double sum = 0;
        for (size_t j = i; j < end; j++)
            sum += (double)a[j] * (double)a[j];
        int level = 0;
        for (size_t bits = n_blocks; bits & 1; bits >>= 1)
            sum = pending[level++] + sum;
        pending[level] = sum;
    }
    double total = 0;
    for (int level = 0; level < 64; level++)
        if (n_blocks >> level & 1)
            total = pending[level] + total;
    return total;
}

/* Keras's form: rate = lr sqrt(1 - beta2^t) / (1 - beta1^t);  m += (1 - beta1) (g - m);
 * v += (1 - beta2) (g^2 - v);  w -= rate m / (sqrt(v) + epsilon). */
INLINE void adam_one(const struct adam *a, vec g, vec *m, vec *v, vec *w)
{
    g *= a->scale;
    *m = vec_fma(vec_set(1 - a->beta1), g - *m, *m);
    *v = vec_fma(vec_set(1 - a->beta2), vec_fma(g, g, -*v), *v);
    *w -= a->rate * *m / (vec_sqrt(*v) + a->epsilon);
}

static void adam(size_t n, const struct adam *a, const real *g, real *m, real *v, real *w)
{
    for (size_t i = 0; i < n; i += WIDTH) {
        real part[4][WIDTH] = {{0}};
        size_t count = n - i < WIDTH ? n - i : WIDTH;
        bool whole = count == WIDTH;
        if (!whole) {
            memcpy(part[0], g + i, count * sizeof *g);
            memcpy(part[1], m + i, count * sizeof *m);
            memcpy(part[2], v + i, count * sizeof *v);
            memcpy(part[3], w + i, count * sizeof *w);
        }
        vec vm = vec_load(whole ? m + i : part[1]),
            vv = vec_load(whole ? v + i : part[2]);
        vec vw = vec_load(whole ? w + i : part[3]);
        adam_one(a, vec_load(whole ? g + i : part[0]), &vm, &vv, &vw);
        memcpy(m + i, &vm, count * sizeof *m);
        memcpy(v + i, &vv, count * sizeof *v);
        memcpy(w + i, &vw, count * sizeof *w);
    }
}

/* Keras 2's form: v = rho v + (1 - rho) g^2;  w -= lr g / (sqrt(v) + epsilon). */
static void rmsprop(size_t n, real rate, real rho, real epsilon, real scale,
                    const real *g, real *v, real *w)
{
    for (size_t i = 0; i < n; i++) {
        real gi = g[i] * scale;
        v[i] = rho * v[i] + (1 - rho) * gi * gi;
#ifdef RNNTRAIN_DOUBLE
        w[i] -= rate * gi / (sqrt(v[i]) + epsilon);
#else
        w[i] -= rate * gi / (sqrtf(v[i]) + epsilon);
#endif
    }
}

/* Keras's form: m = momentum m - lr g;  w += m. */
static void sgd(size_t n, real rate, real momentum, real scale, const real *g, real *m,
                real *w)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = momentum * m[i] - rate * (g[i] * scale);
        w[i] += m[i];
    }
}

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define QUOTE_(a) #a
#define QUOTE(a) QUOTE_(a)

extern const struct kernels JOIN(kernels_, KERNELS_ISA);

const struct kernels JOIN(kernels_, KERNELS_ISA) = {
    .name = QUOTE(KERNELS_ISA),
    .width = WIDTH,
    .matmul = matmul,
    .matmul_outer = matmul_outer,
    .add_rows = add_rows,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .gru_gates = gru_gates,
    .gru_output = gru_output,
    .gru_backward_output = gru_backward_output,
    .gru_backward_gates = gru_backward_gates,
    .keep_bits = keep_bits,
    .drop = drop,
    .embed = embed,
    .embed_backward = embed_backward,
    .relu = relu,
    .relu_backward = relu_backward,
    .dot = dot,
    .axpy = axpy,
    .add = add,
    .sum_squares = sum_squares,
    .adam = adam,
    .rmsprop = rmsprop,
    .sgd = sgd,
    .sigmoid = sigmoid,
    .tanh = tanh_all,
};
