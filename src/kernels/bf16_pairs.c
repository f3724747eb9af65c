/* Products of bf16 by AVX512-BF16: vdpbf16ps. */
#include "kernels/bf16_blocks.h"

static int pairs_of(int depth)
{
    return (depth + 1) / 2;
}

/* acc[r][v] of some pairs of a piece. */
INLINE void add_pairs(int rows, int vectors, __m512 acc[][STRIP], const uint32_t *a,
                      size_t a_row, const uint32_t *b, int pairs)
{
    for (int k = 0; k < pairs; k++, b += PANEL)
        for (int r = 0; r < rows; r++) {
            __m512i left = _mm512_set1_epi32((int)a[(size_t)r * a_row + (size_t)k]);
            for (int v = 0; v < vectors; v++)
                acc[r][v] = _mm512_dpbf16_ps(acc[r][v], (__m512bh)left,
                                             (__m512bh)_mm512_loadu_si512(b + v * WIDTH));
        }
}

INLINE void multiply_tile(const struct block *block, int v0, int r0, int rows,
                          int vectors)
{
    __m512 acc[TILE_MOST][STRIP];
    real *c = block->c + panel_at(v0, block->c_panel) + (size_t)r0 * block->c_row;

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            acc[r][v] = block->from_c
                            ? _mm512_loadu_ps(c + (size_t)r * block->c_row + v * WIDTH)
                        : block->bias ? _mm512_loadu_ps(block->bias + (v0 + v) * WIDTH)
                                      : _mm512_setzero_ps();

    for (int i = 0; i < block->n_pieces; i++) {
        const struct piece *piece = &block->piece[i];
        const uint32_t *a = block->a + (size_t)r0 * block->a_row + piece->first;
        const uint32_t *b = piece->b + panel_at(v0, piece->b_panel);
        for (int k = 0; k < piece->pairs; k += 16) {
            int pairs = piece->pairs - k < 16 ? piece->pairs - k : 16;
            lines_fetch(block->ahead);
            add_pairs(rows, vectors, acc, a + k, block->a_row, b + k * PANEL, pairs);
        }
    }

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            _mm512_storeu_ps(c + (size_t)r * block->c_row + v * WIDTH,
                             block->relu ? _mm512_max_ps(_mm512_setzero_ps(), acc[r][v])
                                         : acc[r][v]);
}

INLINE void multiply(const struct block *block, int v0, int vectors)
{
    FOR_EACH_TILE(block->rows, vectors, multiply_tile, block, v0)
}

extern const struct bf16_products bf16_pairs;
const struct bf16_products bf16_pairs = {.matmul = matmul, .matmul_outer = matmul_outer};
