/* The figures of rows that were judged. Nothing here is collective.
 *
 * Of class or label c, tp rows have it and were given it, fp were given it and have it
 * not, fn have it and were not given it; its support is tp + fn; n is the number of rows.
 *   precision = tp / (tp + fp), recall = tp / (tp + fn), f1 = 2 tp / (2 tp + fp + fn),
 *     each 0 where nothing is divided (precision_score, ...; zero_division=0)
 *   macro     the mean over classes that are in rows or in decisions: one that is in
 *             neither is left out; of labels over all
 *   micro     of the sums of tp, fp and fn: where rows have one class all three are the
 *             accuracy; weighted: the mean by support, 0 where that is 0 everywhere
 *   accuracy  rows taken for their class, or given all their labels and no other
 *   balanced accuracy  the mean recall over classes with support
 *   Matthews  (n sum_c tp - sum_c t p) / sqrt((n^2 - sum_c p^2) (n^2 - sum_c t^2)),
 *             t = tp + fn, p = tp + fp; 0 where that is divided by 0
 *   log loss  the mean of -log p of a row's class, p cut to [eps, 1 - eps], eps = 2^-52;
 *             of labels the mean over them and rows of -log p or -log(1 - p)
 *   Brier     of two classes the mean of (p - y)^2, p of the second one; of more that of
 *             sum_c (p_c - y_c)^2, from 0 to 2; of labels the mean over them and rows
 *   ROC AUC, average precision  of two classes those of the second one, of more and of
 *             labels the mean over all, one against the rest, for which a class that all
 *             rows are of, or none, leaves no ROC AUC (ranking.h)
 *   calibration error  see calibration.h
 * Sources: scikit-learn 1.7 and later, sklearn.metrics' functions of those names with
 * their defaults. What is not defined is NaN: balanced accuracy and Matthews of labels,
 * ranks and calibration where there are no numbers for them.
 */
#ifndef RNNTRAIN_JUDGE_FIGURES_H
#define RNNTRAIN_JUDGE_FIGURES_H

#include "judge/judge.h"
#include "layers/output.h"

enum judge_figure {
    JUDGE_ACC,
    JUDGE_BALANCED_ACC,
    JUDGE_MCC,
    JUDGE_MICRO_PRECISION,
    JUDGE_MICRO_RECALL,
    JUDGE_MICRO_F1,
    JUDGE_MACRO_PRECISION,
    JUDGE_MACRO_RECALL,
    JUDGE_MACRO_F1,
    JUDGE_WEIGHTED_PRECISION,
    JUDGE_WEIGHTED_RECALL,
    JUDGE_WEIGHTED_F1,
    JUDGE_ROC_AUC,
    JUDGE_AVERAGE_PRECISION,
    JUDGE_LOG_LOSS,
    JUDGE_BRIER,
    JUDGE_CALIBRATION_ERROR,
    JUDGE_FIGURES
};

/* Of a class or label. */
enum judge_class_figure {
    JUDGE_PRECISION,
    JUDGE_RECALL,
    JUDGE_F1,
    JUDGE_CLASS_ROC_AUC,
    JUDGE_CLASS_AVERAGE_PRECISION,
    JUDGE_CLASS_FIGURES
};

/* For files: "balanced_acc", "roc_auc". */
extern const char *const judge_figure_names[JUDGE_FIGURES];
extern const char *const judge_class_figure_names[JUDGE_CLASS_FIGURES];

struct judge_class {
    struct label_counts counts;
    double value[JUDGE_CLASS_FIGURES];
};

struct judge_figures {
    int64_t n, correct;
    double value[JUDGE_FIGURES];
    int n_classes;
    struct judge_class *classes; /* (C) owned */
};

/* All of them, of a judge that is arranged. `weights` (n): how often each row counts,
 * their sum not 0; NULL: once. *figures is all zero, or of a judge of as many classes,
 * whose memory is used again. */
void judge_compute(const struct judge *judge, const int32_t *weights,
                   struct judge_figures *figures);
/* The same of a judge that need not be arranged, but for what is counted all is NaN. */
void judge_count(const struct judge *judge, const int32_t *weights,
                 struct judge_figures *figures);
/* The means over classes of what ranks came to for each, where it is set. */
void judge_average_ranks(const struct judge *judge, struct judge_figures *figures);
void judge_figures_release(struct judge_figures *figures);

/* Rows that have a class or label, and those that were given it. */
static inline int64_t judge_support(const struct judge_class *class)
{
    return class->counts.true_positives + class->counts.false_negatives;
}
static inline int64_t judge_given(const struct judge_class *class)
{
    return class->counts.true_positives + class->counts.false_positives;
}

#endif
