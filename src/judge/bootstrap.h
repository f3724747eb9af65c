/* How sure the figures are: what they come to over rows drawn anew, as many as there are,
 * each from all of them. Nothing here is collective.
 *
 * Draw i of resample r is row rng_below(i, n), in the order of judge.h, of the stream
 * (seed, RNG_BOOTSTRAP, r): the same whoever draws, in whatever order the rows stand. The
 * interval of a figure is from its quantile .025 to that of .975 over the resamples in
 * which it is defined, interpolated as NumPy does; NaN where there are none. Source:
 * Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13 (the percentile
 * interval).
 */
#ifndef RNNTRAIN_JUDGE_BOOTSTRAP_H
#define RNNTRAIN_JUDGE_BOOTSTRAP_H

#include "judge/figures.h"

struct judge_interval {
    double low, high;
};

/* Where that would take more than about 2^32 steps, or 2^25 numbers kept, the intervals
 * of what must be gone through class by class are left out: those of ranks, of labels all
 * (`leaves_ranks`); those of single classes (`leaves_classes`). They are NaN then. */
struct judge_intervals {
    int resamples; /* 0: there are no intervals */
    bool leaves_ranks, leaves_classes;
    struct judge_interval value[JUDGE_FIGURES];
    struct judge_interval (*classes)[JUDGE_CLASS_FIGURES]; /* (C) owned */
};

/* Of a judge that is arranged. */
void judge_bootstrap(const struct judge *judge, uint64_t seed, int resamples,
                     struct judge_intervals *intervals);
/* The same bits, by up to n_threads. */
void judge_bootstrap_by(int n_threads, const struct judge *judge, uint64_t seed,
                        int resamples, struct judge_intervals *intervals);
void judge_intervals_release(struct judge_intervals *intervals);

/* From quantile .025 to .975 of n numbers, which are sorted; NaN among them do not
 * count. */
struct judge_interval judge_interval_of(double *values, int n);

#endif
