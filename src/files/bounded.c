#define _GNU_SOURCE /* pipe2 */
#include "files/bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* AddressSanitizer's shadow takes more addresses than any bound. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOUNDS_MEMORY 0
#elif defined(__has_feature)
#define BOUNDS_MEMORY                                                                    \
    (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer))
#else
#define BOUNDS_MEMORY 1
#endif

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

/* What the pipe carries first; then n bytes, or those of a message where the code is not
 * OK. That it is whole is told by n: who ignores SIGCHLD learns nothing of how a child
 * ended. */
struct header {
    int code;
    size_t n;
};

/* The child, whose end of the pipe is this one. */

enum { ANSWER = STDERR_FILENO + 1 };

static _Noreturn void leave(int code)
{
    _exit(code);
}

static void send_all(const void *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = write(ANSWER, bytes, n);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            leave(ERR_INTERNAL);
        bytes = (const char *)bytes + sent;
        n -= (size_t)sent;
    }
}

static _Noreturn void send_failure(int code)
{
    struct header header = {code, strlen(fail_message())};
    send_all(&header, sizeof header);
    send_all(fail_message(), header.n);
    leave(0);
}

/* Both limits, so that it stays: soft ones that are lower already stay too. */
static bool lower(int resource, rlim_t most, rlim_t at_last)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        return false;
    limit.rlim_cur = limit.rlim_cur > most ? most : limit.rlim_cur;
    limit.rlim_max = limit.rlim_max > at_last ? at_last : limit.rlim_max;
    return setrlimit(resource, &limit) == 0;
}

/* Addresses that the process has: the first number of statm, in pages. */
static size_t addresses_used(void)
{
    char text[32] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    return n <= 0 ? 0 : strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Keeps the pipe's end, as ANSWER, and no other file: another thread's pipe would stay
 * open as long as this child lives. */
static bool keep_only(int fd)
{
    int limit = (int)sysconf(_SC_OPEN_MAX);
    if (fd < ANSWER) /* it has a closed standard stream's number */
        fd = fcntl(fd, F_DUPFD, ANSWER);
    if (fd < 0 || dup2(fd, ANSWER) < 0)
        return false;
    if (syscall(SYS_close_range, ANSWER + 1, ~0U, 0) != 0)
        for (int other = ANSWER + 1; other < limit; other++)
            close(other);
    return true;
}

/* Standard streams become a pipe that nobody reads: what a library prints is lost. */
static bool silence(void)
{
    int nowhere[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe(nowhere) != 0)
        return false;
    close(nowhere[0]);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(nowhere[1], fd) < 0)
            return false;
    if (nowhere[1] > STDERR_FILENO)
        close(nowhere[1]);
    return true;
}

static void forget_signals(void)
{
    static const int signals[] = {SIGINT,  SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
                                  SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,  SIGILL};
    sigset_t none;
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL); /* the handlers are the parent's */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool bound_child(pid_t parent)
{
    rlim_t addresses = addresses_used() + BOUNDED_BYTES;
    forget_signals();
    die_set_hook(leave);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        leave(ERR_INTERNAL);
    return silence() && lower(RLIMIT_CORE, 0, 0) &&
           lower(RLIMIT_CPU, BOUNDED_SECONDS, BOUNDED_SECONDS + 1) &&
           lower(RLIMIT_FSIZE, 0, 0) && lower(RLIMIT_NOFILE, 0, 0) &&
           (!BOUNDS_MEMORY || lower(RLIMIT_AS, addresses, addresses));
}

/* What the child works for. */
struct order {
    const char *source;
    int (*work)(const void *context, struct bounded_bytes *result);
    const void *context;
    size_t most;
};

static _Noreturn void run_child(const struct order *order, int fd, pid_t parent)
{
    struct bounded_bytes result = {0};

    if (!keep_only(fd))
        leave(ERR_INTERNAL);
    if (!bound_child(parent))
        send_failure(fail(ERR_IO, "%s: no bounds for the process that reads it: %s",
                          order->source, strerror(errno)));

    int rc = order->work(order->context, &result);
    if (!rc && result.n > order->most)
        rc = fail(ERR_FORMAT, "%s: what is read of it takes more than %zu MiB",
                  order->source, order->most >> 20);
    if (rc)
        send_failure(rc);

    struct header header = {OK, result.n};
    send_all(&header, sizeof header);
    send_all(result.bytes, result.n);
    leave(0);
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
static size_t most_of(const struct order *order, const struct header *header)
{
    return header->code ? MOST_MESSAGE : order->most;
}

/* What became of a child that has not said all that it wanted; status -1: nobody
 * knows. */
static int describe_end(const char *source, bool is_late, int status)
{
    if (is_late || (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return fail(ERR_FORMAT,
                    "%s: reading it takes more than %d s or %zu GiB: this is no model "
                    "that can be read here",
                    source, BOUNDED_SECONDS, BOUNDED_BYTES >> 30);

    if (status == -1)
        return fail(
            ERR_FORMAT,
            "%s: reading it crashed, or takes more than %d s or %zu GiB: the file "
            "is damaged, or was made to do so",
            source, BOUNDED_SECONDS, BOUNDED_BYTES >> 30);

    if (WIFSIGNALED(status))
        return fail(ERR_FORMAT,
                    "%s: reading it crashed (signal %d): the file is damaged, or was "
                    "made to do so",
                    source, WTERMSIG(status));
    return fail(ERR_FORMAT,
                "%s: reading it takes more than %zu GiB of memory: this is no model "
                "that can be read here",
                source, BOUNDED_BYTES >> 30);
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
static enum outcome receive_answer(const struct order *order, int fd,
                                   struct header *header, char **answer)
{
    double until = seconds_now() + 8 * BOUNDED_SECONDS;
    enum outcome outcome = receive(fd, until, header, sizeof *header);
    if (outcome)
        return outcome;
    if (header->n > most_of(order, header))
        return TOO_LONG;
    *answer = xcalloc(header->n + 1, 1);
    return receive(fd, until, *answer, header->n);
}

/* Takes the pipe's end. */
static int hear_child(const struct order *order, int fd, pid_t child, char **bytes,
                      size_t *n)
{
    struct header header = {OK, 0};
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
        rc = describe_end(order->source, outcome == LATE, status);
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

int bounded_run(const char *source,
                int (*work)(const void *context, struct bounded_bytes *result),
                const void *context, size_t most, char **bytes, size_t *n)
{
    const struct order order = {source, work, context, most};
    pid_t parent = getpid();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(ERR_IO, "%s: no pipe for reading it: %s", source, strerror(errno));

    pid_t child = fork();
    if (child == 0)
        run_child(&order, ends[1], parent);

    int error = errno;
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return fail(ERR_IO, "%s: no process for reading it: %s", source, strerror(error));
    }
    return hear_child(&order, ends[0], child, bytes, n);
}
