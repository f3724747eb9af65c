#define _GNU_SOURCE /* pipe2 */
#include "rnntrain/bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

/* The child. */

static _Noreturn void leave(int code)
{
    _exit(code);
}

static void lower(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur > most) {
        limit.rlim_cur = most;
        if (setrlimit(resource, &limit) != 0)
            leave(ERR_INTERNAL);
    }
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

static void bound_child(void)
{
    static const int signals[] = {SIGINT,  SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
                                  SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,  SIGILL};
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL); /* the handlers are the parent's */
    die_set_hook(leave);
    lower(RLIMIT_CORE, 0);
    lower(RLIMIT_CPU, BOUNDED_SECONDS);
    if (BOUNDS_MEMORY)
        lower(RLIMIT_AS, addresses_used() + BOUNDED_BYTES);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
        dup2(nowhere, STDOUT_FILENO) < 0)
        leave(ERR_INTERNAL);
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = write(fd, bytes, n);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            leave(ERR_INTERNAL);
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* The pipe carries one byte, the code, then the bytes or the message. */
static _Noreturn void
run_child(int fd, int (*work)(const void *context, struct bounded_bytes *result),
          const void *context)
{
    struct bounded_bytes result = {0};
    bound_child();
    int rc = work(context, &result);
    char code = (char)rc;
    send_all(fd, &code, 1);
    if (rc)
        send_all(fd, fail_message(), strlen(fail_message()));
    else
        send_all(fd, result.bytes, result.n);
    leave(0);
}

/* The parent. */

/* Until the child has closed its end; false where it takes too long. */
static bool receive(int fd, struct bounded_bytes *result)
{
    enum { PIECE = 1 << 16 };
    double until = seconds_now() + 2 * BOUNDED_SECONDS;
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    char *piece = xcalloc(PIECE, 1);
    ssize_t n = 1;
    while (n != 0 && seconds_now() < until && result->n <= BOUNDED_BYTES) {
        if (poll(&wanted, 1, 1000) <= 0)
            continue;
        n = read(fd, piece, PIECE);
        if (n > 0)
            bounded_append(result, piece, (size_t)n);
    }
    free(piece);
    return n == 0;
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* What became of a child that has not said all that it wanted. */
static int describe_end(const char *source, bool in_time, int status)
{
    if (!in_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return fail(ERR_FORMAT,
                    "%s: reading it takes more than %d s or %zu GiB: this is no model "
                    "that can be read here",
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

static int finish(const char *source, bool in_time, int status,
                  struct bounded_bytes *result, char **bytes, size_t *n)
{
    if (!in_time || status != 0 || result->n == 0)
        return describe_end(source, in_time, status);
    int code = (unsigned char)result->bytes[0];
    if (code)
        return fail(code, "%.*s", (int)result->n - 1, result->bytes + 1);
    *n = result->n - 1;
    *bytes = xcalloc(*n + 1, 1);
    memcpy(*bytes, result->bytes + 1, *n);
    return OK;
}

int bounded_run(const char *source,
                int (*work)(const void *context, struct bounded_bytes *result),
                const void *context, char **bytes, size_t *n)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(ERR_IO, "%s: no pipe for reading it: %s", source, strerror(errno));
    pid_t child = fork();
    if (child == 0)
        run_child(ends[1], work, context);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return fail(ERR_IO, "%s: no process for reading it: %s", source, strerror(errno));
    }
    struct bounded_bytes result = {0};
    bool in_time = receive(ends[0], &result);
    close(ends[0]);
    if (!in_time)
        kill(child, SIGKILL);
    int rc = finish(source, in_time, wait_for(child), &result, bytes, n);
    free(result.bytes);
    return rc;
}
