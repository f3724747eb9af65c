/* Whether probabilities are what they say: bins of equal width, and in each the mean
 * probability beside the share of what came true. Nothing here is collective.
 *
 * Asked are, of two classes, the probability of the second one and whether a row is of
 * it; of more, the probability of the class that a row was taken for and whether it is of
 * that; of labels, each label's of each row and whether the row has it. Bin b of B holds
 * b / B < p <= (b + 1) / B, the first one 0 too.
 *   calibration error = sum over bins of (rows of the bin / all) |mean p - share|
 * Sources: scikit-learn's calibration_curve(strategy="uniform") for bins, means and
 * shares; Guo et al., "On calibration of modern neural networks", ICML 2017, for the
 * error, which leaves empty bins out.
 */
#ifndef RNNTRAIN_JUDGE_CALIBRATION_H
#define RNNTRAIN_JUDGE_CALIBRATION_H

#include "judge/judge.h"

enum { JUDGE_BINS = 10 };

struct judge_bin {
    double low, high;
    int64_t n, n_true;  /* probabilities in it, and those that came true */
    double probability; /* their mean; NaN where there is none */
    double share;       /* n_true / n; the same */
};

/* Of a judge that is arranged. False, and no bin is set: of labels whose probabilities
 * were not kept, or where one is NaN. `weights` (n): how often each row counts, NULL:
 * once. */
bool judge_bins(const struct judge *judge, const int32_t *weights,
                struct judge_bin bins[JUDGE_BINS]);

/* NaN where all bins are empty. */
double judge_calibration_error(const struct judge_bin bins[JUDGE_BINS]);

#endif
