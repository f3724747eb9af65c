/* Dropout and embedding. Included by kernels_isa.c only. */
#ifndef RNNTRAIN_KERNELS_EMBEDDING_H
#define RNNTRAIN_KERNELS_EMBEDDING_H

#include "kernels/vec.h"

#if defined(__AVX512BW__)

/* High and low 32 bits of the sixteen products x * m. Where they are moved by a shuffle
 * and not a shift, another unit does it than multiplies. */
INLINE void multiply(__m512i x, uint32_t factor, __m512i *high, __m512i *low)
{
    const __m512i m = _mm512_set1_epi32((int)factor);
    __m512i even = _mm512_mul_epu32(x, m);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), m);
    *high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
    *low = _mm512_mask_shuffle_epi32(even, 0xAAAA, odd, _MM_PERM_CCAA);
}

/* Philox4x32-10 of sixteen blocks `index` and on; words[w] holds word w of each. */
INLINE void philox_sixteen(const struct rng *rng, uint32_t index, __m512i words[4])
{
    __m512i c0 = _mm512_add_epi32(
        _mm512_set1_epi32((int)index),
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m512i c1 = _mm512_set1_epi32((int)rng->row), c2 = _mm512_set1_epi32((int)rng->step);
    __m512i c3 = _mm512_set1_epi32((int)rng->purpose);
    uint32_t k0 = (uint32_t)rng->seed, k1 = (uint32_t)(rng->seed >> 32);

#pragma GCC unroll 10
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        __m512i high0, low0, high1, low1;
        multiply(c0, 0xD2511F53u, &high0, &low0);
        multiply(c2, 0xCD9E8D57u, &high1, &low1);
        c0 = _mm512_ternarylogic_epi32(high1, c1, _mm512_set1_epi32((int)k0), 0x96);
        c2 = _mm512_ternarylogic_epi32(high0, c3, _mm512_set1_epi32((int)k1), 0x96);
        c1 = low1;
        c3 = low0;
    }

    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

/* Keep bits of four words from `first` on. Those of a word are of four blocks, a byte of
 * each of their words. */
INLINE __m128i keep_bits_four(const struct rng *rng, uint32_t first, __m512i limit)
{
    const __m128i by_word =
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i words[4];
    int kept[4];

    philox_sixteen(rng, 4 * first, words);
    for (int w = 0; w < 4; w++)
        kept[w] = (int)_mm512_cmpge_epu16_mask(words[w], limit);
    return _mm_shuffle_epi8(_mm_setr_epi32(kept[0], kept[1], kept[2], kept[3]), by_word);
}

static void keep_bits(const struct rng *rng, uint32_t first, int n, uint32_t threshold,
                      uint32_t *bits)
{
    const __m512i limit = _mm512_set1_epi16((short)threshold);

    for (int i = 0; i < n; i += 4) {
        __m128i four = keep_bits_four(rng, first + (uint32_t)i, limit);
        size_t left = (size_t)(n - i) * sizeof *bits;
        memcpy(bits + i, &four, left < sizeof four ? left : sizeof four);
    }
}

#elif defined(__AVX2__)

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
    return vec_keep(bits[j / 32] >> (j % 32), x);
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

static void add_dropped_back(const struct dropped_back *back)
{
    const real *w = back->w + back->first, *dy = back->dy;

    for (int r = 0; r < back->rows; r++, dy += back->units) {
        const uint32_t *bits =
            back->bits ? back->bits + (size_t)r * back->bits_row : NULL;
        real *dx = back->dx + (size_t)r * back->dx_row;

        for (int j = 0; j < back->vectors * WIDTH; j += WIDTH) {
            vec v = vec_set(dy[0]) * vec_load(w + j);
            for (int c = 1; c < back->units; c++)
                v = vec_fma(vec_set(dy[c]), vec_load(w + (size_t)c * back->w_row + j), v);
            if (bits)
                v = dropped(v * back->scale, bits, (int)back->first + j);
            vec_store(dx + j, vec_load(dx + j) + v);
        }
    }
}

/* Rows of `table` that are needed soon lie anywhere in it: asked for early, they arrive
 * while something else is computed. */
INLINE void fetch_rows(const struct embedding *e, const real *table)
{
    const int line = CACHE_LINE / sizeof(real);
    for (int r = 0; r < e->n_next; r++)
        for (int j = 0; j < e->width; j += line)
            __builtin_prefetch(table + (size_t)e->next[r] * (size_t)e->width + j, 0, 3);
}

INLINE void embed_rows(const struct embedding *e, bool drops, const real *table, real *x,
                       size_t x_row)
{
    int whole = e->width / WIDTH * WIDTH;

    for (int r = 0; r < e->n; r++, x += x_row) {
        const uint32_t *keep = drops ? e->bits + (size_t)r * e->bits_row : NULL;
        const real *from = table + (size_t)e->ids[r] * (size_t)e->width;
        for (int j = 0; j < whole; j += WIDTH) {
            vec v = vec_load(from + j);
            vec_store(x + j, drops ? dropped(v * e->scale, keep, j) : v);
        }
        for (int j = whole; j < e->width; j++)
            x[j] = !drops ? from[j] : kept(keep, j) ? from[j] * e->scale : 0;
    }
}

static void embed(const struct embedding *e, const real *table, real *x, size_t x_row)
{
    fetch_rows(e, table);
    if (e->bits)
        embed_rows(e, true, table, x, x_row);
    else
        embed_rows(e, false, table, x, x_row);
}

INLINE void embed_rows_back(const struct embedding *e, bool drops, const real *dx,
                            size_t dx_row, real *d_table)
{
    int whole = e->width / WIDTH * WIDTH;

    for (int r = e->n - 1; r >= 0; r--) {
        const real *from = dx + (size_t)r * dx_row;
        real *to = d_table + (size_t)e->ids[r] * (size_t)e->width;
        const uint32_t *keep = drops ? e->bits + (size_t)r * e->bits_row : NULL;
        for (int j = 0; j < whole; j += WIDTH) {
            vec v = vec_load(from + j);
            v = drops ? dropped(v * e->scale, keep, j) : v;
            vec_store(to + j, vec_load(to + j) + v);
        }
        for (int j = whole; j < e->width; j++)
            to[j] += !drops ? from[j] : kept(keep, j) ? from[j] * e->scale : 0;
    }
}

static void embed_backward(const struct embedding *e, const real *dx, size_t dx_row,
                           real *d_table)
{
    fetch_rows(e, d_table);
    if (e->bits)
        embed_rows_back(e, true, dx, dx_row, d_table);
    else
        embed_rows_back(e, false, dx, dx_row, d_table);
}

#endif
