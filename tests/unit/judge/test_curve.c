/* The ROC curve goes through the thresholds' points, and the area beneath is the AUC. */
#include "judge/curve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge/ranking.h"

static struct judge *make(int n, const double *p, const int *label)
{
    struct judge *judge = judge_new(n, 2, false);
    for (int i = 0; i < n; i++) {
        const double both[] = {1 - p[i], p[i]};
        const struct judge_row row = {
            .label = label[i], .probabilities = both, .decided = p[i] > 0.5};
        judge_take(judge, i, &row);
    }
    judge_arrange(judge);
    return judge;
}

static double area(const struct judge_curve *curve)
{
    double sum = 0;
    for (int i = 1; i < curve->n; i++)
        sum += (curve->false_positives[i] - curve->false_positives[i - 1]) *
               (curve->true_positives[i] + curve->true_positives[i - 1]) / 2;
    return sum;
}

static void test_follows_thresholds(void **state)
{
    (void)state;
    const double p[] = {0.9, 0.8, 0.8, 0.3, 0.1};
    const int label[] = {1, 1, 0, 1, 0};
    struct judge *judge = make(5, p, label);
    struct judge_curve curve;
    double auc = 0, precision = 0;

    judge_roc(judge, 1, &curve);
    judge_rank(judge, 1, NULL, &auc, &precision);
    assert_int_equal(curve.n, 5); /* (0, 0), and a point a threshold: a tie is one */
    assert_true(curve.false_positives[2] == 0.5);
    assert_float_equal(curve.true_positives[2], 2.0 / 3, 1e-15);
    assert_float_equal(area(&curve), auc, 1e-15);
    judge_free(judge);
}

static void test_is_short_of_many_rows(void **state)
{
    (void)state;
    enum { N = 20000 };
    double *p = xcalloc(N, sizeof *p), auc = 0, precision = 0;
    int *label = xcalloc(N, sizeof *label);
    for (int i = 0; i < N; i++) {
        p[i] = (double)(i * 7919 % N) / N;
        label[i] = i * 31 % 97 < 40 + 17 * p[i];
    }
    struct judge *judge = make(N, p, label);
    struct judge_curve curve;

    judge_roc(judge, 1, &curve);
    judge_rank(judge, 1, NULL, &auc, &precision);
    assert_in_range(curve.n, JUDGE_CURVE_STEPS / 2, JUDGE_CURVE_POINTS);
    assert_float_equal(area(&curve), auc, 1e-3);
    judge_free(judge);
    free(p);
    free(label);
}

static void test_is_none_of_one_class(void **state)
{
    (void)state;
    const double p[] = {0.9, 0.8};
    const int label[] = {1, 1};
    struct judge *judge = make(2, p, label);
    struct judge_curve curve;

    judge_roc(judge, 1, &curve);
    assert_int_equal(curve.n, 0);
    judge_free(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows_thresholds),
        cmocka_unit_test(test_is_short_of_many_rows),
        cmocka_unit_test(test_is_none_of_one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
