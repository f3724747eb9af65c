/* Loss and accuracy of a model over rows of a data set, the forward passes shared out
 * over the ranks, the sums the same on any number of them.
 */
#ifndef RNNTRAIN_TRAIN_EVALUATE_H
#define RNNTRAIN_TRAIN_EVALUATE_H

#include "base/base.h"
#include "data/dataset.h"
#include "ranks/balance.h"
#include "ranks/comm.h"
#include "model/model.h"
#include "train/stream.h"

struct score {
    double loss;     /* mean over rows */
    int64_t correct; /* rows decided rightly */
    int n;
    int first_class, last_class; /* of those that rows were taken for */
};

static inline double score_accuracy(const struct score *score)
{
    return score->n ? (double)score->correct / score->n : 0;
}

/* Whether all rows were taken for one class, and some wrongly. */
static inline bool score_is_one_class(const struct score *score)
{
    return score->first_class == score->last_class && score->correct < score->n;
}

/* Who computes, and in lanes of how many rows. */
struct evaluator {
    const struct comm *comm;
    const struct balance *balance;
    struct model *model;
    int lane_rows;
    struct stream *stream; /* of the ids; NULL: they are in memory */
    int window_rows;       /* of the stream, at least lane_rows */
};

/* Collective. Sorted by length, rows are cut into lanes; with a stream those of each
 * window for themselves. Only the stream can fail. */
int evaluate(const struct evaluator *evaluator, const struct dataset *data,
             enum dataset_part part, const int32_t *rows, int n,
             struct score *score) NODISCARD;

#endif
