/* What rnntrain's options say of the loss that training lessens. What judges, validation
 * and test, never knows of it. Nothing here is collective.
 */
#ifndef RNNTRAIN_TRAIN_LOSS_OPTIONS_H
#define RNNTRAIN_TRAIN_LOSS_OPTIONS_H

#include "base/options.h"
#include "data/facts.h"

struct loss_config {
    /* "balanced", or how much rows of a class count: JSON, {"spam": 5}, in which a class
     * that is not named has 1. NULL: all rows count alike. Owned by the options. */
    char *class_weight;
    double adversarial;     /* epsilon, see layers/perturbation.h; 0: none */
    double label_smoothing; /* the share of each target that is spread; 0: none */
};

/* Of a struct loss_config. */
extern const struct option_table loss_options_table;

/* A file that is named is read: its JSON stands in the options from then on, so that a
 * record says what the run was trained with. ERR_USAGE, ERR_NO_INPUT. */
int loss_options_settle(struct loss_config *config) NODISCARD;

/* What a row of each class counts, `weights` (facts->n_labels). Balanced: rows / (classes
 * * rows of the class), of the classes that have rows, which are all that `counts`
 * counts. Source: scikit-learn's compute_class_weight. ERR_USAGE names a class that the
 * data have not; `data` is their path. */
int loss_class_weights(const struct loss_config *config, const struct facts *facts,
                       const char *data, const int *counts, double *weights) NODISCARD;

#endif
