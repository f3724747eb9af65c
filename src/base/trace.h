/* What this process did and when, for Perfetto and Chrome's page "tracing".
 *
 * Any module marks a span of its work; the spans are kept until they are taken. While
 * tracing is off, a mark costs one test of a flag. One thread; nothing here is
 * collective.
 */
#ifndef RNNTRAIN_BASE_TRACE_H
#define RNNTRAIN_BASE_TRACE_H

#include "base/base.h"

enum trace_kind {
    TRACE_READ,       /* the data set */
    TRACE_FORWARD,    /* of a lane that is trained */
    TRACE_BACKWARD,   /* of a lane */
    TRACE_WAIT,       /* in collectives that exchange a few numbers: for slower ranks */
    TRACE_REDUCE,     /* in the sum of gradients */
    TRACE_UPDATE,     /* optimizer, packing */
    TRACE_VALIDATE,   /* forward passes of validation and test */
    TRACE_CHECKPOINT, /* writing files */
    TRACE_KINDS
};

struct trace_span {
    double start, seconds; /* start: since trace_enable */
    int64_t kind;
};

/* Begins to record; time counts from here. */
void trace_enable(void);

/* trace_end(kind, trace_begin()) around the work. */
double trace_begin(void);
void trace_end(enum trace_kind kind, double begin);

/* Hands over the spans since the last call; valid until the next trace_end. */
size_t trace_take(const struct trace_span **spans);

/* A file in the JSON Array Format of Chrome's trace events (which may lack its last
 * bracket, as it does after a kill), one track a rank. An empty file is open for
 * it, which is taken over; `path` is for messages. ERR_IO. */
struct trace_file;
int trace_file_open(int fd, const char *path, int ranks,
                    struct trace_file **file) NODISCARD;
int trace_file_add(struct trace_file *file, int rank, const struct trace_span *spans,
                   size_t n) NODISCARD;
int trace_file_close(struct trace_file *file) NODISCARD; /* NULL: OK */

#endif
