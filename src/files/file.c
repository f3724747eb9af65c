#define _GNU_SOURCE /* F_OFD_SETLK */
#include "files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

int file_open(const char *path, int *fd, size_t *n)
{
    struct stat status;
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait */

    if (opened < 0)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));

    if (fstat(opened, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(opened);
        return fail(ERR_NO_INPUT, "%s: not a regular file", path);
    }

    *fd = opened;
    *n = (size_t)status.st_size;
    return OK;
}

int file_read(const char *path, char **bytes, size_t *n)
{
    int fd = -1;
    size_t size = 0;
    int rc = file_open(path, &fd, &size);
    if (rc)
        return rc;

    char *content = xrealloc(NULL, size + 1, 1);
    content[size] = '\0';
    rc = read_all(fd, content, size, path);
    close(fd);

    if (rc) {
        free(content);
        return rc;
    }

    *bytes = content;
    *n = size;
    return OK;
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

enum file_lock file_lock(int fd, double patience)
{
    double began = seconds_now();

    for (;;) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
            return FILE_LOCKED;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return FILE_NO_LOCKS;
        if (seconds_now() - began >= patience)
            return FILE_LOCKED_BY_OTHER;
        usleep(100000);
    }
}

int64_t file_free_bytes(const char *folder)
{
    struct statvfs status;
    if (statvfs(folder, &status) != 0 || status.f_blocks == 0) /* 0: without a limit */
        return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}
