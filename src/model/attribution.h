/* How much each word of a row adds to a logit: integrated gradients, the integral of the
 * slopes along the path of model/path.h. The shares of all words add up to the
 * difference between the row's logit and the baseline's, but for the error of the
 * integral; intervals are halved where it is large until it is small, which is known, as
 * the logits at both ends of each interval are. Source: Sundararajan, Taly & Yan 2017.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_ATTRIBUTION_H
#define RNNTRAIN_MODEL_ATTRIBUTION_H

#include "model/path.h"

struct attribution {
    double baseline, logit; /* at both ends of the path */
    double error;           /* sum of the shares - (logit - baseline) */
    int points;             /* that were computed */
    double *shares; /* (T) of the row's ids, first to last, pads not counted; owned */
};

/* Of a model of model_new_path and row 0 of `rows`. Halves until the errors of all
 * intervals, whatever their signs, add up to at most `tolerance`, or are no larger than
 * those of rounding, or there are ATTRIBUTION_MOST_INTERVALS. Release with
 * attribution_release. */
enum { ATTRIBUTION_MOST_INTERVALS = 1024 };
void attribution_find(struct model *model, const struct rows *rows,
                      const struct path_target *target, double tolerance,
                      struct attribution *attribution);
void attribution_release(struct attribution *attribution);

#endif
