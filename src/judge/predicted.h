/* The rows of a run's predictions.h5 as a judge takes them. Nothing here is collective.
 */
#ifndef RNNTRAIN_JUDGE_PREDICTED_H
#define RNNTRAIN_JUDGE_PREDICTED_H

#include "judge/judge.h"
#include "saved/predictions.h"

/* A judge of a part's rows, at least one, not arranged yet; the caller's. */
struct judge *judge_of_predictions(const struct predictions *predictions,
                                   const struct predictions_part *part);

#endif
