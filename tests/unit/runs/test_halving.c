/* Who goes on, for how long, and how many trials fit a time. */
#include "runs/halving.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_rungs(void **state)
{
    (void)state;
    static const int rungs[] = {0, 1, 2, 2, 3, 3, 3, 3, 3, 3};
    for (int n = 1; n <= HALVING_BRACKET; n++)
        assert_int_equal(halving_rungs(n), rungs[n]);
    assert_int_equal(halving_epochs(3, 0, 20), 3);
    assert_int_equal(halving_epochs(3, 1, 20), 7);
    assert_int_equal(halving_epochs(3, 2, 20), 20);
    assert_int_equal(halving_epochs(1, 0, 20), 20);
    assert_int_equal(halving_epochs(3, 0, 2), 1);
}

/* Of equals the one that was drawn first; a failed one is the last. */
static void test_best(void **state)
{
    (void)state;
    struct halved trials[] = {{4, 0.5}, {5, -(double)INFINITY}, {6, 0.7}, {3, 0.7}};
    assert_int_equal(halving_best(trials, 4), 2);
    assert_int_equal(trials[0].trial, 3);
    assert_int_equal(trials[1].trial, 6);
    assert_int_equal(trials[3].trial, 5);
}

static void test_wanted(void **state)
{
    (void)state;
    assert_int_equal(halving_next(12, 0, 0, 1e9), 9);
    assert_int_equal(halving_next(12, 9, 0, 1e9), 3);
    assert_int_equal(halving_next(12, 12, 1e9, 0), 0);
}

/* There is always a trial; so many as time allows are brackets that are wanted alike. */
static void test_time(void **state)
{
    (void)state;
    assert_int_equal(halving_next(0, 0, 0, 100), 1);
    assert_int_equal(halving_next(0, 0, 1000, 100), 9);
    assert_int_equal(halving_next(0, 9, 101, 100), 9);
    assert_int_equal(halving_next(0, 9, 80, 100), 3);
    assert_int_equal(halving_next(0, 9, 50, 100), 1);
    assert_int_equal(halving_next(0, 9, 1, 100), 0);
    assert_int_equal(halving_next(0, 12, 1000, 100), 0);
    assert_int_equal(halving_next(0, 1, 1000, 100), 0);
    assert_int_equal(halving_next(0, HALVING_MOST - 9, 1e9, 1), 9);
    assert_int_equal(halving_next(0, HALVING_MOST, 1e9, 1), 0);
    assert_int_equal(halving_next(300, HALVING_MOST, 0, 1), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rungs), cmocka_unit_test(test_best),
        cmocka_unit_test(test_wanted), cmocka_unit_test(test_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
