#include "files/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/file_private.h"

/* Takes over the path. */
static int open_held(char *path, struct directory *directory)
{
    int fd = open(*path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int error = errno;
        free(path);
        errno = error;
        return -1;
    }

    *directory = (struct directory){fd, path};
    return 0;
}

int directory_open(const char *path, struct directory *directory)
{
    return open_held(xasprintf("%s/", path), directory);
}

int directory_of(const char *path, struct directory *directory, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    return open_held(xstrndup(path, (size_t)(*name - path)), directory);
}

void directory_close(struct directory *directory)
{
    if (directory->path)
        close(directory->fd);
    free(directory->path);
    *directory = (struct directory){-1, NULL};
}

char *directory_path(const struct directory *directory, const char *name)
{
    return xasprintf("%s%s", directory->path, name);
}

/* What cannot be asked at the moment counts as being there. */
bool directory_is_in_place(const struct directory *directory)
{
    struct stat held, found;
    if (fstat(directory->fd, &held))
        return true;
    if (stat(*directory->path ? directory->path : ".", &found))
        return errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
    return held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

char *directory_place(const struct directory *directory)
{
    char *link = xasprintf("/proc/self/fd/%d", directory->fd), place[4096];
    struct stat status;
    ssize_t n = readlink(link, place, sizeof place - 1);
    free(link);

    if (n <= 0 || fstat(directory->fd, &status) || status.st_nlink == 0)
        return NULL;
    return xstrndup(place, (size_t)n);
}

bool directory_has(const struct directory *directory, const char *name)
{
    struct stat status;
    return fstatat(directory->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

int directory_read(const struct directory *directory, const char *name, char **bytes,
                   size_t *n)
{
    char *path = directory_path(directory, name);
    int fd = openat(directory->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    int rc = fd < 0 ? fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno))
                    : file_read_opened(fd, path, bytes, n);
    if (fd >= 0)
        close(fd);
    free(path);
    return rc;
}

/* After a call of which `errno` tells why it failed. */
static int cannot_make(const struct directory *directory, const char *name)
{
    if (errno == EEXIST)
        return fail(ERR_EXISTS, "%s%s: it exists", directory->path, name);
    return fail(ERR_IO, "%s%s: cannot be made: %s", directory->path, name,
                strerror(errno));
}

int directory_make(const struct directory *directory, const char *name,
                   struct directory *made)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (mkdirat(directory->fd, name, 0777))
        return cannot_make(directory, name);

    int fd = openat(directory->fd, name, flags);
    if (fd < 0)
        return cannot_make(directory, name);
    *made = (struct directory){fd, xasprintf("%s%s/", directory->path, name)};
    return OK;
}

int directory_create(const struct directory *directory, const char *name, int *fd)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int made = openat(directory->fd, name, flags, 0666);
    if (made < 0)
        return cannot_make(directory, name);
    *fd = made;
    return OK;
}

int directory_rename(const struct directory *directory, const char *from, const char *to)
{
    if (renameat(directory->fd, from, directory->fd, to))
        return fail(ERR_IO, "%s%s: cannot be renamed to %s: %s", directory->path, from,
                    to, strerror(errno));
    return OK;
}

int directory_remove(const struct directory *directory, const char *name)
{
    if (unlinkat(directory->fd, name, 0) && errno != ENOENT)
        return fail(ERR_IO, "%s%s: cannot be discarded: %s", directory->path, name,
                    strerror(errno));
    return OK;
}
