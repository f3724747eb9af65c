/* Files replaced at once: under a temporary name, then by a rename. */
#include "files/file_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* best.h5 -> best.prev.h5 */
static char *previous_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (!dot || (slash && dot < slash))
        return xasprintf("%s.prev", path);
    return xasprintf("%.*s.prev%s", (int)(dot - path), path, dot);
}

static int sync_directory(const char *path)
{
    char *directory = directory_of(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (fd < 0)
        return -1;

    int rc = fsync(fd);
    close(fd);
    return rc;
}

/* The old file gets its second name first, so that one valid generation stands at every
 * moment; where the file system knows no hard links it is renamed. */
static int keep_generation(const char *path)
{
    char *previous = previous_of(path);
    char *linked = xasprintf("%s.tmp.%ld", previous, (long)getpid());
    unlink(linked); /* of a process with this number that was killed */

    int rc = link(path, linked);
    if (rc == 0)
        rc = rename(linked, previous);
    else if (errno == ENOENT)
        rc = 0; /* the first generation */
    else if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS)
        rc = rename(path, previous);

    int error = errno;
    unlink(linked); /* it stays where both are names of one file: rename does nothing */
    errno = error;

    free(linked);
    free(previous);
    return rc;
}

/* What stands at `path` may be replaced: a regular file, or nothing. */
static int check_target(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return fail(ERR_IO, "%s: cannot be replaced: it is not a regular file", path);
    return OK;
}

int file_check_target(const char *path)
{
    char *directory = directory_of(path);
    int rc = check_target(path);
    if (!rc && access(directory, W_OK | X_OK) != 0)
        rc = fail(ERR_IO, "%s: cannot write: its folder: %s", path, strerror(errno));
    free(directory);
    return rc;
}

/* Creates `temporary`, fills it and makes it durable; -1 and errno on failure. */
static int write_temporary(const char *temporary, const void *bytes, size_t n)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;

    int rc = file_append(fd, bytes, n), saved = errno;
    if (rc == 0) {
        rc = fsync(fd);
        saved = errno;
    }

    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what is read back is the device's */
    if (close(fd) != 0 && rc == 0) {
        rc = -1;
        saved = errno;
    }

    errno = saved;
    return rc;
}

/* Whether a file can be read and holds these bytes and no others. */
static bool holds(const char *path, const void *bytes, size_t n)
{
    char *found = NULL;
    size_t n_found = 0;

    int rc = file_read(path, &found, &n_found);
    bool same = !rc && n_found == n && !memcmp(found, bytes, n);
    free(found);
    return same;
}

int file_replace(const char *path, const void *bytes, size_t n, bool keep_previous)
{
    int rc = check_target(path);
    if (rc)
        return rc;

    char *temporary = xasprintf("%s.tmp.%ld", path, (long)getpid());
    rc = write_temporary(temporary, bytes, n);
    if (rc == 0 && !holds(temporary, bytes, n)) {
        errno = EIO;
        rc = -1;
    }

    /* a try that seemed to fail may have put the bytes there: then nothing is replaced */
    if (rc == 0 && keep_previous && !holds(path, bytes, n))
        rc = keep_generation(path);

    if (rc == 0)
        rc = rename(temporary, path);
    if (rc == 0)
        rc = sync_directory(path);

    if (rc != 0) {
        int error = errno;
        unlink(temporary);
        rc = fail(ERR_IO, "%s: cannot write %zu bytes: %s; what stands there is whole",
                  path, n, strerror(error));
    }

    free(temporary);
    return rc;
}

int file_begin(const char *path, char **temporary)
{
    int rc = check_target(path);
    if (rc)
        return rc;

    char *built = xasprintf("%s.tmp.%ld", path, (long)getpid());
    unlink(built); /* of a process with this number that was killed */
    int fd = open(built, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        rc = fail(ERR_IO, "%s: cannot write: %s", path, strerror(errno));
        free(built);
        return rc;
    }

    close(fd);
    *temporary = built;
    return OK;
}

int file_finish(const char *temporary, const char *path)
{
    struct stat status = {0};
    int fd = open(temporary, O_RDWR | O_CLOEXEC);

    int rc = fd < 0 || fstat(fd, &status)
                 ? -1
                 : file_append_seal(fd, (uint64_t)status.st_size);
    int error = errno;
    if (fd >= 0 && close(fd) && rc == 0) {
        rc = -1;
        error = errno;
    }

    if (rc == 0 && (rename(temporary, path) || sync_directory(path))) {
        rc = -1;
        error = errno;
    }

    return rc ? fail(ERR_IO,
                     "%s: cannot write %lld bytes: %s; what stands there is whole", path,
                     (long long)status.st_size, strerror(error))
              : OK;
}

int file_link(const char *from, const char *to)
{
    char *temporary = xasprintf("%s.tmp.%ld", to, (long)getpid());
    unlink(temporary);

    int rc = link(from, temporary); /* link() replaces nothing, rename() does */
    if (rc == 0)
        rc = rename(temporary, to);
    if (rc != 0)
        rc = fail(ERR_IO, "%s: cannot be made a name of %s: %s", to, from,
                  strerror(errno));

    unlink(temporary);
    free(temporary);
    return rc;
}

/* "last.h5.tmp.1234" of "last.h5" */
static bool is_temporary(const char *name, const char *const *of, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(of[i]);
        if (!strncmp(name, of[i], length) && !strncmp(name + length, ".tmp.", 5))
            return true;
    }
    return false;
}

void file_remove_temporaries(const char *folder, const char *const *of, size_t n)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (is_temporary(entry->d_name, of, n))
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
}
