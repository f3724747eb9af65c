/* Intervals of figures, and what is left out where rows are many or say nothing. */
#include "judge/bootstrap.h"
#include "judge/calibration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

enum { ROWS = 100, RIGHT = 80, RESAMPLES = 400 };

/* Of two classes by turns, the first RIGHT rows taken rightly. */
static struct judge *two_classes(void)
{
    struct judge *judge = judge_new(ROWS, 2, false);

    for (int i = 0; i < ROWS; i++) {
        int label = i % 2, decided = i < RIGHT ? label : 1 - label;
        double p = 0.5 + (decided ? 0.004 : -0.004) * (i + 1);
        double probabilities[2] = {1 - p, p};
        const struct judge_row row = {
            .label = label, .probabilities = probabilities, .decided = decided};
        judge_take(judge, i, &row);
    }
    judge_arrange(judge);
    return judge;
}

static void check_holds(const struct judge_interval *interval, double value)
{
    assert_true(interval->low < value && value < interval->high);
}

/* As wide as the binomial distribution says: 1.96 sqrt(.8 .2 / 100) on both sides. */
static void test_width(void **state)
{
    (void)state;
    struct judge *judge = two_classes();
    struct judge_figures figures = {.n = 0};
    struct judge_intervals intervals;
    judge_compute(judge, NULL, &figures);
    judge_bootstrap(judge, 7, RESAMPLES, &intervals);

    assert_int_equal(figures.correct, RIGHT);
    check_holds(&intervals.value[JUDGE_ACC], 0.8);
    assert_true(fabs(intervals.value[JUDGE_ACC].low - 0.7216) < 0.03);
    assert_true(fabs(intervals.value[JUDGE_ACC].high - 0.8784) < 0.03);
    for (int f = 0; f < JUDGE_CALIBRATION_ERROR;
         f++) /* which drawing anew makes larger */
        check_holds(&intervals.value[f], figures.value[f]);
    for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
        check_holds(&intervals.classes[1][f], figures.classes[1].value[f]);

    judge_intervals_release(&intervals);
    judge_figures_release(&figures);
    judge_free(judge);
}

/* The same seed gives the same, another one nearly. */
static void test_seed(void **state)
{
    (void)state;
    struct judge *judge = two_classes();
    struct judge_intervals first, again, other;
    judge_bootstrap(judge, 1, RESAMPLES, &first);
    judge_bootstrap(judge, 1, RESAMPLES, &again);
    judge_bootstrap(judge, 2, RESAMPLES, &other);

    assert_memory_equal(first.value, again.value, sizeof first.value);
    assert_memory_not_equal(first.value, other.value, sizeof first.value);
    assert_true(fabs(first.value[JUDGE_ROC_AUC].low - other.value[JUDGE_ROC_AUC].low) <
                0.05);
    judge_intervals_release(&first);
    judge_intervals_release(&again);
    judge_intervals_release(&other);
    judge_free(judge);
}

/* The interval is NumPy's percentile of what the resamples come to. */
static void test_percentiles(void **state)
{
    (void)state;
    enum { FEW = 5 };
    struct judge *judge = two_classes();
    struct judge_intervals intervals;
    double found[FEW];
    judge_bootstrap(judge, 3, FEW, &intervals);

    for (uint32_t r = 0; r < FEW; r++) {
        const struct rng rng = {.seed = 3, .purpose = RNG_BOOTSTRAP, .step = r};
        int right = 0;
        for (uint32_t i = 0; i < ROWS; i++)
            right += judge->place[rng_below(&rng, i, ROWS)] < RIGHT;
        double value = (double)right / ROWS;
        uint32_t at = r;
        for (; at > 0 && found[at - 1] > value; at--)
            found[at] = found[at - 1];
        found[at] = value;
    }

    double low = found[0] + 0.1 * (found[1] - found[0]);
    double high = found[3] + 0.9 * (found[4] - found[3]);
    assert_true(fabs(intervals.value[JUDGE_ACC].low - low) < 1e-12);
    assert_true(fabs(intervals.value[JUDGE_ACC].high - high) < 1e-12);
    judge_intervals_release(&intervals);
    judge_free(judge);
}

static void test_none(void **state)
{
    (void)state;
    struct judge *judge = two_classes();
    struct judge_intervals intervals;
    judge_bootstrap(judge, 1, 0, &intervals);
    assert_true(isnan(intervals.value[JUDGE_ACC].low));
    assert_true(isnan(intervals.classes[0][JUDGE_F1].high));
    judge_intervals_release(&intervals);
    judge_free(judge);
}

/* Rows in another order give the same bits. */
static void test_order(void **state)
{
    (void)state;
    struct judge *judges[2];
    struct judge_figures figures[2] = {{.n = 0}, {.n = 0}};
    struct judge_intervals intervals[2];

    for (int k = 0; k < 2; k++) {
        judges[k] = judge_new(ROWS, 3, false);
        for (int i = 0; i < ROWS; i++) {
            double p[] = {0.5 - 0.003 * (i % 70), 0.003 * (i % 70), 0.5};
            judge_take(judges[k], k ? 37 * i % ROWS : i,
                       &(struct judge_row){i % 3, NULL, p, i % 2 ? 2 : 0, NULL});
        }
        judge_arrange(judges[k]);
        judge_compute(judges[k], NULL, &figures[k]);
        judge_bootstrap(judges[k], 1, RESAMPLES, &intervals[k]);
    }

    assert_memory_equal(figures[0].value, figures[1].value, sizeof figures[0].value);
    assert_memory_equal(intervals[0].value, intervals[1].value,
                        sizeof intervals[0].value);
    for (int k = 0; k < 2; k++) {
        judge_intervals_release(&intervals[k]);
        judge_figures_release(&figures[k]);
        judge_free(judges[k]);
    }
}

/* Two rows are drawn as one class half of the time, which has no ROC AUC. */
static void test_one_class(void **state)
{
    (void)state;
    static const double p[2][2] = {{0.75, 0.25}, {0.25, 0.75}};
    struct judge *judge = judge_new(2, 2, false);
    struct judge_intervals intervals;
    for (int i = 0; i < 2; i++)
        judge_take(judge, i, &(struct judge_row){i, NULL, p[i], i, NULL});
    judge_arrange(judge);

    judge_bootstrap(judge, 1, RESAMPLES, &intervals);
    assert_true(intervals.value[JUDGE_ROC_AUC].low == 1);
    assert_true(intervals.value[JUDGE_ROC_AUC].high == 1);
    assert_true(intervals.classes[0][JUDGE_F1].low == 0);
    judge_intervals_release(&intervals);
    judge_free(judge);
}

/* Classes by the thousand: figures that are counted are there. */
static void test_many_classes(void **state)
{
    (void)state;
    enum { MANY = 9000, FEW = 4000 };
    struct judge *judge = judge_new(FEW, MANY, false);
    struct judge_figures figures = {.n = 0};
    struct judge_intervals intervals;
    double *p = xcalloc(MANY, sizeof *p);
    p[7] = 1;
    for (int i = 0; i < FEW; i++)
        judge_take(judge, i, &(struct judge_row){7 + i % 2, NULL, p, 7, NULL});

    assert_null(judge->probabilities);
    judge_arrange(judge);
    assert_null(judge->ranks);
    judge_compute(judge, NULL, &figures);
    assert_true(figures.value[JUDGE_ACC] == 0.5 && figures.value[JUDGE_BRIER] == 1);
    assert_true(isnan(figures.value[JUDGE_ROC_AUC]));
    judge_bootstrap(judge, 1, 1000, &intervals);
    assert_true(intervals.leaves_ranks && intervals.leaves_classes);
    check_holds(&intervals.value[JUDGE_ACC], 0.5);
    assert_true(isnan(intervals.classes[7][JUDGE_F1].low));

    judge_intervals_release(&intervals);
    judge_figures_release(&figures);
    judge_free(judge);
    free(p);
}

/* What a diverged model says has no figures but those that are counted. */
static void test_not_a_number(void **state)
{
    (void)state;
    for (int multi_label = 0; multi_label < 2; multi_label++) {
        const double p[] = {0.25, JUDGE_UNDEFINED, 0.75};
        const uint8_t labels[] = {0, 1, 1};
        struct judge *judge = judge_new(1, 3, multi_label);
        struct judge_figures figures = {.n = 0};
        struct judge_row row = {.label = 1, .probabilities = p, .decided = 1};
        row.labels = multi_label ? labels : NULL;
        judge_take(judge, 0, &row);

        judge_arrange(judge);
        assert_null(judge->ranks);
        judge_compute(judge, NULL, &figures);
        assert_true(figures.value[JUDGE_ACC] == !multi_label);
        assert_true(isnan(figures.value[JUDGE_LOG_LOSS]));
        assert_true(isnan(figures.value[JUDGE_CALIBRATION_ERROR]));
        assert_true(isnan(figures.value[JUDGE_ROC_AUC]));
        judge_figures_release(&figures);
        judge_free(judge);
    }
}

static void test_constant(void **state)
{
    (void)state;
    struct judge *judge = judge_new(4, 3, false);
    static const double p[] = {0.25, 0.5, 0.25};
    static const int labels[] = {2, 0, 2, 0};
    struct judge_figures figures = {.n = 0};
    for (int i = 0; i < 4; i++)
        judge_take(judge, i, &(struct judge_row){labels[i], NULL, p, 1, NULL});

    struct judge *constant = judge_constant(judge);
    judge_arrange(constant);
    judge_compute(constant, NULL, &figures);
    assert_int_equal(judge_given(&figures.classes[0]), 4); /* the first of the largest */
    assert_true(fabs(figures.value[JUDGE_LOG_LOSS] - log(2)) < 1e-15);
    assert_true(figures.value[JUDGE_MCC] == 0);
    assert_true(figures.classes[0].value[JUDGE_CLASS_ROC_AUC] == 0.5);
    judge_figures_release(&figures);
    judge_free(constant);
    judge_free(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_percentiles),  cmocka_unit_test(test_none),
        cmocka_unit_test(test_one_class),    cmocka_unit_test(test_many_classes),
        cmocka_unit_test(test_order),        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_not_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
