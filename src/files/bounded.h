/* Work on what strangers made, in a child process: what it does to itself, a crash, a
 * loop without end, all memory, becomes an error here.
 *
 * The child may use a processor for BOUNDED_SECONDS and BOUNDED_BYTES of memory beyond
 * what the process has, and more of both the larger the file is. It opens nothing, has
 * none of the process's files, and dies with the thread that waits for it. It gives back
 * bytes, or a code and a message; what those bytes mean is the caller's to check. Nothing
 * here is collective.
 */
#ifndef RNNTRAIN_FILES_BOUNDED_H
#define RNNTRAIN_FILES_BOUNDED_H

#include "base/base.h"

enum { BOUNDED_SECONDS = 4, BOUNDED_BYTES = 768 << 20 };
/* What a file adds: a second for so many bytes, and memory for all of it, so many
 * times. */
enum { BOUNDED_BYTES_A_SECOND = 2 << 20, BOUNDED_TIMES = 8 };

/* Bytes that grow. */
struct bounded_bytes {
    char *bytes;
    size_t n, room;
};

void bounded_append(struct bounded_bytes *result, const void *bytes, size_t n);

/* Runs work(context, result) on a file of n_source bytes in a child; what it appended, at
 * most `most` bytes, becomes *bytes, the caller's to free. The child's own failure is
 * returned as it is; ERR_FORMAT where it crashed or came to a bound: "`source`: reading
 * it crashed ...". The process may ignore SIGCHLD, and have its standard streams
 * closed. */
int bounded_run(const char *source, size_t n_source,
                int (*work)(const void *context, struct bounded_bytes *result),
                const void *context, size_t most, char **bytes, size_t *n) NODISCARD;

#endif
