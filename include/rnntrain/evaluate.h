/* Loss and accuracy of a model over rows of a data set, the forward passes shared out
 * over the ranks, the sums the same on any number of them.
 */
#ifndef RNNTRAIN_EVALUATE_H
#define RNNTRAIN_EVALUATE_H

#include "rnntrain/base.h"
#include "rnntrain/balance.h"
#include "rnntrain/comm.h"
#include "rnntrain/model.h"

struct score {
    double loss;     /* mean over rows */
    int64_t correct; /* rows decided rightly */
    int n;
};

static inline double score_accuracy(const struct score *score)
{
    return score->n ? (double)score->correct / score->n : 0;
}

/* Collective. Sorted by length, rows are cut into lanes of lane_rows. */
struct score evaluate(const struct comm *comm, const struct balance *balance,
                      struct model *model, const struct dataset *data,
                      enum dataset_part part, const int32_t *rows, int n, int lane_rows);

#endif
