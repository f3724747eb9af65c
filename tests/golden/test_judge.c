/* Figures of 200 random judgements against scikit-learn's: see make_judge.py, which asked
 * it and wrote the file. */
#include "judge/brief.h"
#include "judge/calibration.h"
#include "judge/figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static const char *golden_path;

static double number_at(const json_t *list, size_t i)
{
    return json_number_value(json_array_get(list, i));
}

/* Row i's probabilities, divided as the generator divides them. */
static void divide(const json_t *one, size_t i, size_t classes, double *p)
{
    const json_t *drawn = json_array_get(json_object_get(one, "drawn"), i);
    double whole = json_number_value(json_object_get(one, "greatest"));

    for (size_t c = 0; c < classes && !json_object_get(one, "greatest"); c++)
        whole += number_at(drawn, c);
    for (size_t c = 0; c < classes; c++)
        p[c] = number_at(drawn, c) / whole;
}

static struct judge *judge_of(const json_t *one)
{
    const json_t *labels = json_object_get(one, "labels");
    size_t n = json_array_size(labels);
    size_t classes = json_array_size(json_object_get(one, "classes"));
    bool several = json_object_get(one, "greatest") != NULL;
    struct judge *judge = judge_new((int)n, (int)classes, several);
    double p[8];
    uint8_t there[8];

    for (size_t i = 0; i < n; i++) {
        struct judge_row row = {.probabilities = p, .labels = several ? there : NULL};
        divide(one, i, classes, p);
        for (size_t c = 0; c < classes && several; c++)
            there[c] = (uint8_t)number_at(json_array_get(labels, i), c);
        if (!several)
            row.label = (int)number_at(labels, i);
        for (size_t c = 1; c < classes; c++)
            if (p[c] > p[row.decided])
                row.decided = (int)c;
        judge_take(judge, (int)i, &row);
    }
    return judge;
}

/* null is what is not defined. */
static void check(size_t i, const char *name, const json_t *expected, double found)
{
    bool is_defined = !json_is_null(expected);
    double tolerance = 1e-12;
    if (!strcmp(name, "log_loss"))
        tolerance = 1e-9;

    if (!expected || is_defined == (bool)isnan(found) ||
        (is_defined && fabs(found - json_number_value(expected)) > tolerance))
        fail_msg("case %zu: %s is %.17g, scikit-learn says %.17g", i, name, found,
                 json_number_value(expected));
}

static void check_classes(size_t i, const json_t *one, const struct judge_figures *found)
{
    static const enum judge_class_figure ranks[] = {JUDGE_CLASS_ROC_AUC,
                                                    JUDGE_CLASS_AVERAGE_PRECISION};
    const json_t *classes = json_object_get(one, "classes");

    for (size_t c = 0; c < json_array_size(classes); c++) {
        const json_t *class = json_array_get(classes, c);
        const json_t *counts = json_object_get(class, "counts");
        const struct label_counts *ours = &found->classes[c].counts;

        assert_int_equal(ours->true_positives, (int64_t)number_at(counts, 0));
        assert_int_equal(ours->false_positives, (int64_t)number_at(counts, 1));
        assert_int_equal(ours->false_negatives, (int64_t)number_at(counts, 2));
        for (size_t k = 0; k < COUNT_OF(ranks); k++) {
            const char *name = judge_class_figure_names[ranks[k]];
            check(i, name, json_object_get(class, name),
                  found->classes[c].value[ranks[k]]);
        }
    }
}

/* scikit-learn leaves empty bins out. */
static void check_bins(size_t i, const json_t *one, const struct judge *judge)
{
    const json_t *bins = json_object_get(one, "bins");
    struct judge_bin found[JUDGE_BINS];
    size_t at = 0;
    assert_true(judge_bins(judge, NULL, found));

    for (int b = 0; b < JUDGE_BINS; b++)
        if (found[b].n) {
            static const char *const names[] = {"n", "probability", "share"};
            const double values[] = {(double)found[b].n, found[b].probability,
                                     found[b].share};
            for (size_t k = 0; k < COUNT_OF(names); k++)
                check(i, names[k], json_array_get(json_object_get(bins, names[k]), at),
                      values[k]);
            at++;
        }
    assert_int_equal(at, json_array_size(json_object_get(bins, "n")));
}

/* Bit for bit, of what it has; where decisions alone are known, of what is counted. */
static void check_brief(size_t i, const struct judge *judge,
                        const struct judge_figures *all)
{
    struct judge_figures found = {.n = 0}, counted = {.n = 0};
    struct judge *decisions = judge_new_of_decisions(judge->n, judge->classes);
    judge_compute_brief(judge, &found);

    for (int k = 0; k < judge->n && !judge->multi_label; k++) {
        const struct judge_row row = {.label = judge->label[k],
                                      .decided = judge->decided[k]};
        judge_take(decisions, k, &row);
    }
    judge_compute_brief(judge->multi_label ? judge : decisions, &counted);

    for (int f = 0; f < JUDGE_LOG_LOSS; f++) {
        if (memcmp(&found.value[f], &all->value[f], sizeof(double)) != 0)
            fail_msg("case %zu: in brief %s is another", i, judge_figure_names[f]);
        if (f < JUDGE_ROC_AUC &&
            memcmp(&counted.value[f], &all->value[f], sizeof(double)) != 0)
            fail_msg("case %zu: of decisions %s is another", i, judge_figure_names[f]);
    }
    assert_true(judge->multi_label || isnan(counted.value[JUDGE_ROC_AUC]));
    judge_figures_release(&found);
    judge_figures_release(&counted);
    judge_free(decisions);
}

static void check_case(size_t i, const json_t *one)
{
    const json_t *expected = json_object_get(one, "figures");
    struct judge *judge = judge_of(one);
    struct judge_figures found = {.n = 0}, again = {.n = 0};
    int32_t once[64];

    judge_arrange(judge);
    assert_non_null(judge->ranks);
    judge_compute(judge, NULL, &found);
    for (int f = 0; f < JUDGE_FIGURES; f++)
        check(i, judge_figure_names[f], json_object_get(expected, judge_figure_names[f]),
              found.value[f]);
    check_classes(i, one, &found);
    check_bins(i, one, judge);
    check_brief(i, judge, &found);

    for (size_t k = 0; k < COUNT_OF(once); k++)
        once[k] = 1;
    judge_compute(judge, once, &again);
    assert_memory_equal(found.value, again.value, sizeof found.value);
    judge_figures_release(&found);
    judge_figures_release(&again);
    judge_free(judge);
}

static void test_cases(void **state)
{
    (void)state;
    json_t *root = json_load_file(golden_path, 0, NULL);
    const json_t *cases = json_object_get(root, "cases");
    assert_int_equal(json_array_size(cases), 200);
    for (size_t i = 0; i < json_array_size(cases); i++)
        check_case(i, json_array_get(cases, i));
    json_decref(root);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    golden_path = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
