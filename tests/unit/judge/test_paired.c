/* Two judges of the same rows: McNemar's p is that of scipy.stats.binomtest, and the
 * intervals hold the differences. */
#include "judge/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rows of class 1, of which those from `from` to `behind` are taken for 0. */
static struct judge *make(int n, int from, int behind)
{
    struct judge *judge = judge_new(n, 2, false);

    for (int i = 0; i < n; i++) {
        bool is_wrong = i >= from && i < behind;
        const double both[] = {is_wrong ? 0.75 : 0.25, is_wrong ? 0.25 : 0.75};
        const struct judge_row row = {
            .label = 1, .probabilities = both, .decided = !is_wrong};
        judge_take(judge, i, &row);
    }
    return judge;
}

/* `only_a` rows are the first one's alone, `only_b` the other one's. */
static struct judge_paired compare(int n, int only_a, int only_b, int resamples)
{
    struct judge *a = make(n, 0, only_b), *b = make(n, only_b, only_b + only_a);
    struct judge_paired paired;

    judge_compare(a, b, 1, resamples, &paired);
    judge_free(a);
    judge_free(b);
    return paired;
}

static void test_p_is_that_of_scipy(void **state)
{
    (void)state;
    static const struct {
        int n, only_a, only_b;
        double p;
    } cases[] = {
        {8000, 3797, 2303, 2.8711248385874763e-82},
        {20, 3, 7, 0.34375},
        {20, 0, 5, 0.0625},
        {20, 5, 5, 1},
        {20, 1, 0, 1},
        {20, 0, 0, 1},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judge_paired paired =
            compare(cases[i].n, cases[i].only_a, cases[i].only_b, 0);
        assert_int_equal(paired.only_a, cases[i].only_a);
        assert_int_equal(paired.only_b, cases[i].only_b);
        assert_true(fabs(paired.p / cases[i].p - 1) < 1e-9);
        assert_true(isnan(paired.acc_interval.low));
    }
}

static void test_intervals_hold_the_differences(void **state)
{
    (void)state;
    struct judge_paired paired = compare(1000, 60, 20, 500);
    double loss = (20 - 60) * log(3) / 1000;

    assert_true(fabs(paired.acc - 0.04) < 1e-12);
    assert_true(fabs(paired.log_loss - loss) < 1e-12);
    assert_true(paired.acc_interval.low > 0.01 && paired.acc_interval.low < 0.03);
    assert_true(paired.acc_interval.high > 0.05 && paired.acc_interval.high < 0.07);
    assert_true(paired.log_loss_interval.low < loss &&
                paired.log_loss_interval.high > loss);
}

static void test_a_judge_is_no_better_than_itself(void **state)
{
    (void)state;
    struct judge *judge = make(50, 10, 20);
    struct judge_paired paired;

    judge_compare(judge, judge, 1, 100, &paired);
    assert_true(paired.p == 1 && paired.acc == 0 && paired.acc_interval.low == 0 &&
                paired.acc_interval.high == 0);
    judge_free(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_p_is_that_of_scipy),
        cmocka_unit_test(test_intervals_hold_the_differences),
        cmocka_unit_test(test_a_judge_is_no_better_than_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
