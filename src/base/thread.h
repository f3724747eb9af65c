/* A thread that no signal comes to: those are for the thread that works for people. */
#ifndef RNNTRAIN_BASE_THREAD_H
#define RNNTRAIN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* False: none could be begun. */
bool thread_begin(pthread_t *thread, void *(*work)(void *data), void *data);

#endif
