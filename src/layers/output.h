/* The chain's last layer: a Dense that gives logits, and what they come to. Nothing here
 * is collective.
 */
#ifndef RNNTRAIN_LAYERS_OUTPUT_H
#define RNNTRAIN_LAYERS_OUTPUT_H

#include "layers/layer.h"

/* Labels that rows were given: rightly, wrongly, and those that they should have been
 * given too. All 0 where a row has one class. */
struct label_counts {
    int64_t true_positives, false_positives, false_negatives;
};

/* Sums over rows, not means; of the classes that rows were taken for, the first and the
 * last. A row of several labels is correct where it is given all of them and no other. */
struct lane_result {
    double loss;
    int64_t correct;
    int first_class, last_class;
    struct label_counts labels;
};

/* How much a row of each class counts in passes that train, (C) numbers that are
 * borrowed; NULL: 1. Not where a row has several labels. */
void output_weigh_classes(struct layer *output, const double *weights);

/* The share of each target that is spread over all, in passes that train: from 0, none,
 * to below 1. */
void output_smooth_labels(struct layer *output, double share);

/* Loss and hits of a lane whose pass forward is done; leaves dL/dlogits where the pass
 * trains. All is 0 of rows whose classes nobody knows. */
struct lane_result output_score(struct layer *output, const struct lane *lane,
                                bool trains);

#endif
