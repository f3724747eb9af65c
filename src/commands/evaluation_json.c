/* An evaluation as one JSON object on one line. */
#include "commands/evaluation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/say.h"
#include "judge/calibration.h"

/* Classes whose confusion matrix is told. */
enum { MOST_MATRIX = 200 };

/* null where it is not defined. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, number(value));
}

static json_t *interval_of(const struct judge_interval *interval)
{
    json_t *list = json_array();
    json_array_append_new(list, number(interval->low));
    json_array_append_new(list, number(interval->high));
    return isnan(interval->low) ? (json_decref(list), json_null()) : list;
}

static void set_count(json_t *object, const char *name, int64_t n)
{
    json_object_set_new(object, name, json_integer((json_int_t)n));
}

static json_t *class_of(const struct evaluation *evaluation, int c)
{
    const struct judge_class *class = &evaluation->figures.classes[c];
    json_t *object = json_object();

    for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
        set_number(object, judge_class_figure_names[f], class->value[f]);
    set_count(object, "support", judge_support(class));
    set_count(object, "true_positives", class->counts.true_positives);
    set_count(object, "false_positives", class->counts.false_positives);
    set_count(object, "false_negatives", class->counts.false_negatives);

    if (evaluation->intervals.resamples) {
        json_t *intervals = json_object();
        for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
            json_object_set_new(intervals, judge_class_figure_names[f],
                                interval_of(&evaluation->intervals.classes[c][f]));
        json_object_set_new(object, "intervals", intervals);
    }
    return object;
}

static json_t *classes_of(const struct evaluation *evaluation)
{
    json_t *object = json_object();

    for (int c = 0; c < evaluation->facts->n_labels; c++)
        json_object_set_new(object, evaluation->facts->labels[c],
                            class_of(evaluation, c));
    return object;
}

/* Rows by their class, in each of them counts by what they were taken for. */
static json_t *matrix_of(const struct judge *judge)
{
    size_t n = (size_t)judge->classes;
    int *counts = xcalloc(n * n, sizeof *counts);
    json_t *matrix = json_array();

    for (int i = 0; i < judge->n; i++)
        counts[(size_t)judge->label[i] * n + (size_t)judge->decided[i]]++;
    for (size_t c = 0; c < n; c++) {
        json_t *row = json_array();
        for (size_t d = 0; d < n; d++)
            json_array_append_new(row, json_integer(counts[c * n + d]));
        json_array_append_new(matrix, row);
    }
    free(counts);
    return matrix;
}

static json_t *bins_of(const struct judge *judge)
{
    struct judge_bin bins[JUDGE_BINS];
    json_t *list = json_array();
    bool has_bins = judge_bins(judge, NULL, bins);

    for (int b = 0; b < JUDGE_BINS && has_bins; b++) {
        json_t *bin = json_object();
        set_number(bin, "low", bins[b].low);
        set_number(bin, "high", bins[b].high);
        set_count(bin, "count", bins[b].n);
        set_number(bin, "probability", bins[b].probability);
        set_number(bin, "share", bins[b].share);
        json_array_append_new(list, bin);
    }
    return list;
}

static json_t *intervals_of(const struct evaluation *evaluation)
{
    const struct judge_intervals *intervals = &evaluation->intervals;
    json_t *object = json_object();

    json_object_set_new(object, "level", json_real(0.95));
    set_count(object, "resamples", intervals->resamples);
    set_count(object, "seed", (int64_t)evaluation->seed);
    for (int f = 0; f < JUDGE_FIGURES && intervals->resamples; f++)
        json_object_set_new(object, judge_figure_names[f],
                            interval_of(&intervals->value[f]));
    return object;
}

static json_t *baseline_of(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    json_t *object = json_object();

    if (!facts->multi_label)
        json_object_set_new(
            object, "label",
            json_string(facts->labels[evaluation_largest_class(evaluation)]));
    for (int f = 0; f < JUDGE_FIGURES; f++)
        set_number(object, judge_figure_names[f], evaluation->baseline.value[f]);
    return object;
}

static json_t *body_of(const struct evaluation *evaluation)
{
    const struct facts *facts = evaluation->facts;
    const struct judge_figures *figures = &evaluation->figures;
    json_t *root = json_object();

    if (facts->multi_label)
        set_number(root, "f1", figures->value[JUDGE_MICRO_F1]);
    set_count(root, "correct", figures->correct);
    for (int f = 0; f < JUDGE_FIGURES; f++)
        set_number(root, judge_figure_names[f], figures->value[f]);
    json_object_set_new(root, "intervals", intervals_of(evaluation));
    json_object_set_new(root, "baseline", baseline_of(evaluation));
    json_object_set_new(root, "reliability", bins_of(evaluation->judge));
    if (!facts->multi_label && facts->n_labels <= MOST_MATRIX)
        json_object_set_new(root, "confusion", matrix_of(evaluation->judge));
    json_object_set_new(root, "labels", classes_of(evaluation));
    return root;
}

void evaluation_print_json(const struct evaluation *evaluation)
{
    const struct selection *selection = evaluation->selection;
    json_t *body = body_of(evaluation);
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(17));

    /* loss and acc with the digits of the log of a run */
    say(stdout, "{\"part\":\"%s\",\"loss\":%.9g,\"acc\":%.9g,", selection->shown,
        evaluation->score.loss, evaluation->figures.value[JUDGE_ACC]);
    say_line(stdout, "%.*s,\"n\":%d}", (int)strlen(text) - 2, text + 1, selection->n);
    free(text);
    json_decref(body);
}
