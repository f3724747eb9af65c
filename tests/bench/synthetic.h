/* What the benchmarks of steps and of evaluation share: synthetic rows, and quantiles of
 * what was measured. */
#ifndef RNNTRAIN_BENCH_SYNTHETIC_H
#define RNNTRAIN_BENCH_SYNTHETIC_H

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "data/dataset.h"

enum { VOCABULARY = 3800 };

/* Lengths spread evenly around the mean as far as 0 and maxlen allow. Ids by Zipf's law:
 * the first 10, 100, 1,000 are 28, 56, 84 % of them; of IMDB's, 25, 57, 87 %. */
static inline void make_rows(struct dataset *data, int rows, int maxlen,
                             double real_share, int classes)
{
    struct rng rng = {.seed = 5, .purpose = RNG_TEST};
    struct rows *part = &data->part[DATASET_TRAIN];
    uint16_t *x = xcalloc((size_t)rows * (size_t)maxlen, sizeof *x);

    *data = (struct dataset){.facts = {.maxlen = maxlen,
                                       .num_words = VOCABULARY,
                                       .n_labels = classes,
                                       .pad_pre = true}};
    *part = facts_rows(&data->facts, rows);
    part->x = x;
    part->y = xcalloc((size_t)rows, sizeof(int32_t));
    part->length = xcalloc((size_t)rows, sizeof(int32_t));

    double spread = fmin(real_share, 1 - real_share);
    for (int r = 0; r < rows; r++, x += maxlen) {
        rng.row = (uint32_t)r;
        double share = real_share + spread * ((2 * r + 1.0) / rows - 1);

        part->y[r] = (int32_t)rng_below(&rng, 0, (uint32_t)classes);
        part->length[r] = (int32_t)(share * maxlen + 0.5);
        for (int t = maxlen - part->length[r]; t < maxlen; t++) {
            double u = rng_uniform(&rng, (uint32_t)t + 1);
            x[t] = (uint16_t)pow(VOCABULARY, u);
        }
    }
}

static inline int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The quantile q of n values; sorts them. */
static inline double quantile(double *values, int n, double q)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[(int)(q * (n - 1) + 0.5)];
}

#endif
