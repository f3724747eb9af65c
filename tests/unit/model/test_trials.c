/* Which fits of a linear model are tried, by what those before came to. */
#include "model/linear_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The trial behind those done must be this one. */
static void expect(const struct linear_config *config, struct linear_trial *done, int *n,
                   enum linear_scaling scaling, double c, double value)
{
    struct linear_trial next;

    assert_true(linear_next_trial(config, done, *n, &next));
    assert_int_equal(next.scaling, scaling);
    assert_true(next.c == c);
    next.value = value;
    done[(*n)++] = next;
}

/* Both scalings, then the neighbours of the best until both are worse. */
static void test_ladder(void **state)
{
    const struct linear_config config = {.scaling = SCALING_AUTO};
    struct linear_trial done[LINEAR_MOST_TRIALS], next;
    int n = 0;

    expect(&config, done, &n, SCALING_LOG_COUNT, 1, -0.5);
    expect(&config, done, &n, SCALING_TF_IDF, 40, -0.6);
    expect(&config, done, &n, SCALING_LOG_COUNT, 0.25, -0.4);
    expect(&config, done, &n, SCALING_LOG_COUNT, 0.0625, -0.4);
    assert_false(linear_next_trial(&config, done, n, &next));
    assert_true(linear_best_trial(&config, done, n).c == 0.25);
    (void)state;
}

/* However it goes on, there is an end. */
static void test_end(void **state)
{
    const struct linear_config config = {.scaling = SCALING_TF_IDF};
    struct linear_trial done[LINEAR_MOST_TRIALS];
    int n = 0;

    while (linear_next_trial(&config, done, n, &done[n])) {
        done[n].value = n;
        assert_true(++n < LINEAR_MOST_TRIALS);
    }
    assert_true(n > 3);
    (void)state;
}

static void test_given(void **state)
{
    const struct linear_config c = {.scaling = SCALING_AUTO, .c = 3};
    const struct linear_config both = {.scaling = SCALING_NONE, .c = 2};
    struct linear_trial done[LINEAR_MOST_TRIALS], next;
    int n = 0;

    expect(&c, done, &n, SCALING_LOG_COUNT, 3, 0.1);
    expect(&c, done, &n, SCALING_TF_IDF, 3, 0.2);
    assert_false(linear_next_trial(&c, done, n, &next));
    assert_int_equal(linear_best_trial(&c, done, n).scaling, SCALING_TF_IDF);

    n = 0;
    expect(&both, done, &n, SCALING_NONE, 2, 0);
    assert_false(linear_next_trial(&both, done, n, &next));
    assert_true(linear_best_trial(&both, done, 0).c == 2);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
