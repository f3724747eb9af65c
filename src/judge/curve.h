/* The curve under which the ROC AUC is the area, for pictures. Nothing here is
 * collective.
 *
 * Point k are the shares of rows without the class and of rows with it that stand at or
 * above threshold k: scikit-learn's roc_curve(drop_intermediate=False), of which points
 * are left out that lie within 1 / JUDGE_CURVE_STEPS of the one before them.
 */
#ifndef RNNTRAIN_JUDGE_CURVE_H
#define RNNTRAIN_JUDGE_CURVE_H

#include "judge/judge.h"

enum { JUDGE_CURVE_STEPS = 150, JUDGE_CURVE_POINTS = 2 * JUDGE_CURVE_STEPS + 3 };

struct judge_curve {
    int n; /* 0: it is not defined */
    double false_positives[JUDGE_CURVE_POINTS], true_positives[JUDGE_CURVE_POINTS];
};

/* Of class or label c of a judge that is arranged. */
void judge_roc(const struct judge *judge, int c, struct judge_curve *curve);

#endif
