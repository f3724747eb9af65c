/* Lanes follow speed: the split that ends first, a lane for each rank, even where nothing
 * is known or nothing is to be won. */
#include "ranks/balance.h"
#include "ranks/comm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_LANES = 64, MOST_RANKS = 8 };

/* `steps` steps in which a lane takes pace[r] seconds on rank r; the ranges after
 * them. */
static void run_steps(struct balance *balance, int n_lanes, const double *pace, int steps,
                      int *first)
{
    double work[MOST_LANES], seconds[MOST_LANES];
    for (int step = 0; step < steps; step++) {
        balance_ranges(balance, n_lanes, first);
        for (int r = 0; r < balance->size; r++)
            for (int l = first[r]; l < first[r + 1]; l++) {
                work[l] = 16;
                seconds[l] = pace[r];
            }
        balance_observe(balance, first, work, seconds, 1);
    }
    balance_ranges(balance, n_lanes, first);
}

static double end_of(const int *first, int size, const double *pace)
{
    double end = 0;
    for (int r = 0; r < size; r++)
        if ((first[r + 1] - first[r]) * pace[r] > end)
            end = (first[r + 1] - first[r]) * pace[r];
    return end;
}

static void test_half_speed(void **state)
{
    (void)state;
    struct balance balance;
    const double pace[] = {1, 2}, other[] = {2, 1}, same[] = {1, 1.01};
    int first[3];
    balance_new(2, false, &balance);
    run_steps(&balance, 16, pace, 0, first);
    assert_int_equal(first[1], 8);
    run_steps(&balance, 16, pace, 1, first);
    assert_int_equal(first[1], 11);
    run_steps(&balance, 16, other, 40, first);
    assert_int_equal(first[1], 5);
    run_steps(&balance, 16, same, 60, first);
    assert_int_equal(first[1], 8);
    balance_release(&balance);
}

static void test_off(void **state)
{
    (void)state;
    struct balance balance;
    const double pace[] = {1, 9};
    int first[3];
    balance_new(2, true, &balance);
    run_steps(&balance, 16, pace, 5, first);
    assert_int_equal(first[1], 8);
    assert_true(balance_imbalance(&balance) > 0.79 && balance_imbalance(&balance) < 0.81);
    balance_release(&balance);
}

/* Against every split of two ranks, and never worse than the even one on many. */
static void test_earliest_end(void **state)
{
    (void)state;
    struct rng rng = {.seed = 3, .purpose = RNG_TEST};
    for (uint32_t trial = 0; trial < 400; trial++) {
        int size = 2 + (int)rng_below(&rng, 9 * trial, MOST_RANKS - 1);
        int n_lanes =
            size + (int)rng_below(&rng, 9 * trial + 1, (uint32_t)(MOST_LANES - size));
        int first[MOST_RANKS + 1], even[MOST_RANKS + 1];
        double pace[MOST_RANKS];
        struct balance balance;
        for (int r = 0; r < size; r++)
            pace[r] = 0.1 + rng_uniform(&rng, 9 * trial + 2 + (uint32_t)r);

        balance_new(size, false, &balance);
        run_steps(&balance, n_lanes, pace, 3, first);
        balance_even_ranges(n_lanes, size, even);
        assert_true(end_of(first, size, pace) <= end_of(even, size, pace) * 1.0001);
        assert_true(first[0] == 0 && first[size] == n_lanes);
        for (int r = 0; r < size; r++)
            assert_true(first[r + 1] > first[r]);

        for (int cut = 1; cut < n_lanes && size == 2; cut++) {
            int split[] = {0, cut, n_lanes};
            assert_true(end_of(first, 2, pace) * 0.969 <= end_of(split, 2, pace));
        }
        balance_release(&balance);
    }
}

/* Lane after lane to the rank that would end first with it, the lower one where two
 * would. */
static void split_one_by_one(const struct balance *balance, int n_lanes, int *first)
{
    enum { MOST = 40 };
    int counts[MOST];
    double pace[MOST];
    for (int r = 0; r < balance->size; r++) {
        counts[r] = 1;
        pace[r] = balance->seconds[r] / balance->work[r];
    }

    for (int left = n_lanes - balance->size; left > 0; left--) {
        int best = 0;
        for (int r = 1; r < balance->size; r++)
            if ((counts[r] + 1) * pace[r] < (counts[best] + 1) * pace[best])
                best = r;
        counts[best]++;
    }
    first[0] = 0;
    for (int r = 0; r < balance->size; r++)
        first[r + 1] = first[r] + counts[r];
}

/* Many ranks, of which many are as fast as others. */
static void test_one_by_one(void **state)
{
    enum { RANKS = 40 };
    struct rng rng = {.seed = 4, .purpose = RNG_TEST};
    int n_moved = 0;

    (void)state;
    for (uint32_t trial = 0; trial < 500; trial++) {
        int size = 2 + (int)rng_below(&rng, 50 * trial, RANKS - 1), first[RANKS + 1];
        int n_lanes = size + 1 + (int)rng_below(&rng, 50 * trial + 1, 400);
        int expected[RANKS + 1], even[RANKS + 1];
        struct balance balance;

        balance_new(size, false, &balance);
        for (int r = 0; r < size; r++) {
            uint32_t at = 50 * trial + 2 + (uint32_t)r;
            balance.work[r] = 16;
            balance.seconds[r] = trial % 2 ? 1 + (double)rng_below(&rng, at, 3)
                                           : 0.1 + rng_uniform(&rng, at);
        }
        balance_ranges(&balance, n_lanes, first);
        split_one_by_one(&balance, n_lanes, expected);
        balance_even_ranges(n_lanes, size, even);

        size_t n = ((size_t)size + 1) * sizeof *first;
        if (memcmp(first, even, n)) {
            assert_memory_equal(first, expected, n);
            n_moved++;
        }
        balance_release(&balance);
    }
    assert_true(n_moved > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_speed), cmocka_unit_test(test_off),
        cmocka_unit_test(test_earliest_end), cmocka_unit_test(test_one_by_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
