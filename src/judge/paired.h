/* Two models on the same rows: whether one is better, and how sure that is. Nothing here
 * is collective.
 *
 *   McNemar   of the rows that one model judges rightly and the other does not, as many
 *             should be the one's as the other's if they were equally good; p is the
 *             two-sided probability of a split as uneven, min(1, 2 P(X <= min)) with X
 *             binomial(only_a + only_b, 1/2), exact. Source: scipy.stats.binomtest.
 *   bootstrap rows are drawn anew, the same for both, as bootstrap.h draws them, from
 *             rows in their order; intervals of 95 % of the differences, a less b.
 */
#ifndef RNNTRAIN_JUDGE_PAIRED_H
#define RNNTRAIN_JUDGE_PAIRED_H

#include "judge/bootstrap.h"

struct judge_paired {
    int n, resamples;
    int64_t right_a, right_b; /* rows that each judges rightly */
    int64_t only_a, only_b;   /* and the other one does not */
    double p;                 /* McNemar's */
    double acc, log_loss;     /* differences */
    struct judge_interval acc_interval, log_loss_interval; /* NaN of no resamples */
};

/* Of judges that were told the same rows in the same order. */
void judge_compare(const struct judge *a, const struct judge *b, uint64_t seed,
                   int resamples, struct judge_paired *paired);

#endif
