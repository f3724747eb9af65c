/* What a model's probabilities are corrected and decided by, as validation rows have
 * chosen it: a temperature, and a probability from which on a class or label is given.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_DECISION_H
#define RNNTRAIN_MODEL_DECISION_H

#include "layers/params.h"
#include "model/model.h"

/* What thresholds were the best by, on the rows that chose them. */
enum decision_metric {
    DECISION_F1, /* of the second class, or of each label */
    DECISION_ACC,
    DECISION_BALANCED_ACC,
    DECISION_METRICS
};
extern const char *const decision_metric_names[DECISION_METRICS + 1];

/* What is to be chosen: bits. */
enum calibrate {
    CALIBRATE_NONE,
    CALIBRATE_TEMPERATURE,
    CALIBRATE_THRESHOLD,
    CALIBRATE_BOTH,
    CALIBRATES
};
extern const char *const calibrate_names[CALIBRATES + 1];

/* All zero: nothing was chosen, and the model decides for the class with the greatest
 * probability, or for labels above one half. */
struct decision {
    double temperature; /* logits are divided by it; 0: by nothing */
    int n_thresholds;   /* 0: none, 1: of two classes, C: of labels */
    double *threshold;  /* (n_thresholds) owned where it is read from a file */
    enum decision_metric metric;
};

static inline bool decision_is_there(const struct decision *decision)
{
    return decision->temperature > 0 || decision->n_thresholds > 0;
}

/* The class, where a row has one: `class` where nothing else was chosen. */
static inline int decision_class(const struct decision *decision, bool multi_label,
                                 const double *probabilities, int class)
{
    return decision->n_thresholds && !multi_label
               ? probabilities[1] >= *decision->threshold
               : class;
}

/* Whether a row is given label c, with that probability. */
static inline bool decision_gives(const struct decision *decision, int c, double p)
{
    return decision->n_thresholds ? p >= decision->threshold[c] : p > 0.5;
}

/* Divides by a temperature what the model's logits are linear in: the weights of its
 * output, and of a linear model those of the n-grams. */
void decision_cool(const struct model *model, double temperature, real *weights);

/* Frees the thresholds; an all-zero struct is fine. */
void decision_release(struct decision *decision);

#endif
