#include "base/rng.h"

#include <math.h>

#include <Random123/philox.h>

void rng_block(const struct rng *rng, uint32_t index, uint32_t words[4])
{
    philox4x32_ctr_t counter = {{index, rng->row, rng->step, rng->purpose}};
    philox4x32_key_t key = {{(uint32_t)rng->seed, (uint32_t)(rng->seed >> 32)}};
    philox4x32_ctr_t block = philox4x32(counter, key);
    for (int i = 0; i < 4; i++)
        words[i] = block.v[i];
}

static double unit_interval(uint32_t high, uint32_t low)
{
    return (double)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

double rng_uniform(const struct rng *rng, uint32_t index)
{
    uint32_t words[4];
    rng_block(rng, index, words);
    return unit_interval(words[0], words[1]);
}

double rng_normal(const struct rng *rng, uint32_t index)
{
    const double two_pi = 6.283185307179586;
    uint32_t words[4];

    rng_block(rng, index, words);
    /* of 1 - u, which is never 0 */
    double radius = sqrt(-2 * log(1 - unit_interval(words[0], words[1])));
    return radius * cos(two_pi * unit_interval(words[2], words[3]));
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019). A block
 * has four words to try; that all are rejected has a probability below 2^-4 (n / 2^32)^4,
 * and then the last one is taken. */
uint32_t rng_below(const struct rng *rng, uint32_t index, uint32_t n)
{
    uint32_t words[4];
    rng_block(rng, index, words);

    uint32_t rejected = (0 - n) % n;
    uint64_t product = 0;
    for (int i = 0; i < 4; i++) {
        product = (uint64_t)words[i] * n;
        if ((uint32_t)product >= rejected)
            break;
    }

    return (uint32_t)(product >> 32);
}

void rng_shuffle(const struct rng *rng, int32_t *items, int n)
{
    for (int i = n - 1; i > 0; i--) {
        uint32_t j = rng_below(rng, (uint32_t)i, (uint32_t)i + 1);
        int32_t item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

uint32_t rng_drop_threshold(double rate)
{
    return (uint32_t)(rate * 65536 + 0.5);
}

uint32_t rng_keep_bits(const struct rng *rng, uint32_t index, uint32_t threshold)
{
    uint32_t keep = 0;
    for (uint32_t b = 0; b < 4; b++) {
        uint32_t words[4];
        rng_block(rng, 4 * index + b, words);

        for (uint32_t w = 0; w < 4; w++) {
            uint32_t e = 8 * w + 2 * b;
            keep |= (uint32_t)((words[w] & 0xffff) >= threshold) << e;
            keep |= (uint32_t)((words[w] >> 16) >= threshold) << (e + 1);
        }
    }
    return keep;
}
