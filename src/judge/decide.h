/* A temperature and thresholds, chosen on rows that a model was not trained on. Nothing
 * here is collective: sums are over rows in their order.
 */
#ifndef RNNTRAIN_JUDGE_DECIDE_H
#define RNNTRAIN_JUDGE_DECIDE_H

#include "data/rows.h"
#include "model/decision.h"

/* All is borrowed. */
struct decide_rows {
    enum loss loss;
    int outputs;               /* logits of a row, 1 of two classes */
    const struct rows *labels; /* of a part */
    const int32_t *rows;       /* (n) numbers in it */
    int n;
    const real *logits; /* (n, outputs) */
};

/* The T by which logits are divided where the log loss is the least, from 1/64 to 64: one
 * for all classes and labels. The log loss is convex in 1/T. Sources: Guo et al., "On
 * calibration of modern neural networks", ICML 2017; scikit-learn's
 * CalibratedClassifierCV(method="temperature"). Rows without a mistake do not say how
 * often there is one, and would want the greatest trust: theirs is DECIDE_UNKNOWN. */
#define DECIDE_UNKNOWN 1.0
double decide_temperature(const struct decide_rows *rows);

/* From which probability on the second of two classes is given, or each label: of n_sides
 * columns of probabilities (n, n_sides), 1 or as many as labels, the first of the 100
 * values from the least probability to the greatest, as far from each other, at which the
 * metric is the greatest, less up to 1e-5 where a row has just that, so that roundings
 * decide nothing. Source: scikit-learn's TunedThresholdClassifierCV with its defaults but
 * for the metric. */
void decide_thresholds(const struct decide_rows *rows, const double *probabilities,
                       int n_sides, enum decision_metric metric, double *thresholds);

#endif
