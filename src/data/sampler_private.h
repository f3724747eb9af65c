/* What the parts of sampler.h share: sampler_split.c chooses rows, sampler_multi_label.c
 * those of which each may have several labels, sampler_order.c puts those of an epoch in
 * order, sampler.c deals those of a batch to lanes. */
#ifndef RNNTRAIN_DATA_SAMPLER_PRIVATE_H
#define RNNTRAIN_DATA_SAMPLER_PRIVATE_H

#include "base/rng.h"
#include "data/sampler.h"

static inline int sampler_divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* 0 .. n - 1; the caller's to free. */
int32_t *sampler_all_rows(int n);

/* Sets which rows are trained, validated and tested; `hashes` where a fold validates. */
int sampler_split(struct sampler *sampler, const uint64_t *hashes) NODISCARD;

/* Splits n rows, of which each may have several labels, into n_taken and the rest (left
 * in `rows`), with as equal shares of each label as can be; both in their order. */
void sampler_take_multi_label(const struct rows *from, struct rng rng, int32_t *rows,
                              int *n, int n_taken, int32_t *taken);

/* The training rows in the order of an epoch. */
void sampler_order(const struct sampler *sampler, int epoch, int32_t *rows);

/* The n rows of `from`, which ascend, in an order of whole chunks: the file is cut into
 * stretches of so many chunks, and each is shuffled; then come a chunk of every stretch,
 * the next of every stretch, and so on. So whatever the file is sorted by, class or date,
 * is mixed in any n / stretch rows. */
void sampler_shuffle_chunks(const struct rows *from, struct rng rng, int stretch,
                            int32_t *rows, int n);

#endif
