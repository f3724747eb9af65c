#include "base/thread.h"

#include <signal.h>

bool thread_begin(pthread_t *thread, void *(*work)(void *data), void *data)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = pthread_create(thread, NULL, work, data) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return begun;
}
