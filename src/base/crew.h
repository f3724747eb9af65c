/* Threads that take items in order, work on them side by side and finish them in order,
 * so that the outcome does not depend on how many there are. Pull, not push: the thread
 * that is free takes the next item itself. */
#ifndef RNNTRAIN_BASE_CREW_H
#define RNNTRAIN_BASE_CREW_H

#include "base/base.h"

struct crew_job {
    void *context;
    size_t item_bytes; /* an item is as many zeroed bytes, used again and again */
    /* The next item; `end`: there is none. One thread at a time. */
    int (*take)(void *context, void *item, bool *end);
    /* Any threads, `worker` is the number of this one. */
    int (*work)(void *context, void *item, int worker);
    /* One thread at a time, in the order of taking. */
    int (*finish)(void *context, void *item);
    void (*release)(void *item); /* what an item owns */
    int n_items; /* that may wait to be finished behind a slow one; 0: two a thread */
};

/* Runs the job on up to n_threads, the caller's among them, no more than it has items.
 * The error of the first item, in the order of taking, that has one ends it. */
int crew_run(const struct crew_job *job, int n_threads) NODISCARD;

/* Cores that this process may use. */
int crew_cores(void);

/* Of the time that the process's first thread was at work or could have been, what it had
 * a core for, since it began: less than 1 where others are at work too. 1 where the
 * system does not say, or too little has been done to tell. */
double crew_core_share(void);

#endif
