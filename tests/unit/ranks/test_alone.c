/* A rank by itself, without MPI: what commands that do not train have. What several ranks
 * do is in tests/mpi/test_comm.c. */
#include "ranks/private.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct comm comm;

static int begin(void **state)
{
    (void)state;
    comm_init_alone(&comm);
    return 0;
}

static int end(void **state)
{
    (void)state;
    comm_finalize(&comm);
    comm_finalize(&comm); /* nothing is left to be ended */
    return comm.state != NULL;
}

static void test_hosts(void **state)
{
    (void)state;
    char expected[COMM_HOST_BYTES] = "";
    gethostname(expected, sizeof expected - 1);
    assert_string_equal(comm_host(&comm, 0), expected);
    char *hosts = comm_hosts(&comm);
    assert_string_equal(hosts, expected);
    free(hosts);
}

static void test_agrees_with_itself(void **state)
{
    (void)state;
    int number = 7;
    comm_broadcast(&comm, &number, sizeof number);
    assert_int_equal(number, 7);
    assert_int_equal(comm_agree(&comm, ERR_IO), ERR_IO);
    assert_int_equal(comm_same(&comm, "avx2", "kernel set", "give --isa"), OK);
    assert_true(comm_min(&comm, -2.5) == -2.5 && comm_max(&comm, -2.5) == -2.5);
    comm_meet(&comm);
    size_t count = 0;
    char *bytes = comm_gather_bytes(&comm, "abc", 3, &count);
    assert_int_equal(count, 3);
    assert_string_equal(bytes, "abc");
    free(bytes);
    assert_true(comm_seconds(&comm) == 0);
}

static void test_window(void **state)
{
    (void)state;
    struct comm_window window;
    assert_int_equal(comm_window_open(&comm, 1000, &window), OK);
    assert_int_equal((uintptr_t)window.bytes % 64, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(((char *)window.bytes)[i], 0);
    comm_window_sync(&comm, &window);
    comm_window_close(&comm, &window);
    assert_null(window.bytes);
}

/* The message names this host, though no MPI has told its name. */
static void test_window_too_large(void **state)
{
    (void)state;
    struct comm_window window;
    assert_int_equal(comm_window_open(&comm, 2 * host_memory(), &window), ERR_IO);
    assert_ptr_equal(strstr(fail_message(), comm_host(&comm, 0)), fail_message());
    assert_non_null(
        strstr(fail_message(), "MiB are to be held in memory, this host has"));
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(mpi_count(INT_MAX), INT_MAX);
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        (void)mpi_count((size_t)INT_MAX + 1);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == ERR_INTERNAL);
}

static void test_pieces(void **state)
{
    (void)state;
    const size_t piece = comm.state->piece;
    assert_true(piece <= INT_MAX);
    assert_int_equal(comm_pieces(&comm, 0), 0);
    assert_int_equal(comm_pieces(&comm, piece), 1);
    assert_int_equal(comm_pieces(&comm, piece + 1), 2);
    /* a sum of 2^31 parameters and more, in bytes */
    assert_int_equal(comm_pieces(&comm, (size_t)1 << 34), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),  cmocka_unit_test(test_agrees_with_itself),
        cmocka_unit_test(test_window), cmocka_unit_test(test_window_too_large),
        cmocka_unit_test(test_counts), cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
