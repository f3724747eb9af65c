/* Uniform numbers. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_DRAWS_H
#define RNNTRAIN_KERNELS_DRAWS_H

#include "kernels/embedding.h"

/* The first two words of some blocks, `index` and on, as rng_block has them. */
#if defined(__AVX512BW__)

enum { DRAWS = 16 };

INLINE void draw_blocks(const struct rng *rng, uint32_t index, uint32_t high[DRAWS],
                        uint32_t low[DRAWS])
{
    __m512i words[4];
    philox_sixteen(rng, index, words);
    memcpy(high, &words[0], sizeof words[0]);
    memcpy(low, &words[1], sizeof words[1]);
}

#elif defined(__AVX2__)

enum { DRAWS = 8 };

INLINE void draw_blocks(const struct rng *rng, uint32_t index, uint32_t high[DRAWS],
                        uint32_t low[DRAWS])
{
    __m256i words[4];
    philox_eight(rng, index, words);
    memcpy(high, &words[0], sizeof words[0]);
    memcpy(low, &words[1], sizeof words[1]);
}

#else

enum { DRAWS = 4 };

INLINE void draw_blocks(const struct rng *rng, uint32_t index, uint32_t high[DRAWS],
                        uint32_t low[DRAWS])
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint32_t words[4];
        rng_block(rng, index + i, words);
        high[i] = words[0];
        low[i] = words[1];
    }
}

#endif

/* The 53 bits of rng_uniform in two parts that a signed number holds: both, and their
 * sum, are exact. */
static void uniform(const struct rng *rng, uint32_t first, size_t n, double limit,
                    real *values)
{
    uint32_t high[DRAWS], low[DRAWS];
    real drawn[DRAWS];

    for (size_t done = 0; done < n; done += DRAWS) {
        size_t some = n - done < DRAWS ? n - done : DRAWS;
        draw_blocks(rng, first + (uint32_t)done, high, low);
        for (int i = 0; i < DRAWS; i++) {
            double upper = (double)(int32_t)(high[i] ^ 0x80000000u) + 0x1p31;
            double u = (upper * 0x1p21 + (double)(int32_t)(low[i] >> 11)) * 0x1p-53;
            drawn[i] = (real)(limit * (2 * u - 1));
        }
        memcpy(values + done, drawn, some * sizeof *values);
    }
}

#endif
