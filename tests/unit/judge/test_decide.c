/* Temperatures and thresholds against scikit-learn's CalibratedClassifierCV (method
 * "temperature") and TunedThresholdClassifierCV, of a model that is there already, on the
 * same forty rows. */
#include "judge/decide.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernels/kernels.h"

enum { ROWS = 40, CLASSES = 3 };

/* Its logits of two classes are -x and x, twice as far from each other as 0 and x. */
static const double binary_temperature = 4.067694959022127 / 2;

static real binary[ROWS], several[ROWS * CLASSES];
static int32_t binary_y[ROWS], several_y[ROWS], numbers[ROWS];

/* From -0.5 to below 0.5. */
static double next(uint32_t *state)
{
    *state = (*state * 1103515245u + 12345u) & 0x7fffffffu;
    return (*state >> 8) / 8388608.0 - 0.5;
}

static int make(void **state)
{
    uint32_t lcg = 7;
    (void)state;

    for (int i = 0; i < ROWS; i++)
        binary[i] = (real)(next(&lcg) * 8);
    for (int i = 0; i < ROWS; i++)
        binary_y[i] = (double)binary[i] + next(&lcg) * 9 > 2.5;
    for (int i = 0; i < ROWS * CLASSES; i++)
        several[i] = (real)(next(&lcg) * 8);
    for (int i = 0; i < ROWS; i++) {
        double most = -100;
        numbers[i] = i;
        for (int c = 0; c < CLASSES; c++) {
            double value = (double)several[i * CLASSES + c] + next(&lcg) * 6;
            several_y[i] = value > most ? c : several_y[i];
            most = value > most ? value : most;
        }
    }
    return 0;
}

static void check(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) < tolerance))
        fail_msg("%.17g, scikit-learn says %.17g", found, expected);
}

static void test_temperature(void **state)
{
    (void)state;
    const struct rows two = {.n = ROWS, .y = binary_y},
                      three = {.n = ROWS, .y = several_y};
    const struct decide_rows of_two = {LOSS_BINARY, 1, &two, numbers, ROWS, binary};
    const struct decide_rows of_three = {LOSS_CATEGORICAL, CLASSES, &three,
                                         numbers,          ROWS,    several};

    check(decide_temperature(&of_two), binary_temperature, 1e-6);
    check(decide_temperature(&of_three), 1.257607554624139, 1e-6);
}

/* Labels are judged each as two classes are: the same rows as one label each, or as two
 * labels with half of the rows, want the same. */
static void test_labels(void **state)
{
    (void)state;
    uint8_t hot[ROWS];
    for (int i = 0; i < ROWS; i++)
        hot[i] = (uint8_t)binary_y[i];
    const struct rows halves = {.n = ROWS / 2, .n_labels = 2, .multi_hot = hot};
    const struct decide_rows labels = {LOSS_MULTI_LABEL, 2,        &halves,
                                       numbers,          ROWS / 2, binary};

    check(decide_temperature(&labels), binary_temperature, 1e-6);
}

/* Rows that are all told rightly say nothing of mistakes; faint logits want the greatest
 * trust, and never more. */
static void test_bound(void **state)
{
    (void)state;
    static const real sure[] = {2, -1, 3, -4};
    static const int32_t right[] = {1, 0, 1, 0};
    const struct rows rows = {.n = 4, .y = (int32_t *)right};
    const struct decide_rows of_two = {LOSS_BINARY, 1, &rows, numbers, 4, sure};

    static const real faint[] = {0x2p-20, -0x1p-20, 0x3p-20, -0x4p-20, 0x1p-20};
    static const int32_t but_one[] = {1, 0, 1, 0, 0};
    const struct rows five = {.n = 5, .y = (int32_t *)but_one};
    const struct decide_rows of_faint = {LOSS_BINARY, 1, &five, numbers, 5, faint};

    check(decide_temperature(&of_two), DECIDE_UNKNOWN, 1e-12);
    check(decide_temperature(&of_faint), 1.0 / 64, 1e-9);
}

static void test_thresholds(void **state)
{
    static const double expected[] = {[DECISION_F1] = 0.8740922489254416,
                                      [DECISION_ACC] = 0.8740922489254416,
                                      [DECISION_BALANCED_ACC] = 0.7477876778936441};
    (void)state;
    const struct rows two = {.n = ROWS, .y = binary_y};
    const struct decide_rows rows = {LOSS_BINARY, 1, &two, numbers, ROWS, binary};
    double p[ROWS], found = 0;
    for (int i = 0; i < ROWS; i++)
        p[i] = 1 / (1 + kernels_exp(-(double)binary[i]));

    for (int m = 0; m < DECISION_METRICS; m++) {
        decide_thresholds(&rows, p, 1, (enum decision_metric)m, &found);
        check(found, expected[m], 1e-12);
    }
}

/* A threshold that is a row's own probability is a little less, and decides alike. */
static void test_roundings(void **state)
{
    (void)state;
    static const int32_t right[] = {1, 0, 1, 1};
    static const double p[] = {0.6, 0.3, 0.9, 0.6};
    const struct rows labels = {.n = 4, .y = (int32_t *)right};
    const struct decide_rows rows = {LOSS_BINARY, 1, &labels, numbers, 4, NULL};
    static const double all[] = {0.6, 0.6, 0.9, 0.6};
    double found = 0;

    decide_thresholds(&rows, p, 1, DECISION_F1, &found);
    assert_true(found > 0.3 && found < 0.6 - 1e-5);
    decide_thresholds(&rows, all, 1, DECISION_F1, &found);
    assert_true(found < 0.6 && found >= 0.6 - 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_temperature), cmocka_unit_test(test_labels),
        cmocka_unit_test(test_bound),       cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_roundings),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
