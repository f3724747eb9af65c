/* How well probabilities of a class or label put the rows that have it before the others.
 * Nothing here is collective.
 *
 *   ROC AUC  the share of pairs (a row with it, a row without) of which the first has the
 *            greater probability, a tie counting half: a ratio of integers. It equals the
 *            area under scikit-learn's roc_curve.
 *   average precision = sum over thresholds k of (R_k - R_k-1) P_k,  P precision and R
 *            recall of rows at or above threshold k; equal probabilities are one
 *            threshold. Source: scikit-learn's average_precision_score.
 *
 * Where all rows have it, or none has, the ROC AUC is not defined: NaN. Where none has,
 * the average precision is 0. Both as scikit-learn has them.
 */
#ifndef RNNTRAIN_JUDGE_RANKING_H
#define RNNTRAIN_JUDGE_RANKING_H

#include "judge/judge.h"

/* Of class or label c of a judge that has ranks: entry i of a class is twice the number
 * of the row with the i-th greatest probability, and 1 more where the next one's is
 * another. `weights` (n): how often each row counts, NULL: once. Both NaN where no row
 * counts. */
void judge_rank(const struct judge *judge, int c, const int32_t *weights, double *roc_auc,
                double *average_precision);
/* The same of entries (n) that are not the judge's own. */
void judge_rank_entries(const struct judge *judge, int c, const uint32_t *ranks,
                        const int32_t *weights, double *roc_auc,
                        double *average_precision);

#endif
