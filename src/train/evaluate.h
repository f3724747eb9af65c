/* Loss and accuracy of models over rows of a data set, or their logits: the forward
 * passes shared out over the ranks, the sums the same on any number of them.
 */
#ifndef RNNTRAIN_TRAIN_EVALUATE_H
#define RNNTRAIN_TRAIN_EVALUATE_H

#include "base/base.h"
#include "data/dataset.h"
#include "model/ensemble.h"
#include "ranks/balance.h"
#include "ranks/comm.h"
#include "train/stream.h"

struct score {
    double loss;     /* mean over rows */
    int64_t correct; /* rows decided rightly */
    int n;
    int first_class, last_class; /* of those that rows were taken for */
    struct label_counts labels;  /* where rows have several */
};

static inline double score_accuracy(const struct score *score)
{
    return score->n ? (double)score->correct / score->n : 0;
}

/* The micro-average of F1 over labels, 2 tp / (2 tp + fp + fn); 0 where nothing is there
 * to be found. Source: scikit-learn's f1_score(average="micro"). */
static inline double score_f1(const struct score *score)
{
    const struct label_counts *counts = &score->labels;
    int64_t right = 2 * counts->true_positives;
    int64_t all = right + counts->false_positives + counts->false_negatives;

    return all ? (double)right / (double)all : 0;
}

/* Whether no row was given any label, and some should have been. */
static inline bool score_is_no_label(const struct score *score)
{
    const struct label_counts *counts = &score->labels;

    return counts->true_positives + counts->false_positives == 0 &&
           counts->false_negatives > 0;
}

/* Whether all rows were taken for one class, or for none of the labels, and some
 * wrongly. */
static inline bool score_is_one_class(const struct score *score)
{
    return score_is_no_label(score) ||
           (score->first_class == score->last_class && score->correct < score->n);
}

/* What that class is called; NULL: there is no such class. */
const char *score_one_class(const struct score *score, const struct facts *facts);

/* Is told the logits (n_rows, outputs) of each lane, on the rank that computes it. */
struct listener {
    void (*hear)(void *data, const struct lane *lane, const real *logits);
    void *data;
};

/* Who computes, and in lanes of how many rows. */
struct evaluator {
    const struct comm *comm;
    const struct balance *balance;
    struct ensemble *ensemble; /* of one model or several (ensemble_init) */
    int lane_rows;
    struct stream *stream;           /* of the ids; NULL: they are in memory */
    int window_rows;                 /* of the stream, at least lane_rows */
    const struct listener *listener; /* NULL: nobody asks for logits */

    /* More ensembles of the same weights (model_new_sharer), (n_others): each has a
     * thread of its own beside that of `ensemble`; the listener hears them side by
     * side. */
    struct ensemble *others;
    int n_others;
};

/* Collective. Sorted by length, rows are cut into lanes; with a stream those of each
 * window for themselves. Only the stream can fail. */
int evaluate(const struct evaluator *evaluator, const struct dataset *data,
             enum dataset_part part, const int32_t *rows, int n,
             struct score *score) NODISCARD;

/* Collective. The logits of the same rows, (n, outputs) in the order of `rows`, on every
 * rank: the same bits on any number of them, in lanes of any size. */
int evaluate_logits(const struct evaluator *evaluator, const struct dataset *data,
                    enum dataset_part part, const int32_t *rows, int n,
                    real *logits) NODISCARD;

#endif
