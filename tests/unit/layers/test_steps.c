/* Which rows take which step, for all counts of up to four rows and four steps: beside a
 * row at a time. */
#include "layers/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 4, LENGTH = 4 };

/* What a row makes of the times that it meets, in order: no other gives the same. */
static long add_time(long state, int t)
{
    return 10 * state + t + 1;
}

/* Its last count steps forward, or all of them from the last time on. */
static long naive_final(int length, int count, bool reverse)
{
    long state = 0;
    for (int i = 0; i < count; i++)
        state = add_time(state, reverse ? length - 1 - i : length - count + i);
    return state;
}

static bool takes(const struct steps *steps, int r, int t)
{
    return t >= steps->length - steps->count[r];
}

static void check_active(const struct steps *steps)
{
    for (int s = 0; s < steps->length; s++) {
        int t = steps_time(steps, s);
        assert_int_equal(steps_time(steps, t), s); /* and back */
        for (int r = 0; r < steps->rows; r++)
            assert_int_equal(r < steps->active[s], takes(steps, r, t));
    }
}

/* Runs the plan: step s reads slot s and writes slot s + 1. */
static void check_states(const struct steps *steps)
{
    long states[ROWS * (LENGTH + 2)];
    assert_true(steps->slot[steps->length + 1] <= COUNT_OF(states));
    for (size_t i = 0; i < COUNT_OF(states); i++)
        states[i] = -1;

    for (int s = 0; s <= steps->length; s++) {
        long *slot = states + steps->slot[s];
        for (int r = steps_zero_from(steps, s); r < steps_slot_rows(steps, s); r++)
            slot[r] = 0;
        for (int r = 0; s < steps->length && r < steps->active[s]; r++) {
            assert_true(r < steps_slot_rows(steps, s));
            states[steps->slot[s + 1] + (size_t)r] =
                add_time(slot[r], steps_time(steps, s));
        }
    }
    for (int r = 0; r < steps->rows; r++)
        assert_int_equal(states[steps_final(steps, r)],
                         naive_final(steps->length, steps->count[r], steps->reverse));
}

static void check(struct steps *steps, int rows, const int *count)
{
    for (int reverse = 0; reverse < 2; reverse++) {
        steps_plan(steps, rows, count, reverse);
        check_active(steps);
        check_states(steps);
    }
}

static void test_plans(void **state)
{
    (void)state;
    for (int length = 1; length <= LENGTH; length++) {
        struct arena arena = {0};
        struct steps steps = {0};
        steps_layout(&steps, &arena, ROWS, length);
        assert_null(steps.active);
        arena.base = xaligned(arena.used, 1);
        char *base = arena.base;
        arena.used = 0;
        steps_layout(&steps, &arena, ROWS, length);

        /* all descending counts */
        for (int i = 0; i < 625; i++) {
            int count[ROWS] = {i % 5, i / 5 % 5, i / 25 % 5, i / 125};
            bool descends = count[0] <= length;
            for (int r = 1; r < ROWS; r++)
                descends &= count[r] <= count[r - 1];
            for (int rows = 1; rows <= ROWS && descends; rows++)
                check(&steps, rows, count);
        }
        free(base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
