/* A preloaded library that makes a host ill:
 *
 *   PLANT_FULL      a folder whose file system has no room left
 *   PLANT_NO_LOCKS  no file system has locks
 *   PLANT_CLOCK     seconds that the clock is ahead
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int statvfs(const char *path, struct statvfs *status)
{
    int (*next)(const char *, struct statvfs *);
    const char *full = getenv("PLANT_FULL");

    *(void **)&next = dlsym(RTLD_NEXT, "statvfs");
    int rc = next(path, status);

    if (!rc && full && !strcmp(path, full))
        status->f_bavail = 1;
    return rc;
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);

    if (command == F_OFD_SETLK && getenv("PLANT_NO_LOCKS")) {
        errno = ENOLCK;
        return -1;
    }
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const char *ahead = getenv("PLANT_CLOCK");
    int rc = (int)syscall(SYS_clock_gettime, clock, now);

    if (!rc && clock == CLOCK_REALTIME && ahead)
        now->tv_sec += strtol(ahead, NULL, 10);
    return rc;
}
