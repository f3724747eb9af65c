#include "files/bounded_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

/* The pipe's end, as the child has it. */
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
    struct bounded_header header = {code, strlen(fail_message())};
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
    static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
                                  SIGXCPU, SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,  SIGILL};
    sigset_t none;

    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL); /* the handlers are the parent's */

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool bound_child(const struct bounded_order *order, pid_t parent)
{
    rlim_t addresses = addresses_used() + bounded_memory(order);
    rlim_t seconds = (rlim_t)bounded_seconds(order);

    forget_signals();
    die_set_hook(leave);
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    if (getppid() != parent)
        leave(ERR_INTERNAL);

    return silence() && lower(RLIMIT_CORE, 0, 0) &&
           lower(RLIMIT_CPU, seconds, seconds + 1) && lower(RLIMIT_FSIZE, 0, 0) &&
           lower(RLIMIT_NOFILE, 0, 0) &&
           (!BOUNDS_MEMORY || lower(RLIMIT_AS, addresses, addresses));
}

_Noreturn void bounded_run_child(const struct bounded_order *order, int fd, pid_t parent)
{
    struct bounded_bytes result = {0};

    if (!keep_only(fd))
        leave(ERR_INTERNAL);
    if (!bound_child(order, parent))
        send_failure(fail(ERR_IO, "%s: no bounds for the process that reads it: %s",
                          order->source, strerror(errno)));

    int rc = order->work(order->context, &result);
    if (!rc && result.n > order->most)
        rc = fail(ERR_FORMAT, "%s: what is read of it takes more than %zu MiB",
                  order->source, order->most >> 20);
    if (rc)
        send_failure(rc);

    struct bounded_header header = {OK, result.n};
    send_all(&header, sizeof header);
    send_all(result.bytes, result.n);
    leave(0);
}
