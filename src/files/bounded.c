#define _GNU_SOURCE /* pipe2 */
#include "files/bounded_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void bounded_append(struct bounded_bytes *result, const void *bytes, size_t n)
{
    if (result->room - result->n < n) {
        result->room = 2 * result->room + n + 4096;
        result->bytes = xrealloc(result->bytes, result->room, 1);
    }

    if (n)
        memcpy(result->bytes + result->n, bytes, n);
    result->n += n;
}

/* How far an answer came, as the parent sees it. */
enum outcome { WHOLE, CUT, LATE, TOO_LONG };

enum { MOST_MESSAGE = 4096 }; /* more than fail() keeps */

static enum outcome receive(int fd, double until, void *bytes, size_t n)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    while (n > 0) {
        if (seconds_now() > until)
            return LATE;
        if (poll(&wanted, 1, 1000) <= 0)
            continue;

        ssize_t got = read(fd, bytes, n);
        if (got == 0)
            return CUT;
        if (got > 0) {
            bytes = (char *)bytes + got;
            n -= (size_t)got;
        }
    }
    return WHOLE;
}

/* Bytes that an answer may have. */
static size_t most_of(const struct bounded_order *order,
                      const struct bounded_header *header)
{
    return header->code ? MOST_MESSAGE : order->most;
}

int bounded_seconds(const struct bounded_order *order)
{
    size_t more = order->n_source / BOUNDED_BYTES_A_SECOND;
    return BOUNDED_SECONDS + (more > INT_MAX / 16 ? INT_MAX / 16 : (int)more);
}

size_t bounded_memory(const struct bounded_order *order)
{
    size_t most = (SIZE_MAX - BOUNDED_BYTES) / 2 / BOUNDED_TIMES;
    return BOUNDED_BYTES +
           BOUNDED_TIMES * (order->n_source < most ? order->n_source : most);
}

/* What became of a child that has not said all that it wanted; status -1: nobody
 * knows. */
static int describe_end(const struct bounded_order *order, bool is_late, int status)
{
    const char *source = order->source;
    int seconds = bounded_seconds(order);
    size_t mebibytes = bounded_memory(order) >> 20;

    if (is_late || (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return fail(ERR_FORMAT,
                    "%s: reading it takes more than %d s or %zu MiB: no file that can be "
                    "read here takes as much",
                    source, seconds, mebibytes);

    if (status == -1)
        return fail(
            ERR_FORMAT,
            "%s: reading it crashed, or takes more than %d s or %zu MiB: the file "
            "is damaged, or was made to do so",
            source, seconds, mebibytes);

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
        return fail(ERR_FORMAT,
                    "%s: reading it crashed (signal %d): the file became shorter "
                    "meanwhile, or there is no room for a temporary file, for which "
                    "TMPDIR names a folder, or it was made to do so",
                    source, SIGBUS);

    if (WIFSIGNALED(status))
        return fail(ERR_FORMAT,
                    "%s: reading it crashed (signal %d): the file is damaged, or was "
                    "made to do so",
                    source, WTERMSIG(status));
    return fail(ERR_FORMAT,
                "%s: reading it takes more than %zu MiB of memory: no file that can be "
                "read here takes as much",
                source, mebibytes);
}

/* Ends the child, if it has not ended by itself, and returns how it did; -1: nobody
 * knows. Until it was waited for nobody else has its number. */
static int end_child(pid_t child)
{
    int status = 0;
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == 0) {
        kill(child, SIGKILL);
        while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR)
            continue;
    }
    return ended == child ? status : -1;
}

/* The answer, of which nothing is believed: a child may be another's by now. */
static enum outcome receive_answer(const struct bounded_order *order, int fd,
                                   struct bounded_header *header, char **answer)
{
    double until = seconds_now() + 8 * bounded_seconds(order);
    enum outcome outcome = receive(fd, until, header, sizeof *header);
    if (outcome)
        return outcome;

    if (header->n > most_of(order, header))
        return TOO_LONG;
    *answer = xcalloc(header->n + 1, 1);
    return receive(fd, until, *answer, header->n);
}

/* Takes the pipe's end and the child: both are gone afterwards. */
static int hear_child(const struct bounded_order *order, int fd, pid_t child,
                      char **bytes, size_t *n)
{
    struct bounded_header header = {OK, 0};
    char *answer = NULL;
    enum outcome outcome = receive_answer(order, fd, &header, &answer);
    close(fd);

    int status = end_child(child), rc = OK;
    if (outcome == TOO_LONG) {
        rc = fail(ERR_FORMAT,
                  "%s: reading it gives more than %zu bytes: the file is damaged, or was "
                  "made to do so",
                  order->source, most_of(order, &header));
    } else if (outcome != WHOLE) {
        rc = describe_end(order, outcome == LATE, status);
    } else if (header.code) {
        rc = fail(header.code, "%s", answer);
    } else {
        *bytes = answer;
        *n = header.n;
        return OK;
    }

    free(answer);
    return rc;
}

int bounded_run(const char *source, size_t n_source,
                int (*work)(const void *context, struct bounded_bytes *result),
                const void *context, size_t most, char **bytes, size_t *n)
{
    const struct bounded_order order = {source, n_source, work, context, most};
    pid_t parent = getpid();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(ERR_IO, "%s: no pipe for reading it: %s", source, strerror(errno));

    pid_t child = fork();
    if (child == 0)
        bounded_run_child(&order, ends[1], parent);

    int error = errno;
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return fail(ERR_IO, "%s: no process for reading it: %s", source, strerror(error));
    }
    return hear_child(&order, ends[0], child, bytes, n);
}
