/* Messages, memory and the workspace: what every other module stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's */
#include "base/base.h"

static void test_fail(void **state)
{
    (void)state;
    assert_int_equal(fail(ERR_IO, "%s has %d", "file", 7), ERR_IO);
    assert_string_equal(fail_message(), "file has 7");
    assert_int_equal(fail(ERR_USAGE, "%s: again", fail_message()), ERR_USAGE);
    assert_string_equal(fail_message(), "file has 7: again");
    (void)fail(OK, "a\nb\t%c", 0x7f);
    assert_string_equal(fail_message(), "a\\nb\\t\\u007f");
    (void)fail(OK, "%5000d", 1);
    assert_int_equal(strlen(fail_message()), 2047);
}

static void test_memory(void **state)
{
    (void)state;
    static const char zeros[4096];
    char *block = xcalloc(100, 3), *none = xcalloc(0, 8);
    assert_memory_equal(block, zeros, 300);
    assert_non_null(none);
    free(none);
    strcpy(block, "kept");
    block = xrealloc(block, 1 << 20, 1);
    assert_string_equal(block, "kept");
    free(block);

    const size_t huge = (size_t)2 << 20;
    char *small = xaligned(5, 13), *large = xaligned(huge + 1, 1);
    assert_int_equal((uintptr_t)small % 64, 0);
    assert_int_equal((uintptr_t)large % huge, 0);
    assert_memory_equal(small, zeros, 65);
    assert_memory_equal(large + huge - 4000, zeros, 4000);

    free(small);
    free(large);
}

static void test_strings(void **state)
{
    (void)state;
    char *whole = xstrdup("word"), *part = xstrndup("word", 2);
    char *none = xstrndup(NULL, 0);
    char *text = xasprintf("%s-%s-%d", whole, part, 3);
    assert_string_equal(text, "word-wo-3");
    assert_string_equal(none, "");
    free(whole);
    free(part);
    free(none);
    free(text);
}

static _Noreturn void leave(int code)
{
    _exit(code - 1);
}

/* What a process that dies of `work` says, cut to 200 bytes; returns its exit code. */
static int die_of(void (*work)(void), char said[200])
{
    int ends[2], status = 0;
    memset(said, 0, 200);
    assert_int_equal(pipe(ends), 0);

    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        work();
        _exit(0);
    }

    close(ends[1]);
    for (size_t n = 0; n < 199;) {
        ssize_t got = read(ends[0], said + n, 199 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void just_die(void)
{
    die("lane %d", 4);
}

static void die_by_hook(void)
{
    die_set_hook(leave);
    just_die();
}

static void ask_for_too_much(void)
{
    free(xaligned(SIZE_MAX / 2, 3)); /* whose product is a small number */
}

static void ask_for_more(void)
{
    free(xrealloc(NULL, SIZE_MAX / 2, 3));
}

static void test_die(void **state)
{
    (void)state;
    char said[200];
    assert_int_equal(die_of(just_die, said), ERR_INTERNAL);
    assert_string_equal(said, "test_base: internal error: lane 4\n");
    assert_int_equal(die_of(die_by_hook, said), ERR_INTERNAL - 1);
    assert_int_equal(die_of(ask_for_too_much, said), ERR_INTERNAL);
    assert_non_null(strstr(said, "out of memory"));
    assert_int_equal(die_of(ask_for_more, said), ERR_INTERNAL);
    assert_non_null(strstr(said, "out of memory"));
}

/* Laid out twice: for the size, then in a block of it. */
static void test_arena(void **state)
{
    (void)state;
    struct arena arena = {0};

    assert_null(arena_take(&arena, 3, sizeof(double)));
    assert_null(arena_take(&arena, 0, 1));
    assert_null(arena_take(&arena, 65, 1));
    assert_int_equal(arena.used, 64 + 0 + 128);

    char *block = xaligned(arena.used, 1);
    arena = (struct arena){.base = block};
    assert_ptr_equal(arena_take(&arena, 3, sizeof(double)), block);
    assert_ptr_equal(arena_take(&arena, 0, 1), block + 64);
    assert_ptr_equal(arena_take(&arena, 65, 1), block + 64);
    assert_int_equal(arena.used, 192);
    free(block);
}

static void test_machine(void **state)
{
    (void)state;
    double before = seconds_now();
    usleep(2000);
    double passed = seconds_now() - before;
    assert_true(passed >= 0.002 && passed < 60);

    long long kibibytes = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "MemTotal: %lld kB", &kibibytes), 1);
    fclose(file);
    double share = (double)host_memory() / 1024 / (double)kibibytes;
    assert_true(share > 0.99 && share < 1.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail),    cmocka_unit_test(test_memory),
        cmocka_unit_test(test_strings), cmocka_unit_test(test_die),
        cmocka_unit_test(test_arena),   cmocka_unit_test(test_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
