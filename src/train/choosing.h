/* A model's decision (model/decision.h) chosen on rows that it was not trained on, and
 * what it is worth there: for a run at its end, and for a model that is done.
 */
#ifndef RNNTRAIN_TRAIN_CHOOSING_H
#define RNNTRAIN_TRAIN_CHOOSING_H

#include "data/facts.h"
#include "judge/decide.h"
#include "train/report.h"

struct choosing {
    struct model *model;
    const struct facts *facts;
    enum calibrate calibrate;
    enum decision_metric metric;
    struct decide_rows rows; /* whose logits `ask` sets */

    /* Sets the logits (n, outputs) of the rows by the weights as they are, 0, or as a
     * temperature leaves them. */
    int (*ask)(void *context, double temperature, real *logits);
    void *context;
};

/* ERR_USAGE: the classes cannot have such a decision. */
int choosing_check(const struct facts *facts, enum calibrate calibrate) NODISCARD;

/* *decision is released by the caller; what the rows come to without and with it. */
int choosing_run(struct choosing *choosing, struct decision *decision,
                 struct report_baseline *before, struct report_baseline *after) NODISCARD;

#endif
