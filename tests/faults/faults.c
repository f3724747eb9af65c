/* A preloaded library that makes one call on a file of a folder fail, or all of them
 * slow:
 *
 *   FAULT_FOLDER  only files whose path holds this text count
 *   FAULT_AT      number of the call that fails, from 1; with a '+' behind it, and all
 *   later ones
 *   FAULT_CALL    only calls of this name count
 *   FAULT_KIND    ENOSPC, EIO, EROFS; "short": a write takes half; "rot": a write alters
 *   a byte; "kill": the process ends before the call, by SIGKILL
 *   FAULT_TOTAL   file that gets the number of calls at the end
 *   FAULT_NOTE    file that gets the name of each call that failed
 *   FAULT_DELAY   microseconds that each call takes longer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int calls;

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static bool is_ours(const char *path)
{
    const char *folder = setting("FAULT_FOLDER");
    return *folder && strstr(path, folder);
}

static const char *path_of(int fd)
{
    static char path[4096];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

static bool is_open_file_ours(int fd)
{
    return is_ours(path_of(fd));
}

/* Past libc, which is being watched. */
static void note(const char *call)
{
    char line[64];
    int n = snprintf(line, sizeof line, "%s\n", call);
    long fd = syscall(SYS_openat, AT_FDCWD, setting("FAULT_NOTE"),
                      O_WRONLY | O_CREAT | O_APPEND, 0666);
    syscall(SYS_write, fd, line, n);
    syscall(SYS_close, fd);
}

/* Counts a call on one of our files; whether this is the one that fails. */
static bool fails(const char *call)
{
    char *end;
    long at = strtol(setting("FAULT_AT"), &end, 10);
    long delay = strtol(setting("FAULT_DELAY"), NULL, 10);

    if (delay > 0)
        usleep((useconds_t)delay);
    if (*setting("FAULT_CALL") && strcmp(setting("FAULT_CALL"), call))
        return false;
    calls++;
    if (at == 0 || calls < at || (calls > at && *end != '+'))
        return false;
    note(call);
    const char *kind = setting("FAULT_KIND");
    if (!strcmp(kind, "kill"))
        kill(getpid(), SIGKILL);
    errno = !strcmp(kind, "EIO") ? EIO : !strcmp(kind, "EROFS") ? EROFS : ENOSPC;
    return true;
}

__attribute__((destructor)) static void say_total(void)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", calls);
    if (!*setting("FAULT_TOTAL") || calls == 0)
        return;
    long fd = syscall(SYS_openat, AT_FDCWD, setting("FAULT_TOTAL"),
                      O_WRONLY | O_CREAT | O_TRUNC, 0666);
    syscall(SYS_write, fd, text, n);
    syscall(SYS_close, fd);
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (is_ours(path) && fails("open"))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* The folder counts for all that is opened in it. */
int openat(int folder, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (is_open_file_ours(folder) && fails("openat"))
        return -1;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static ssize_t write_altered(int fd, const void *bytes, size_t n)
{
    char *copy = malloc(n);
    memcpy(copy, bytes, n);
    copy[n / 2] ^= 4;
    ssize_t written = syscall(SYS_write, fd, copy, n);
    free(copy);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (is_open_file_ours(fd) && fails("write")) {
        if (!strcmp(setting("FAULT_KIND"), "short"))
            return syscall(SYS_write, fd, bytes, (n + 1) / 2);
        if (strcmp(setting("FAULT_KIND"), "rot"))
            return -1;
        if (strstr(path_of(fd), ".h5")) /* a log has nothing that could tell */
            return write_altered(fd, bytes, n);
    }
    return syscall(SYS_write, fd, bytes, n);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    if (is_open_file_ours(fd) && fails("read"))
        return -1;
    return syscall(SYS_read, fd, bytes, n);
}

/* What takes no number of bytes: a failure is a failure, whatever the kind. */

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))(size_t)next("fsync");
    return is_open_file_ours(fd) && fails("fsync") ? -1 : real(fd);
}

int ftruncate(int fd, off_t length)
{
    int (*real)(int, off_t) = (int (*)(int, off_t))(size_t)next("ftruncate");
    return is_open_file_ours(fd) && fails("ftruncate") ? -1 : real(fd, length);
}

int renameat(int from_folder, const char *from, int folder, const char *to)
{
    int (*real)(int, const char *, int, const char *) =
        (int (*)(int, const char *, int, const char *))(size_t)next("renameat");
    return is_open_file_ours(folder) && fails("renameat")
               ? -1
               : real(from_folder, from, folder, to);
}

int linkat(int from_folder, const char *from, int folder, const char *to, int flags)
{
    int (*real)(int, const char *, int, const char *, int) =
        (int (*)(int, const char *, int, const char *, int))(size_t)next("linkat");
    return is_open_file_ours(folder) && fails("linkat")
               ? -1
               : real(from_folder, from, folder, to, flags);
}
