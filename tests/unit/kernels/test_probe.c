/* SGEMM's rate is the core's, whoever else is at work on it, and the others are seen. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "kernels/kernels.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OTHERS = 3 };

static void stay_on_one_core(void)
{
    cpu_set_t all, one;
    int cpu = 0;

    CPU_ZERO(&one);
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

static pid_t start_other(void)
{
    pid_t other = fork();

    assert_true(other >= 0);
    if (other == 0)
        for (volatile unsigned turns = 0;; turns++)
            ;
    return other;
}

static void test_others(void **state)
{
    pid_t others[OTHERS];

    (void)state;
    assert_int_equal(kernels_open_blas(), OK);
    stay_on_one_core();
    struct kernels_rate alone = kernels_probe(PROBE_MOST, 3);
    for (int i = 0; i < OTHERS; i++)
        others[i] = start_other();
    struct kernels_rate beside = kernels_probe(PROBE_MOST, 3);
    for (int i = 0; i < OTHERS; i++) {
        kill(others[i], SIGKILL);
        waitpid(others[i], NULL, 0);
    }

    assert_true(alone.gflops > 0 && alone.share > 0 && alone.share <= 1);
    assert_true(beside.share < 0.6);
    assert_true(beside.gflops > 0.4 * alone.gflops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
