/* The child that reads what strangers made: whatever it does becomes an error, whatever
 * state the process is in. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, usleep */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's */
#include "files/bounded.h"

enum { MOST = 1 << 20 };

static int run(int (*work)(const void *context, struct bounded_bytes *result))
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = bounded_run("file", 0, work, "context", MOST, &bytes, &n);
    if (!rc)
        assert_string_equal(bytes, "context");
    free(bytes);
    return rc;
}

static int answer(const void *context, struct bounded_bytes *result)
{
    puts("what a library prints is lost");
    fflush(stdout);
    bounded_append(result, context, strlen(context));
    return OK;
}

static int refuse(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    return fail(ERR_FORMAT, "a line\nor two");
}

static int crash(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    kill(getpid(), SIGSEGV); /* no sanitizer reports that */
    return OK;
}

static int loop(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    for (volatile int i = 1; i;)
        continue;
    return OK;
}

static int die_of_it(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    die("out of memory");
}

static int say_much(const void *context, struct bounded_bytes *result)
{
    char *much = xcalloc(MOST + 1, 1);
    (void)context;
    bounded_append(result, much, MOST + 1);
    free(much);
    return OK;
}

/* What a file that has taken the child over may do with the pipe: promise more bytes than
 * are wanted, or a message of any length; close it, or answer, and stay. */
static _Noreturn void say_raw(int code, size_t n, size_t sent)
{
    struct {
        int code;
        size_t n;
    } header = {code, n};
    char bytes[] = "context";
    (void)!write(STDERR_FILENO + 1, &header, sizeof header);
    (void)!write(STDERR_FILENO + 1, bytes, sent);
    close(STDERR_FILENO + 1);
    for (;;)
        pause();
}

static int promise_much(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    say_raw(OK, MOST + 1, 0);
}

static int promise_long_message(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    say_raw(ERR_FORMAT, 5000, 0);
}

static int answer_and_stay(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    say_raw(OK, 7, 7);
}

static int close_and_stay(const void *context, struct bounded_bytes *result)
{
    (void)context;
    (void)result;
    say_raw(OK, 7, 3);
}

/* Nothing can be opened, not by another door either, and nothing is inherited. */
static int open_files(const void *context, struct bounded_bytes *result)
{
    int held = open("/dev/null", O_RDONLY), ends[2];
    if (held >= 0 || pipe(ends) == 0 || dup(STDOUT_FILENO) >= 0)
        return fail(ERR_INTERNAL, "a file was opened");
    for (int fd = STDERR_FILENO + 2; fd < 256; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return fail(ERR_INTERNAL, "file %d is inherited", fd);
    return answer(context, result);
}

static void assert_said(int code, int expected, const char *part)
{
    if (!strstr(fail_message(), part))
        print_error("%s\n", fail_message());
    assert_int_equal(code, expected);
    assert_non_null(strstr(fail_message(), part));
}

static void check_all(void)
{
    assert_int_equal(run(answer), OK);
    assert_said(run(refuse), ERR_FORMAT, "a line\\nor two");
    assert_said(run(die_of_it), ERR_FORMAT, "file: reading it ");
    assert_said(run(crash), ERR_FORMAT, "file: reading it crashed");

    assert_said(run(say_much), ERR_FORMAT,
                "file: what is read of it takes more than 1 MiB");
    assert_said(run(promise_much), ERR_FORMAT,
                "file: reading it gives more than 1048576 bytes: the file is damaged");
    assert_said(run(promise_long_message), ERR_FORMAT,
                "file: reading it gives more than 4096 bytes");

    assert_int_equal(run(answer_and_stay), OK);
    assert_said(run(close_and_stay), ERR_FORMAT, "file: reading it crashed");
}

static void test_outcomes(void **state)
{
    (void)state;
    check_all();
    assert_said(run(crash), ERR_FORMAT, "crashed (signal 11)");
    int held = open("/dev/null", O_RDONLY);
    assert_int_equal(run(open_files), OK);
    close(held);
}

/* As under a parent that ignores it: waitpid tells nothing. */
static void test_ignored_children(void **state)
{
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    check_all();
    signal(SIGCHLD, SIG_DFL);
}

/* The pipe gets the numbers of the standard streams. */
static void test_closed_streams(void **state)
{
    int saved[3];

    (void)state;
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD, 10);
        close(fd);
    }
    int code = run(answer);
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    assert_int_equal(code, OK);
}

/* The signal that ends it may be blocked here. */
static void test_time(void **state)
{
    struct rlimit before, short_one;
    sigset_t blocked;

    (void)state;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGXCPU);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    getrlimit(RLIMIT_CPU, &before);
    short_one = before;
    short_one.rlim_cur = 1; /* of this process too, which has hardly computed */
    setrlimit(RLIMIT_CPU, &short_one);
    int code = run(loop);
    setrlimit(RLIMIT_CPU, &before);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    assert_said(code, ERR_FORMAT, "takes more than 4 s or 768 MiB");
}

/* No process: it is said, and no pipe is left open. */
static void test_no_process(void **state)
{
    struct rlimit before, none;
    (void)state;
    getrlimit(RLIMIT_NPROC, &before);
    none = before;
    none.rlim_cur = 0;

    pid_t child = fork(); /* root may have any number of processes */
    if (child == 0) {
        setrlimit(RLIMIT_NPROC, &none);
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(0);
        int code = run(answer), fd = dup(0);
        _exit(code == ERR_IO && strstr(fail_message(), "no process for reading it") &&
                      fd < 10
                  ? 0
                  : 1);
    }

    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static bool is_running(int pid)
{
    char *path = xasprintf("/proc/%d/stat", pid), text[256] = "";
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    const char *end = n ? strrchr(text, ')') : NULL;
    if (file)
        fclose(file);
    free(path);
    return end && end[2] != 'Z';
}

static int *orphan; /* shared: the child's number */

static int tell_and_loop(const void *context, struct bounded_bytes *result)
{
    *orphan = getpid();
    return loop(context, result);
}

/* Who waits is gone: so is the child, however long it would have worked. */
static void test_orphan(void **state)
{
    (void)state;
    orphan = mmap(NULL, sizeof *orphan, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(orphan != MAP_FAILED);

    pid_t parent = fork();
    if (parent == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(1);
        (void)!run(tell_and_loop);
        _exit(0);
    }
    waitpid(parent, NULL, 0);
    assert_true(*orphan > 0);

    int tries = 100; /* until it is gone, or a zombie that nobody waits for */
    while (tries-- > 0 && is_running(*orphan))
        usleep(20000);
    assert_true(tries >= 0);
    munmap(orphan, sizeof *orphan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),       cmocka_unit_test(test_ignored_children),
        cmocka_unit_test(test_closed_streams), cmocka_unit_test(test_time),
        cmocka_unit_test(test_no_process),     cmocka_unit_test(test_orphan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
