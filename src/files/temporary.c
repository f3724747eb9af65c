#include "files/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/file_private.h"
#include "files/temporary_private.h"

enum { TRIES = 8 };

/* "best.h5" -> "best.h5.tmp.0123456789abcdef" */
static void draw_name(const char *target, char name[TEMPORARY_NAME_BYTES])
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        die("the system has no random numbers: %s", strerror(errno));
    snprintf(name, TEMPORARY_NAME_BYTES, "%.*s" TEMPORARY_MARK "%016llx",
             (int)TEMPORARY_STEM, target, (unsigned long long)number);
}

/* Tries another name where one is taken. What is made is known to the handler before it
 * is there. */
static int make(const struct directory *directory, const char *target,
                int (*try)(struct temporary *temporary, const char *from),
                const char *from, struct temporary *temporary)
{
    int rc = -1;
    for (int i = 0; i < TRIES && rc; i++) {
        *temporary = (struct temporary){.directory = directory, .fd = -1};
        draw_name(target, temporary->name);
        temporary->slot = temporary_note(directory->fd, temporary->name);

        rc = try(temporary, from);
        int error = errno;
        if (rc)
            temporary_forget(temporary->slot);
        errno = error;
        if (rc && error != EEXIST)
            break;
    }

    if (rc)
        temporary->directory = NULL;
    return rc;
}

/* Another process may take it for a dead one's before it is locked, and remove it. */
static int try_file(struct temporary *temporary, const char *from)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    struct stat status = {.st_nlink = 1};
    (void)from;

    int fd = openat(temporary->directory->fd, temporary->name, flags, 0666);
    if (fd < 0)
        return -1;

    if (file_lock(fd, 0) != FILE_LOCKED_BY_OTHER && !fstat(fd, &status) &&
        status.st_nlink > 0) {
        temporary->fd = fd;
        return 0;
    }

    close(fd);
    unlinkat(temporary->directory->fd, temporary->name, 0);
    errno = EEXIST;
    return -1;
}

/* Where others may rename it, it is not theirs that is opened. */
static int try_folder(struct temporary *temporary, const char *from)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct stat status;
    (void)from;

    if (mkdirat(temporary->directory->fd, temporary->name, 0700))
        return -1;

    int fd = openat(temporary->directory->fd, temporary->name, flags);
    if (fd >= 0 && !fstat(fd, &status) && status.st_uid == geteuid() &&
        file_lock_folder(fd) != FILE_LOCKED_BY_OTHER) {
        temporary->fd = fd;
        return 0;
    }

    if (fd >= 0)
        close(fd);
    errno = EEXIST;
    return -1;
}

static int try_link(struct temporary *temporary, const char *from)
{
    int directory = temporary->directory->fd;
    return linkat(directory, from, directory, temporary->name, 0);
}

int temporary_create(const struct directory *directory, const char *target,
                     struct temporary *temporary)
{
    return make(directory, target, try_file, NULL, temporary);
}

int temporary_make_folder(const struct directory *directory, const char *target,
                          struct temporary *temporary)
{
    return make(directory, target, try_folder, NULL, temporary);
}

int temporary_link(const struct directory *directory, const char *from,
                   const char *target, struct temporary *temporary)
{
    return make(directory, target, try_link, from, temporary);
}

int temporary_rename(struct temporary *temporary, const char *name)
{
    int directory = temporary->directory->fd;
    if (renameat(directory, temporary->name, directory, name))
        return -1;

    /* rename does nothing where both are names of one file: the one is left */
    if (temporary->fd < 0)
        unlinkat(directory, temporary->name, 0);
    temporary_forget(temporary->slot);
    *temporary->name = '\0';
    return 0;
}

void temporary_end(struct temporary *temporary)
{
    if (!temporary->directory)
        return;

    if (*temporary->name)
        temporary_remove(temporary->directory->fd, temporary->name);
    temporary_forget(*temporary->name ? temporary->slot : -1);
    if (temporary->fd >= 0)
        close(temporary->fd);
    temporary->directory = NULL;
}
