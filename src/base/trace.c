#include "base/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The recorder: one a process, since what is marked lies in many modules. */
static bool enabled;
static double origin;
static struct trace_span *recorded;
static size_t n_recorded, room;

void trace_enable(void)
{
    enabled = true;
    origin = seconds_now();
}

double trace_begin(void)
{
    return enabled ? seconds_now() : 0;
}

void trace_end(enum trace_kind kind, double begin)
{
    if (!enabled)
        return;

    if (n_recorded == room) {
        room = room ? 2 * room : 4096;
        recorded = xrealloc(recorded, room, sizeof *recorded);
    }

    recorded[n_recorded++] =
        (struct trace_span){begin - origin, seconds_now() - begin, kind};
}

size_t trace_take(const struct trace_span **spans)
{
    size_t n = n_recorded;
    *spans = recorded;
    n_recorded = 0;
    return n;
}

struct trace_file {
    FILE *stream;
    char *path;
};

static const char *const names[TRACE_KINDS] = {
    [TRACE_READ] = "read",         [TRACE_FORWARD] = "forward",
    [TRACE_BACKWARD] = "backward", [TRACE_WAIT] = "wait",
    [TRACE_REDUCE] = "reduce",     [TRACE_UPDATE] = "update",
    [TRACE_VALIDATE] = "validate", [TRACE_CHECKPOINT] = "checkpoint"};

static int cannot_write(const char *path)
{
    return fail(ERR_IO, "%s: the trace cannot be written: %s", path, strerror(errno));
}

int trace_file_open(int fd, const char *path, int ranks, struct trace_file **result)
{
    FILE *stream = fdopen(fd, "w");
    if (!stream) {
        close(fd);
        return cannot_write(path);
    }

    struct trace_file *file = xcalloc(1, sizeof *file);
    *file = (struct trace_file){stream, xstrdup(path)};
    fputs("[{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":0,\"args\":{\"name\":"
          "\"rnntrain\"}}",
          stream);
    for (int r = 0; r < ranks; r++)
        fprintf(stream,
                ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":0,\"tid\":%d,"
                "\"args\":{\"name\":\"rank %d\"}}",
                r, r);

    *result = file;
    return OK;
}

int trace_file_add(struct trace_file *file, int rank, const struct trace_span *spans,
                   size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(file->stream,
                ",\n{\"name\":\"%s\",\"ph\":\"X\",\"pid\":0,\"tid\":%d,\"ts\":%.1f,"
                "\"dur\":%.1f}",
                names[spans[i].kind], rank, 1e6 * spans[i].start, 1e6 * spans[i].seconds);
    return fflush(file->stream) != 0 || ferror(file->stream) ? cannot_write(file->path)
                                                             : OK;
}

int trace_file_close(struct trace_file *file)
{
    if (!file)
        return OK;

    bool failed = fputs("]\n", file->stream) < 0;
    failed = fclose(file->stream) != 0 || failed;
    int rc = failed ? cannot_write(file->path) : OK;
    free(file->path);
    free(file);
    return rc;
}
