/* The chain's last layer: a Dense that gives logits, and what they come to. Nothing here
 * is collective.
 */
#ifndef RNNTRAIN_LAYERS_OUTPUT_H
#define RNNTRAIN_LAYERS_OUTPUT_H

#include "layers/layer.h"

/* Sums over rows, not means; of the classes that rows were taken for, the first and the
 * last. */
struct lane_result {
    double loss;
    int64_t correct;
    int first_class, last_class;
};

/* Loss and hits of a lane whose pass forward is done; leaves dL/dlogits where the pass
 * trains. */
struct lane_result output_score(struct layer *output, const struct lane *lane,
                                bool trains);

#endif
