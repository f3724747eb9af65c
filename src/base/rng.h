/* Counter-based random numbers: every number is a pure function of a key and a counter,
 * so that it does not matter which rank draws it, in which order, or how often.
 *
 * The generator is Philox4x32-10 (Random123). The key is the seed; the counter is
 * (index, row, step, purpose). One block of the counter gives four 32-bit words.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011.
 */
#ifndef RNNTRAIN_BASE_RNG_H
#define RNNTRAIN_BASE_RNG_H

#include "base/base.h"

/* What a number is for; part of the counter, so never renumber. */
enum rng_purpose {
    RNG_INIT = 1,    /* row: tensor index */
    RNG_SHUFFLE = 2, /* step: epoch, row: window, or 0 */
    RNG_SPLIT = 3,   /* row: class */
    /* Of all dropouts the step is the optimizer's, the row that of the data set. */
    RNG_DROPOUT_EMBEDDING = 4,
    RNG_DROPOUT_RNN = 5,
    RNG_DROPOUT_DENSE = 6,
    RNG_LIMIT = 7,          /* row: class, or 0; --limit-train and --limit-test */
    RNG_TEST = 8,           /* random lane ranges and delays in tests */
    RNG_SHUFFLE_CHUNKS = 9, /* step: epoch, row: stretch of the file */
    RNG_TRIAL = 10,         /* row: trial; options that rnntrain tune draws */
    RNG_BOOTSTRAP = 11,     /* step: resample; rows that are judged once more */
    RNG_LATENT = 12,        /* row: n-gram; projections onto which texts fall at first */
    /* And on: a dropout that is not the first of its place, by its place in the chain. */
    RNG_DROPOUT_MORE = 1024,
    /* And on: draws within a layer that is no dropout, by its place in the chain. */
    RNG_LAYER = 2048,
    /* And on: inputs and states of a recurrent layer, by a direction's first tensor. */
    RNG_DROPOUT_INPUTS = 0x10000,
    RNG_DROPOUT_STATES = 0x20000
};

struct rng {
    uint64_t seed;
    uint32_t purpose, step, row;
};

/* The four words of block `index`. */
void rng_block(const struct rng *rng, uint32_t index, uint32_t words[4]);

/* Uniform in [0, 1) with 53 bits; element `index` of the stream. */
double rng_uniform(const struct rng *rng, uint32_t index);

/* Standard normal; element `index` of the stream (Box-Muller on one block). */
double rng_normal(const struct rng *rng, uint32_t index);

/* Uniform in 0 .. n - 1, n >= 1, without bias (Lemire's multiply and reject). */
uint32_t rng_below(const struct rng *rng, uint32_t index, uint32_t n);

/* Fisher-Yates: orders items[0 .. n - 1] at random; the result depends on the key, the
 * input order and n only. */
void rng_shuffle(const struct rng *rng, int32_t *items, int n);

/* 16 bits are compared for each dropout decision: an element is dropped where its 16-bit
 * number is below this. Rates are thus rounded to 1/65,536. */
uint32_t rng_drop_threshold(double rate);

/* Keep bits of the 32 elements of word `index`: bit e is 0 where the element is dropped.
 * The elements take half e % 2 of word e / 8 of block 4 * index + (e % 8) / 2: an order
 * in which vector code gets the bits without a permutation. The reference for the
 * kernels. */
uint32_t rng_keep_bits(const struct rng *rng, uint32_t index, uint32_t threshold);

#endif
