/* Products of bf16: operands are rounded to bf16 (8 bits of mantissa, the exponent of
 * float), sums are float. A kernel set that has them (kernels_select, "+bf16") multiplies
 * matrices that pack_pairs packed, and in matmul_outer, so; everything else is float.
 *
 * The numbers, defined by plain C (bf16_plain.c) as the instructions give them. Rounding
 * is to nearest, ties to even, subnormal numbers are zero going in and coming out, and
 * each multiplication and addition is a fused one. The depth is cut into pairs (a, a')
 * and (b, b'); what is missing in the last one is zero. Where a term ends, so does a
 * pair.
 *
 *   BF16_PAIRS  sum = a b + (a' b' + sum), pair by pair       (AVX512-BF16's vdpbf16ps)
 *   BF16_TILES  16 pairs at a time, the rest of the last 16 zero: even = a b + even and
 *               odd = a' b' + odd from zero on, then sum += even + odd  (AMX's tdpbf16ps)
 *
 * Nothing here allocates or is collective.
 */
#ifndef RNNTRAIN_KERNELS_BF16_H
#define RNNTRAIN_KERNELS_BF16_H

#include <string.h>

#include "kernels/kernels.h"

enum bf16_order { BF16_PAIRS, BF16_TILES, BF16_ORDERS };

/* A product that is not one of bf16 (no `pairs`) goes to the float set's matmul. */
struct bf16_products {
    void (*matmul)(const struct matmul *m);
    void (*matmul_outer)(const struct matmul_outer *m);
    void (*pack_pairs)(int depth, int columns, const real *b, uint32_t *pairs);
};

/* In plain C, for the panels of each instruction set, by order. */
extern const struct bf16_products bf16_plain_baseline[BF16_ORDERS];
extern const struct bf16_products bf16_plain_avx2[BF16_ORDERS];
extern const struct bf16_products bf16_plain_avx512[BF16_ORDERS];

/* By the instruction, for the panels of avx512; NULL: this processor, or the system, has
 * it not. */
const struct bf16_products *bf16_native(enum bf16_order order);

/* Of AMX: whether this thread's tiles are set up. What sets them up may be another
 * library's between two passes: kernels_begin forgets it, kernels_end gives them back. */
extern _Thread_local bool bf16_tiles_ready;
void bf16_tiles_release(void);

static inline uint32_t bf16_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t magnitude = bits & 0x7fffffff;

    if (magnitude > 0x7f800000)
        return bits >> 16 | 0x40; /* a quiet NaN */
    if (magnitude < 0x00800000)
        return bits >> 16 & 0x8000;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

#endif
