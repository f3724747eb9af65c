/* Files replaced at once: under a temporary name, then by a rename. */
#include "files/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/temporary.h"

/* best.h5 -> best.prev.h5 */
static char *previous_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot)
        return xasprintf("%s.prev", name);
    return xasprintf("%.*s.prev%s", (int)(dot - name), name, dot);
}

/* The old file gets its second name first, so that one valid generation stands at every
 * moment; where the file system knows no hard links it is renamed. -1 and errno. */
static int keep_generation(const struct directory *directory, const char *name)
{
    struct temporary linked = {.directory = NULL};
    char *previous = previous_of(name);

    int rc = temporary_link(directory, name, previous, &linked);
    if (rc == 0)
        rc = temporary_rename(&linked, previous);
    else if (errno == ENOENT)
        rc = 0; /* the first generation */
    else if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS)
        rc = renameat(directory->fd, name, directory->fd, previous);

    int error = errno;
    temporary_end(&linked);
    free(previous);
    errno = error;
    return rc;
}

int directory_check(const struct directory *directory, const char *name)
{
    struct stat status;
    if (fstatat(directory->fd, name, &status, 0) == 0 && !S_ISREG(status.st_mode))
        return fail(ERR_IO, "%s%s: cannot be replaced: it is not a regular file",
                    directory->path, name);
    return OK;
}

/* Whether an open file holds these bytes and no others; it is read piece by piece. */
static bool holds(int fd, const char *bytes, size_t n)
{
    enum { PIECE = 1 << 20 };
    struct stat status;
    char *piece = xcalloc(PIECE, 1);
    size_t at = 0;
    ssize_t got = 1;
    bool same = !fstat(fd, &status) && (uint64_t)status.st_size == n;

    while (same && at < n && got != 0) {
        got = pread(fd, piece, n - at < PIECE ? n - at : PIECE, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        same = got > 0 && !memcmp(piece, bytes + at, (size_t)got);
        at += got > 0 ? (size_t)got : 0;
    }
    free(piece);
    return same;
}

/* The last bytes of an open file, as of a trailer, and its size. */
struct ending {
    char bytes[FILE_TRAILER_BYTES];
    off_t size;
};

static bool read_ending(int fd, struct ending *ending)
{
    const off_t n = sizeof ending->bytes;
    struct stat status;

    memset(ending, 0, sizeof *ending);
    if (fd < 0 || fstat(fd, &status) || status.st_size < n)
        return false;
    ending->size = status.st_size;
    return pread(fd, ending->bytes, (size_t)n, status.st_size - n) == n;
}

/* Whether a name's file has the seal of an open one, and so its content. */
static bool has_seal_of(const struct directory *directory, const char *name, int other)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    struct ending own, its;
    int fd = openat(directory->fd, name, flags);
    bool same = read_ending(fd, &own) && read_ending(other, &its) &&
                file_has_seal(own.bytes, sizeof own.bytes) && own.size == its.size &&
                !memcmp(own.bytes, its.bytes, sizeof own.bytes);

    if (fd >= 0)
        close(fd);
    return same;
}

/* The same of a name. */
static bool stands(const struct directory *directory, const char *name, const void *bytes,
                   size_t n)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = openat(directory->fd, name, flags);
    bool same = fd >= 0 && holds(fd, bytes, n);
    if (fd >= 0)
        close(fd);
    return same;
}

/* Makes it durable and reads it back; -1 and errno on failure. */
static int fill(int fd, const void *bytes, size_t n)
{
    if (file_append(fd, bytes, n) || fsync(fd))
        return -1;

    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what is read back is the device's */
    if (holds(fd, bytes, n))
        return 0;
    errno = EIO;
    return -1;
}

static int cannot_write(const struct directory *directory, const char *name, long long n)
{
    return fail(ERR_IO, "%s%s: cannot write %lld bytes: %s; what stands there is whole",
                directory->path, name, n, strerror(errno));
}

int directory_replace(const struct directory *directory, const char *name,
                      const void *bytes, size_t n, bool keep_previous)
{
    struct temporary temporary;
    int rc = directory_check(directory, name);
    if (rc)
        return rc;

    bool failed = temporary_create(directory, name, &temporary) != 0 ||
                  fill(temporary.fd, bytes, n) != 0;

    /* a try that seemed to fail may have put the bytes there: then nothing is replaced */
    if (!failed && keep_previous && !stands(directory, name, bytes, n))
        failed = keep_generation(directory, name) != 0;
    if (!failed)
        failed = temporary_rename(&temporary, name) != 0 || fsync(directory->fd) != 0;
    if (failed)
        rc = cannot_write(directory, name, (long long)n);

    temporary_end(&temporary);
    return rc;
}

bool directory_is_same(const struct directory *directory, const char *left,
                       const char *right)
{
    struct stat one, other;

    return !fstatat(directory->fd, left, &one, AT_SYMLINK_NOFOLLOW) &&
           !fstatat(directory->fd, right, &other, AT_SYMLINK_NOFOLLOW) &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int link_to(const struct directory *directory, const char *from, const char *to,
                   bool keeps)
{
    struct temporary linked = {.directory = NULL};
    int rc = OK;

    if (temporary_link(directory, from, to, &linked) ||
        (keeps && keep_generation(directory, to)) || temporary_rename(&linked, to))
        rc = fail(ERR_IO, "%s%s: cannot be made a name of %s: %s", directory->path, to,
                  from, strerror(errno));
    temporary_end(&linked);
    return rc;
}

int directory_link(const struct directory *directory, const char *from, const char *to)
{
    return link_to(directory, from, to, false);
}

int directory_link_keeping(const struct directory *directory, const char *from,
                           const char *to)
{
    if (directory_is_same(directory, from, to))
        return OK;
    return link_to(directory, from, to, true);
}

/* The directory of a file that is to be written. */
static int open_directory_of(const char *path, struct directory *directory,
                             const char **name)
{
    if (directory_of(path, directory, name))
        return fail(ERR_IO, "%s: cannot write: its folder: %s", path, strerror(errno));
    return OK;
}

int file_check_target(const char *path)
{
    struct directory directory = {-1, NULL};
    const char *name = NULL;

    int rc = open_directory_of(path, &directory, &name);
    if (!rc)
        rc = directory_check(&directory, name);
    if (!rc && faccessat(directory.fd, ".", W_OK | X_OK, 0) != 0)
        rc = fail(ERR_IO, "%s: cannot write: its folder: %s", path, strerror(errno));
    if (!rc)
        temporary_sweep(&directory, &name, 1);
    directory_close(&directory);
    return rc;
}

int file_replace(const char *path, const void *bytes, size_t n, bool keep_previous)
{
    struct directory directory = {-1, NULL};
    const char *name = NULL;

    int rc = open_directory_of(path, &directory, &name);
    if (!rc)
        rc = directory_replace(&directory, name, bytes, n, keep_previous);
    directory_close(&directory);
    return rc;
}

int file_create(const char *path, bool overwrite, int *fd)
{
    struct directory directory = {-1, NULL};
    const char *name = NULL;

    int rc = open_directory_of(path, &directory, &name);
    if (!rc && overwrite)
        rc = directory_check(&directory, name);
    if (!rc && overwrite)
        rc = directory_remove(&directory, name);
    if (!rc)
        rc = directory_create(&directory, name, fd);
    directory_close(&directory);
    return rc;
}

struct file_target {
    struct directory directory;
    struct temporary temporary;
    char *path;
    const char *name; /* the end of the path */
};

int file_begin(const char *path, struct file_target **result)
{
    struct file_target *target = xcalloc(1, sizeof *target);
    target->path = xstrdup(path);

    int rc = open_directory_of(target->path, &target->directory, &target->name);
    if (!rc)
        rc = directory_check(&target->directory, target->name);
    if (!rc && temporary_create(&target->directory, target->name, &target->temporary))
        rc = fail(ERR_IO, "%s: cannot write: %s", path, strerror(errno));

    if (rc)
        file_end(target);
    else
        *result = target;
    return rc;
}

int file_begin_in(const struct directory *directory, const char *name,
                  struct file_target **result)
{
    struct file_target *target = xcalloc(1, sizeof *target);
    target->directory.fd = fcntl(directory->fd, F_DUPFD_CLOEXEC, 0);
    target->directory.path = xstrdup(directory->path);
    target->path = xstrdup(name);
    target->name = target->path;

    int rc = directory_check(directory, name);
    if (!rc && (target->directory.fd < 0 ||
                temporary_create(&target->directory, name, &target->temporary)))
        rc = fail(ERR_IO, "%s%s: cannot write: %s", directory->path, name,
                  strerror(errno));

    if (rc)
        file_end(target);
    else
        *result = target;
    return rc;
}

int file_target_fd(const struct file_target *target)
{
    return target->temporary.fd;
}

static int put_in_place(struct file_target *target, bool seals, bool keeps)
{
    struct temporary *temporary = &target->temporary;
    struct directory *directory = &target->directory;
    struct stat status = {0};

    if (fstat(temporary->fd, &status) ||
        (seals && file_append_seal(temporary->fd, (uint64_t)status.st_size)) ||
        (!seals && fsync(temporary->fd)) ||
        (keeps && !has_seal_of(directory, target->name, temporary->fd) &&
         keep_generation(directory, target->name)) ||
        temporary_rename(temporary, target->name) || fsync(directory->fd))
        return cannot_write(&target->directory, target->name, (long long)status.st_size);
    return OK;
}

int file_finish(struct file_target *target)
{
    return put_in_place(target, true, false);
}

int file_finish_plain(struct file_target *target)
{
    return put_in_place(target, false, false);
}

int file_finish_keeping(struct file_target *target)
{
    return put_in_place(target, true, true);
}

void file_end(struct file_target *target)
{
    if (!target)
        return;
    temporary_end(&target->temporary);
    directory_close(&target->directory);
    free(target->path);
    free(target);
}
