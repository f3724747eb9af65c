#define _GNU_SOURCE /* F_OFD_SETLK */
#include "files/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int read_all(int fd, char *bytes, size_t n, const char *path)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got = read(fd, bytes + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
        if (got == 0)
            return fail(ERR_IO, "%s: became shorter while it was read", path);
        done += (size_t)got;
    }
    return OK;
}

static int check_regular(int fd, const char *path, size_t *n)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ERR_NO_INPUT, "%s: not a regular file", path);
    *n = (size_t)status.st_size;
    return OK;
}

int file_open_at(int directory, const char *name, const char *path, int *fd, size_t *n)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; /* a FIFO would wait */
    int opened = openat(directory, name, flags);
    if (opened < 0)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));

    int rc = check_regular(opened, path, n);
    if (rc)
        close(opened);
    else
        *fd = opened;
    return rc;
}

int file_open(const char *path, int *fd, size_t *n)
{
    return file_open_at(AT_FDCWD, path, path, fd, n);
}

int file_read_opened(int fd, const char *path, char **bytes, size_t *n)
{
    size_t size = 0;
    int rc = check_regular(fd, path, &size);
    if (rc)
        return rc;

    char *content = xrealloc(NULL, size + 1, 1);
    content[size] = '\0';
    rc = read_all(fd, content, size, path);
    if (rc) {
        free(content);
        return rc;
    }

    *bytes = content;
    *n = size;
    return OK;
}

int file_read(const char *path, char **bytes, size_t *n)
{
    int fd = -1;
    size_t size = 0;
    int rc = file_open(path, &fd, &size);
    if (rc)
        return rc;

    rc = file_read_opened(fd, path, bytes, n);
    close(fd);
    return rc;
}

int file_append(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

/* A lock of the open file, not of the process. */
static enum file_lock try_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return FILE_LOCKED;
    return errno == EAGAIN || errno == EACCES || errno == EINTR ? FILE_LOCKED_BY_OTHER
                                                                : FILE_NO_LOCKS;
}

enum file_lock file_lock(int fd, double patience)
{
    double began = seconds_now();
    enum file_lock lock = try_lock(fd, F_WRLCK);

    while (lock == FILE_LOCKED_BY_OTHER && seconds_now() - began < patience) {
        usleep(100000);
        lock = try_lock(fd, F_WRLCK);
    }
    return lock;
}

enum file_lock file_lock_shared(int fd)
{
    return try_lock(fd, F_RDLCK);
}

/* A folder cannot be opened for writing, which locks by fcntl ask for. */
enum file_lock file_lock_folder(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return FILE_LOCKED;
    return errno == EWOULDBLOCK ? FILE_LOCKED_BY_OTHER : FILE_NO_LOCKS;
}

int64_t file_free_bytes(const char *folder)
{
    struct statvfs status;
    if (statvfs(folder, &status) != 0 || status.f_blocks == 0) /* 0: without a limit */
        return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}
