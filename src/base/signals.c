#include "base/signals.h"

#include <signal.h>
#include <stddef.h>

#include "base/base.h"

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGXCPU};
static const int refused[] = {SIGPIPE, SIGXFSZ};

/* A handler can reach nothing else. */
static volatile sig_atomic_t noted, status_asked, ends;
static void (*tidy_up)(void);

/* The process ends by the signal when the handler returns, as its parent then sees. */
static void end_by(int number)
{
    if (tidy_up)
        tidy_up();
    signal(number, SIG_DFL);
    raise(number);
}

static void receive(int number)
{
    if (ends)
        end_by(number);
    else if (number == SIGUSR2)
        status_asked = 1;
    else
        noted = number;
}

/* All of them wait while one is handled: the process is tidied up once. */
static void handle(int number)
{
    struct sigaction before, action = {.sa_handler = receive, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void signals_note(void)
{
    noted = status_asked = ends = 0;
    for (size_t i = 0; i < COUNT_OF(ending); i++)
        handle(ending[i]);
    handle(SIGUSR2);
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        signal(refused[i], SIG_IGN);
}

void signals_tidy_by(void (*tidy)(void))
{
    tidy_up = tidy;
}

void signals_end_process(void)
{
    ends = 1;
    if (noted)
        raise(noted);
    else if (status_asked)
        raise(SIGUSR2);
}

int signals_noted(void)
{
    return noted;
}

bool signals_status_asked(void)
{
    bool asked = status_asked;
    status_asked = 0;
    return asked;
}

void signals_restore(void)
{
    struct sigaction action;

    for (size_t i = 0; i < COUNT_OF(refused); i++)
        signal(refused[i], SIG_DFL);
    for (size_t i = 0; i < COUNT_OF(ending); i++)
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler == receive)
            signal(ending[i], SIG_DFL);
    if (sigaction(SIGUSR2, NULL, &action) == 0 && action.sa_handler == receive)
        signal(SIGUSR2, SIG_DFL);
}
