#include "judge/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/calibration.h"
#include "judge/ranking.h"
#include "ranks/comm.h"

const char *const judge_figure_names[] = {
    [JUDGE_ACC] = "accuracy",
    [JUDGE_BALANCED_ACC] = "balanced_acc",
    [JUDGE_MCC] = "mcc",
    [JUDGE_MICRO_PRECISION] = "micro_precision",
    [JUDGE_MICRO_RECALL] = "micro_recall",
    [JUDGE_MICRO_F1] = "micro_f1",
    [JUDGE_MACRO_PRECISION] = "macro_precision",
    [JUDGE_MACRO_RECALL] = "macro_recall",
    [JUDGE_MACRO_F1] = "macro_f1",
    [JUDGE_WEIGHTED_PRECISION] = "weighted_precision",
    [JUDGE_WEIGHTED_RECALL] = "weighted_recall",
    [JUDGE_WEIGHTED_F1] = "weighted_f1",
    [JUDGE_ROC_AUC] = "roc_auc",
    [JUDGE_AVERAGE_PRECISION] = "average_precision",
    [JUDGE_LOG_LOSS] = "log_loss",
    [JUDGE_BRIER] = "brier",
    [JUDGE_CALIBRATION_ERROR] = "calibration_error",
};
_Static_assert(COUNT_OF(judge_figure_names) == JUDGE_FIGURES, "a figure has no name");

const char *const judge_class_figure_names[] = {
    [JUDGE_PRECISION] = "precision",
    [JUDGE_RECALL] = "recall",
    [JUDGE_F1] = "f1",
    [JUDGE_CLASS_ROC_AUC] = "roc_auc",
    [JUDGE_CLASS_AVERAGE_PRECISION] = "average_precision",
};
_Static_assert(COUNT_OF(judge_class_figure_names) == JUDGE_CLASS_FIGURES,
               "a figure of a class has no name");

/* 0 where nothing is divided. */
static double ratio(double part, double whole)
{
    return whole != 0 ? part / whole : 0;
}

static void count_class(const struct judge *judge, int i, int64_t times,
                        struct judge_figures *figures)
{
    int label = judge->label[i], decided = judge->decided[i];

    if (label == decided) {
        figures->classes[label].counts.true_positives += times;
        figures->correct += times;
        return;
    }
    figures->classes[label].counts.false_negatives += times;
    figures->classes[decided].counts.false_positives += times;
}

static void count_labels(const struct judge *judge, int i, int64_t times,
                         struct judge_figures *figures)
{
    size_t n = (size_t)judge->classes;
    const uint8_t *there = judge->there + (size_t)i * n;
    const uint8_t *given = judge->given + (size_t)i * n;
    bool is_wrong = false;

    for (size_t c = 0; c < n; c++) {
        struct label_counts *counts = &figures->classes[c].counts;
        counts->true_positives += there[c] & given[c] ? times : 0;
        counts->false_positives += given[c] > there[c] ? times : 0;
        counts->false_negatives += there[c] > given[c] ? times : 0;
        is_wrong |= there[c] != given[c];
    }
    figures->correct += is_wrong ? 0 : times;
}

static void count(const struct judge *judge, const int32_t *weights,
                  struct judge_figures *figures)
{
    figures->n = figures->correct = 0;
    for (int c = 0; c < judge->classes; c++)
        figures->classes[c].counts = (struct label_counts){0, 0, 0};

    for (int i = 0; i < judge->n; i++) {
        int64_t times = weights ? weights[i] : 1;
        figures->n += times;
        if (times && judge->multi_label)
            count_labels(judge, i, times, figures);
        else if (times)
            count_class(judge, i, times, figures);
    }
}

static void divide(const struct label_counts *counts, double value[])
{
    double tp = (double)counts->true_positives, fp = (double)counts->false_positives;
    double fn = (double)counts->false_negatives;

    value[JUDGE_PRECISION] = ratio(tp, tp + fp);
    value[JUDGE_RECALL] = ratio(tp, tp + fn);
    value[JUDGE_F1] = ratio(2 * tp, 2 * tp + fp + fn);
}

/* The three of `value` that stand behind each other from `first` on: the mean over
 * classes by their weights. */
static void set_mean(struct judge_figures *figures, enum judge_figure first,
                     double (*weight)(const struct judge *, const struct judge_class *),
                     const struct judge *judge)
{
    double all = 0, sum[3] = {0};

    for (int c = 0; c < figures->n_classes; c++) {
        const struct judge_class *class = &figures->classes[c];
        double share = weight(judge, class);
        all += share;
        for (int k = 0; k < 3; k++)
            sum[k] += share * class->value[JUDGE_PRECISION + k];
    }
    for (int k = 0; k < 3; k++)
        figures->value[first + (enum judge_figure)k] = ratio(sum[k], all);
}

static double is_somewhere(const struct judge *judge, const struct judge_class *class)
{
    return judge->multi_label || judge_support(class) + judge_given(class) > 0;
}

static double support_of(const struct judge *judge, const struct judge_class *class)
{
    (void)judge;
    return (double)judge_support(class);
}

static void set_micro(struct judge_figures *figures)
{
    struct label_counts sum = {0, 0, 0};

    for (int c = 0; c < figures->n_classes; c++) {
        const struct label_counts *counts = &figures->classes[c].counts;
        sum.true_positives += counts->true_positives;
        sum.false_positives += counts->false_positives;
        sum.false_negatives += counts->false_negatives;
    }
    divide(&sum, figures->value + JUDGE_MICRO_PRECISION);
}

static double balanced_accuracy(const struct judge_figures *figures)
{
    double sum = 0;
    int n = 0;

    for (int c = 0; c < figures->n_classes; c++)
        if (judge_support(&figures->classes[c])) {
            sum += figures->classes[c].value[JUDGE_RECALL];
            n++;
        }
    return ratio(sum, n);
}

/* The sums are of integers below 2^62. */
static double matthews(const struct judge_figures *figures)
{
    int64_t n = figures->n, both = 0, given = 0, there = 0;

    for (int c = 0; c < figures->n_classes; c++) {
        int64_t p = judge_given(&figures->classes[c]);
        int64_t t = judge_support(&figures->classes[c]);
        both += t * p;
        given += p * p;
        there += t * t;
    }
    return ratio((double)(n * figures->correct - both),
                 sqrt((double)(n * n - given)) * sqrt((double)(n * n - there)));
}

/* What is counted. */
static void set_counted(const struct judge *judge, struct judge_figures *figures)
{
    double *value = figures->value;

    for (int c = 0; c < judge->classes; c++)
        divide(&figures->classes[c].counts, figures->classes[c].value);
    set_micro(figures);
    set_mean(figures, JUDGE_MACRO_PRECISION, is_somewhere, judge);
    set_mean(figures, JUDGE_WEIGHTED_PRECISION, support_of, judge);
    value[JUDGE_ACC] = ratio((double)figures->correct, (double)figures->n);
    value[JUDGE_BALANCED_ACC] =
        judge->multi_label ? JUDGE_UNDEFINED : balanced_accuracy(figures);
    value[JUDGE_MCC] = judge->multi_label ? JUDGE_UNDEFINED : matthews(figures);
}

static double mean_of(const struct judge *judge, const int32_t *weights,
                      const double *terms, double *room)
{
    int64_t all = 0;

    for (int i = 0; i < judge->n; i++) {
        int row = judge->place[i], times = weights ? weights[row] : 1;
        room[i] = times ? times * terms[row] : 0;
        all += times;
    }
    return comm_tree_sum(room, judge->n, 1) / (double)all;
}

/* What is added up. */
static void set_means(const struct judge *judge, const int32_t *weights,
                      struct judge_figures *figures)
{
    double *room = xcalloc((size_t)judge->n, sizeof *room);
    struct judge_bin bins[JUDGE_BINS];

    figures->value[JUDGE_LOG_LOSS] = mean_of(judge, weights, judge->loss, room);
    figures->value[JUDGE_BRIER] = mean_of(judge, weights, judge->brier, room);
    figures->value[JUDGE_CALIBRATION_ERROR] = judge_bins(judge, weights, bins)
                                                  ? judge_calibration_error(bins)
                                                  : JUDGE_UNDEFINED;
    free(room);
}

void judge_average_ranks(const struct judge *judge, struct judge_figures *figures)
{
    bool is_binary = judge->classes == 2 && !judge->multi_label;
    double roc_auc = 0, average_precision = 0;

    for (int c = 0; c < judge->classes; c++) {
        const double *value = figures->classes[c].value;
        roc_auc += value[JUDGE_CLASS_ROC_AUC] / judge->classes;
        average_precision += value[JUDGE_CLASS_AVERAGE_PRECISION] / judge->classes;
    }

    const double *second = figures->classes[1].value;
    figures->value[JUDGE_ROC_AUC] = is_binary ? second[JUDGE_CLASS_ROC_AUC] : roc_auc;
    figures->value[JUDGE_AVERAGE_PRECISION] =
        is_binary ? second[JUDGE_CLASS_AVERAGE_PRECISION] : average_precision;
}

/* What rows are sorted for. */
static void set_ranks(const struct judge *judge, const int32_t *weights,
                      struct judge_figures *figures)
{
    for (int c = 0; c < judge->classes && judge->ranks; c++) {
        double *value = figures->classes[c].value;
        judge_rank(judge, c, weights, &value[JUDGE_CLASS_ROC_AUC],
                   &value[JUDGE_CLASS_AVERAGE_PRECISION]);
    }
    judge_average_ranks(judge, figures);
}

void judge_count(const struct judge *judge, const int32_t *weights,
                 struct judge_figures *figures)
{
    if (!figures->classes)
        figures->classes = xcalloc((size_t)judge->classes, sizeof *figures->classes);
    figures->n_classes = judge->classes;
    for (int f = 0; f < JUDGE_FIGURES; f++)
        figures->value[f] = JUDGE_UNDEFINED;
    for (int c = 0; c < judge->classes; c++)
        for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
            figures->classes[c].value[f] = JUDGE_UNDEFINED;

    count(judge, weights, figures);
    set_counted(judge, figures);
}

void judge_compute(const struct judge *judge, const int32_t *weights,
                   struct judge_figures *figures)
{
    judge_count(judge, weights, figures);
    set_means(judge, weights, figures);
    set_ranks(judge, weights, figures);
}

void judge_figures_release(struct judge_figures *figures)
{
    free(figures->classes);
    *figures = (struct judge_figures){.n = 0};
}
