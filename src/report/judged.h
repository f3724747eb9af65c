/* The rows of a past run, judged: what src/judge makes of predictions.h5. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_REPORT_JUDGED_H
#define RNNTRAIN_REPORT_JUDGED_H

#include "judge/bootstrap.h"
#include "judge/figures.h"
#include "report/past.h"

struct judged {
    const struct predictions *predictions; /* borrowed */
    const struct predictions_part *rows;   /* the test part, else the validation part */
    const char *part;                      /* what people call it */
    struct judge *judge;                   /* owned, as is what follows */
    struct judge_figures figures;
    struct judge_figures baseline; /* of one answer for all */
    struct judge_intervals intervals;
};

/* False: there are no predictions. `resamples` 0: no intervals. */
bool judged_compute(const struct past_run *run, uint64_t seed, int resamples,
                    struct judged *judged);
void judged_release(struct judged *judged);

/* A row's probability of what it is, the log loss is of; of several labels the least that
 * one of its labels, or of those it has not, was given. */
double judged_probability(const struct judged *judged, int i);
/* Whether it was taken for what it is. */
bool judged_is_right(const struct judged *judged, int i);

#endif
