/* How M models judge together: logits = a_1 first + ... + a_M last + c.
 *
 * All a >= 0 and c, one a logit, are the least of the log losses of rows that none has
 * learnt, plus (sum of |a - 1/M|^2 + |c|^2) / 2. That ridge weighs about as much
 * as one row: it decides where rows do not, as a softmax takes no notice of what is added
 * to all logits, a class that few rows are of would get any c, and rows that are all
 * decided rightly an endless a. Beyond BLEND_MOST_BIASES logits c stays 0: there are then
 * too few rows of a class. Nothing here is collective.
 *
 * Newton's method in double, over the rows in their order.
 */
#ifndef RNNTRAIN_TRAIN_BLEND_H
#define RNNTRAIN_TRAIN_BLEND_H

#include "data/rows.h"
#include "layers/chain.h"

enum { BLEND_MOST_BIASES = 100, BLEND_MOST_MODELS = 4 };

/* All of it is borrowed. */
struct blend_task {
    enum loss loss;
    int outputs; /* K: logits of a row, 1 with LOSS_BINARY */
    const struct rows *labels;
    const int32_t *rows; /* (n) of labels */
    int n;
    int n_models;                          /* M */
    const real *logits[BLEND_MOST_MODELS]; /* (n, K) of each */
    bool has_biases;                       /* else c is 0 */
    const double *class_weights;           /* what rows of a class count; NULL: 1 */
};

struct blend {
    double a[BLEND_MOST_MODELS]; /* (M) */
    double *c;                   /* (K) the caller's */
};

/* Fills in blend->a and c; returns the mean log loss, without the ridge. */
double blend_fit(const struct blend_task *task, struct blend *blend);

#endif
