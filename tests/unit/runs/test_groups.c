/* How ranks are shared out over runs: every run has a group, no group has more ranks than
 * a run can use, and few ranks wait. */
#include "runs/groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(int n, int n_ranks, int most, int groups, int done)
{
    int n_done = 0;
    assert_int_equal(groups_of_runs(n, n_ranks, most, &n_done), groups);
    assert_int_equal(n_done, done);
}

static void test_known(void **state)
{
    (void)state;
    expect(5, 1, 4, 1, 5);
    expect(4, 2, 4, 2, 4); /* side by side: nobody waits for anybody */
    expect(5, 2, 4, 2, 4); /* and the fifth one by both */
    expect(5, 5, 4, 5, 5);
    expect(1, 4, 4, 1, 1);
    expect(5, 8, 4, 3, 3); /* at most 4 ranks each */
    expect(1, 8, 4, 2, 1); /* of which one group has none */
}

static void check(int n, int n_ranks, int most, int groups, int n_done)
{
    assert_in_range(groups, 1, n_ranks);
    assert_in_range(n_done, 1, n);
    assert_true((n_ranks + groups - 1) / groups <= most);
    assert_true(n_done % groups == 0 || n_done < groups);
}

static void test_all(void **state)
{
    (void)state;
    for (int n = 1; n <= 9; n++)
        for (int most = 1; most <= 5; most++)
            for (int n_ranks = 1; n_ranks <= n * most; n_ranks++) {
                int n_done = 0;
                int groups = groups_of_runs(n, n_ranks, most, &n_done);
                check(n, n_ranks, most, groups, n_done);
                for (int wanted = 1; wanted <= 12; wanted++) {
                    groups = groups_as_wanted(wanted, n, n_ranks, most, &n_done);
                    check(n, n_ranks, most, groups, n_done);
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known),
                                       cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
