/* A process, its children among them, that is watched from its beginning: each path that
 * it opens or runs, before the kernel does it, what it says, and what it takes.
 */
#ifndef WATCHED_H
#define WATCHED_H

#include <stdbool.h>
#include <stddef.h>

struct watched {
    int code, signal; /* 0: none */
    bool is_late;     /* it was ended after a minute */
    double seconds;   /* of a processor */
    double elapsed;
    long kib;    /* of memory, of the largest of its processes */
    char **path; /* (n_paths) absolute, as it named them; owned */
    size_t n_paths;
    char *said; /* to standard output and error; owned */
    size_t n_said;
};

/* Whether this kernel can, and may here. */
bool watch_works(void);

/* Runs begin(context), whose result is the exit code, in a process that is watched. */
void watch(int (*begin)(const void *context), const void *context,
           struct watched *watched);
void watched_release(struct watched *watched);

#endif
