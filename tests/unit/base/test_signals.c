/* Signals: noted, then the process's end, which is tidied up once; ignored ones stay so;
 * a child begins as the process did. Each case is a process of its own. */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

#include "../shown.h"

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGXCPU};

/* How a process ends that does this. */
static int status_of(void (*body)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void must(bool holds)
{
    if (!holds)
        _exit(1);
}

static void note_all(void)
{
    signals_note();
    must(signals_noted() == 0 && !signals_status_asked());

    for (size_t i = 0; i < COUNT_OF(ending); i++) {
        raise(ending[i]);
        must(signals_noted() == ending[i]);
    }

    raise(SIGUSR2);
    must(signals_status_asked() && !signals_status_asked());
    signals_note();
    must(signals_noted() == 0);
}

static void refuse_writes(void)
{
    int ends[2];
    signals_note();
    must(pipe(ends) == 0 && close(ends[0]) == 0);
    must(write(ends[1], "x", 1) < 0 && errno == EPIPE);
    raise(SIGXFSZ);
}

static void stay_ignored(void)
{
    signal(SIGHUP, SIG_IGN);
    signals_note();
    signals_end_process();
    raise(SIGHUP);
    must(signals_noted() == 0);
}

static void restore(void)
{
    signal(SIGINT, SIG_IGN);
    signals_note();
    signals_restore();
    must(signal(SIGPIPE, SIG_DFL) == SIG_DFL && signal(SIGUSR2, SIG_DFL) == SIG_DFL &&
         signal(SIGTERM, SIG_DFL) == SIG_DFL && signal(SIGINT, SIG_DFL) == SIG_IGN);
}

static void test_noted(void **state)
{
    (void)state;
    assert_int_equal(status_of(note_all), 0);
    assert_int_equal(status_of(refuse_writes), 0);
    assert_int_equal(status_of(stay_ignored), 0);
    assert_int_equal(status_of(restore), 0);
}

static int number, said[2];

static void tidy(void)
{
    must(write(said[1], "t", 1) == 1);
}

static void end_later(void)
{
    signals_note();
    signals_tidy_by(tidy);
    signals_end_process();
    raise(number);
}

static void end_at_once(void)
{
    signals_note();
    raise(number);
    signals_tidy_by(tidy);
    signals_end_process();
}

static void test_end(void **state)
{
    char text[8];
    (void)state;

    for (size_t i = 0; i <= COUNT_OF(ending); i++) {
        number = i < COUNT_OF(ending) ? ending[i] : SIGUSR2;
        assert_int_equal(pipe(said), 0);

        int later = status_of(end_later), at_once = status_of(end_at_once);
        assert_true(WIFSIGNALED(later) && WTERMSIG(later) == number);
        assert_true(WIFSIGNALED(at_once) && WTERMSIG(at_once) == number);
        assert_int_equal(read(said[0], text, sizeof text), 2);

        close(said[0]);
        close(said[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_noted),
                                       cmocka_unit_test(test_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
