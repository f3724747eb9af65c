/* What bounded.c, which is the parent, and bounded_child.c share. */
#ifndef RNNTRAIN_FILES_BOUNDED_PRIVATE_H
#define RNNTRAIN_FILES_BOUNDED_PRIVATE_H

#include "files/bounded.h"

#include <sys/types.h>

/* What the pipe carries first; then n bytes, or those of a message where the code is not
 * OK. That it is whole is told by n: who ignores SIGCHLD learns nothing of how a child
 * ended. */
struct bounded_header {
    int code;
    size_t n;
};

/* What the child is to do: bounded_run's arguments. */
struct bounded_order {
    const char *source;
    size_t n_source;
    int (*work)(const void *context, struct bounded_bytes *result);
    const void *context;
    size_t most;
};

/* The child's seconds of a processor, and its bytes of memory. */
int bounded_seconds(const struct bounded_order *order);
size_t bounded_memory(const struct bounded_order *order);

/* The child's life from fork() to its end: does the work within bounds and sends what
 * came of it down the pipe's end `fd`. `parent` is the process that waits for it. */
_Noreturn void bounded_run_child(const struct bounded_order *order, int fd, pid_t parent);

#endif
