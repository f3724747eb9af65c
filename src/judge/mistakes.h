/* Rows that a person should look at: those with the largest loss, those that a model is
 * least sure of, and those whose label is likely wrong. Nothing here is collective.
 *
 *   worst        by falling log loss
 *   uncertain    by the distance of the two most probable classes, rising; of several
 *                labels by that of the one nearest to one half from it
 *   mislabelled  by confident learning: class k's threshold is the mean of p_k over the
 *                rows labelled k; a row is counted for the most probable of the classes
 *                that reach their thresholds, and is suspect where that is not its label;
 *                by p of its label less p of that class, rising. Of several labels each
 *                is a question of two classes, and the most suspect one counts. The
 *                probabilities must be of rows that the model was not trained on.
 *                Source: Northcutt, Jiang & Chuang 2021, equations 1 and 2, ranked by
 *                normalized margin.
 *
 * Ties go by the rows' numbers.
 */
#ifndef RNNTRAIN_JUDGE_MISTAKES_H
#define RNNTRAIN_JUDGE_MISTAKES_H

#include "judge/judge.h"

enum mistake_kind {
    MISTAKE_WORST,
    MISTAKE_UNCERTAIN,
    MISTAKE_MISLABELLED,
    MISTAKE_KINDS
};
extern const char *const mistake_kind_names[MISTAKE_KINDS];

struct mistake {
    int row;
    double score; /* loss, distance, difference */
    int class;    /* mislabelled: the class that it is counted for, or the label whose
                     presence is doubted; else the most probable */
};

/* All rows of a kind in its order; *n of them, the caller's. NULL and *n 0 where the
 * probabilities were not kept and the kind asks for them. */
struct mistake *mistakes_find(const struct judge *judge, enum mistake_kind kind, int *n);

#endif
