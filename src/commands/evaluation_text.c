/* An evaluation as text of at most 80 columns. */
#include "commands/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/columns.h"
#include "judge/calibration.h"

/* What the figures are called, and of what texts they are told. */
enum told { OF_ALL, OF_CLASSES, OF_LABELS };
static const struct shown {
    enum judge_figure figure;
    const char *name;
    enum told told;
} shown[] = {
    {JUDGE_ACC, "accuracy", OF_ALL},
    {JUDGE_BALANCED_ACC, "balanced accuracy", OF_CLASSES},
    {JUDGE_MCC, "Matthews correlation", OF_CLASSES},
    {JUDGE_MICRO_PRECISION, "micro precision", OF_LABELS},
    {JUDGE_MICRO_RECALL, "micro recall", OF_LABELS},
    {JUDGE_MICRO_F1, "micro F1", OF_LABELS},
    {JUDGE_MACRO_PRECISION, "macro precision", OF_ALL},
    {JUDGE_MACRO_RECALL, "macro recall", OF_ALL},
    {JUDGE_MACRO_F1, "macro F1", OF_ALL},
    {JUDGE_WEIGHTED_PRECISION, "weighted precision", OF_ALL},
    {JUDGE_WEIGHTED_RECALL, "weighted recall", OF_ALL},
    {JUDGE_WEIGHTED_F1, "weighted F1", OF_ALL},
    {JUDGE_ROC_AUC, "ROC AUC", OF_ALL},
    {JUDGE_AVERAGE_PRECISION, "average precision", OF_ALL},
    {JUDGE_LOG_LOSS, "log loss", OF_ALL},
    {JUDGE_BRIER, "Brier score", OF_ALL},
    {JUDGE_CALIBRATION_ERROR, "calibration error", OF_ALL},
};
_Static_assert(COUNT_OF(shown) == JUDGE_FIGURES, "a figure is not shown");

enum { NAME = 24, LONGEST_NAME = 40, CELL = 8, MOST_CELLS = 6, MOST_CONFUSIONS = 10 };

static void print_blank(void)
{
    say_line(stdout, "%s", "");
}

/* Columns of names: all that fit, where some are long. */
static int name_width(const struct facts *facts)
{
    int width = NAME;

    for (int c = 0; c < facts->n_labels && width == NAME; c++) {
        char *whole = columns_fit(facts->labels[c], 0, LONGEST_NAME);
        char *cut = columns_fit(facts->labels[c], 0, NAME);
        if (strcmp(whole, cut) != 0)
            width = LONGEST_NAME;
        free(whole);
        free(cut);
    }
    return width;
}

/* A number of so many digits, or "-"; at most 16 bytes. */
static const char *number(double value, int digits, char *text)
{
    if (isnan(value))
        snprintf(text, 16, "-");
    else
        snprintf(text, 16, "%.*f", digits, value);
    return text;
}

static void print_interval(const struct judge_interval *interval)
{
    if (isnan(interval->low))
        say(stdout, "  %-16s", "-");
    else
        say(stdout, "  %.4f to %.4f", interval->low, interval->high);
}

static void print_figure(const struct evaluation *evaluation, const struct shown *figure)
{
    char value[16], constant[16];
    bool has_intervals = evaluation->intervals.resamples > 0;

    say(stdout, "%-24s %9s", figure->name,
        number(evaluation->figures.value[figure->figure], 6, value));
    if (has_intervals)
        print_interval(&evaluation->intervals.value[figure->figure]);
    say_line(stdout, "  %9s",
             number(evaluation->baseline.value[figure->figure], 6, constant));
}

/* What the intervals and the baseline are. */
static void print_legend(const struct evaluation *evaluation)
{
    const struct judge_figures *figures = &evaluation->figures;
    int largest = evaluation_largest_class(evaluation);
    char *name = columns_fit(evaluation->facts->labels[largest], 0, NAME);

    if (evaluation->facts->multi_label)
        say_line(stdout, "baseline: labels that most rows have, for every row");
    else
        say_line(stdout, "baseline: %s for every row, as %lld of %lld are", name,
                 (long long)judge_support(&figures->classes[largest]),
                 (long long)figures->n);
    if (evaluation->intervals.resamples)
        say_line(stdout, "intervals: bootstrap of the rows, %d resamples, seed %llu",
                 evaluation->intervals.resamples, (unsigned long long)evaluation->seed);
    free(name);
}

static void print_figures(const struct evaluation *evaluation)
{
    bool multi_label = evaluation->facts->multi_label;
    bool has_intervals = evaluation->intervals.resamples > 0;

    print_blank();
    say_line(stdout, "%-24s %9s%s  %9s", "", "value",
             has_intervals ? "  95 % interval   " : "", "baseline");
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        if (shown[i].told == OF_ALL || (shown[i].told == OF_LABELS) == multi_label)
            print_figure(evaluation, &shown[i]);
    print_legend(evaluation);
}

static void print_classes(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    int width = name_width(facts);
    bool lacks_rows = false;

    say_line(stdout, "%-*s %9s %9s %9s %9s", width, "label", "precision", "recall", "f1",
             "support");
    for (int c = 0; c < facts->n_labels; c++) {
        const struct judge_class *class = &evaluation->figures.classes[c];
        char *name = columns_fit(facts->labels[c], width, width);
        say(stdout, "%s", name);
        say_line(stdout, " %9.6f %9.6f %9.6f %9lld", class->value[JUDGE_PRECISION],
                 class->value[JUDGE_RECALL], class->value[JUDGE_F1],
                 (long long)judge_support(class));
        lacks_rows |= judge_support(class) == 0;
        free(name);
    }
    if (lacks_rows)
        say_line(stdout, "support 0: figures are 0, there is no ROC AUC, and average "
                         "precision counts 0");
}

/* A row of few classes: how many of class c were taken for each. */
static void print_confusion_row(const struct evaluation *evaluation, int c)
{
    const struct judge *judge = evaluation->judge;
    int counts[MOST_CELLS] = {0};
    char *name = columns_fit(evaluation->facts->labels[c], NAME, NAME);

    for (int i = 0; i < judge->n; i++)
        counts[judge->decided[i]] += judge->label[i] == c;
    say(stdout, "%s", name);
    for (int d = 0; d < judge->classes; d++)
        say(stdout, " %8d", counts[d]);
    print_blank();
    free(name);
}

static void print_matrix(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;

    say(stdout, "%-24s", "rows of, taken for");
    for (int d = 0; d < facts->n_labels; d++) {
        char *name = columns_fit(facts->labels[d], -CELL, CELL);
        say(stdout, " %s", name);
        free(name);
    }
    print_blank();
    for (int c = 0; c < facts->n_labels; c++)
        print_confusion_row(evaluation, c);
}

static void print_confusions(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    int n = 0;
    struct confusion *confusions = evaluation_confusions(evaluation, &n);

    say_line(stdout, "%9s  %-24s %s", "rows", "of", "taken for");
    for (int i = 0; i < n && i < MOST_CONFUSIONS; i++) {
        char *label = columns_fit(facts->labels[confusions[i].label], NAME, NAME);
        char *decided = columns_fit(facts->labels[confusions[i].decided], 0, NAME);
        say_line(stdout, "%9d  %s %s", confusions[i].n, label, decided);
        free(label);
        free(decided);
    }
    if (n > MOST_CONFUSIONS)
        say_line(stdout, "%9s  %d more pairs of classes", "...", n - MOST_CONFUSIONS);
    free(confusions);
}

static void print_bins(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    struct judge_bin bins[JUDGE_BINS];
    if (!judge_bins(evaluation->judge, NULL, bins))
        return;

    char *name = columns_fit(facts->labels[1], 0, NAME);
    const char *asked = facts->multi_label    ? "a label"
                        : facts->n_labels > 2 ? "the class that was decided for"
                                              : name;
    print_blank();
    say_line(stdout, "probability of %s, and how often it came true", asked);
    say_line(stdout, "%-24s %9s %9s %9s", "between", "mean", "share",
             facts->multi_label ? "labels" : "rows");
    for (int b = 0; b < JUDGE_BINS; b++) {
        char mean[16], share[16];
        say_line(stdout, "%.1f and %.1f              %9s %9s %9lld", bins[b].low,
                 bins[b].high, number(bins[b].probability, 4, mean),
                 number(bins[b].share, 4, share), (long long)bins[b].n);
    }
    free(name);
}

static void print_first_line(const struct evaluation *evaluation)
{
    const double *value = evaluation->figures.value;
    const struct selection *selection = evaluation->selection;

    if (evaluation->facts->multi_label)
        say_line(stdout, "%s: loss %.6f  f1 %.6f  macro f1 %.6f  acc %.6f on %d row%s",
                 selection->shown, evaluation->score.loss, value[JUDGE_MICRO_F1],
                 value[JUDGE_MACRO_F1], value[JUDGE_ACC], selection->n,
                 plural(selection->n));
    else
        say_line(stdout, "%s: loss %.6f  acc %.6f on %d row%s", selection->shown,
                 evaluation->score.loss, value[JUDGE_ACC], selection->n,
                 plural(selection->n));
}

void evaluation_print(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    bool multi_label = facts->multi_label;

    print_first_line(evaluation);
    if (multi_label)
        print_classes(evaluation);
    print_figures(evaluation);
    if (!multi_label) {
        print_blank();
        print_classes(evaluation);
        print_blank();
        if (facts->n_labels <= MOST_CELLS)
            print_matrix(evaluation);
        else
            print_confusions(evaluation);
    }
    print_bins(evaluation);
}
