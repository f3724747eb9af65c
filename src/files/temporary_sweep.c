/* What writers that are dead have left. */
#include "files/temporary_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files/file_private.h"

/* What stands behind a target's name and the mark; NULL: it is another name. */
static const char *number_of(const char *name, const char *target, size_t n)
{
    const size_t n_mark = strlen(TEMPORARY_MARK);
    bool is_of = !strncmp(name, target, n) && !strncmp(name + n, TEMPORARY_MARK, n_mark);
    return is_of ? name + n + n_mark : NULL;
}

static bool is_temporary_of(const char *name, const char *target)
{
    const char *digits = number_of(name, target, strnlen(target, TEMPORARY_STEM));
    return digits && strlen(digits) == TEMPORARY_DIGITS &&
           strspn(digits, "0123456789abcdef") == TEMPORARY_DIGITS;
}

/* Older versions numbered them by their process, whose death is known on this host; they
 * locked none of them. */
static bool is_old_one_of(const char *name, const char *target)
{
    enum { MOST_DIGITS = 7 }; /* of a process's number */
    const char *digits = number_of(name, target, strlen(target));
    size_t n = digits ? strlen(digits) : 0;

    if (n == 0 || n > MOST_DIGITS || *digits == '0' || strspn(digits, "0123456789") != n)
        return false;
    return kill((pid_t)strtol(digits, NULL, 10), 0) != 0 && errno == ESRCH;
}

/* A file; or a folder as they are made, which cannot be one of somebody else's. Old ones
 * are this user's files. */
static bool may_be_ours(const struct stat *status, bool is_old)
{
    bool is_mine = status->st_uid == geteuid();
    if (is_old)
        return S_ISREG(status->st_mode) && is_mine;
    return S_ISREG(status->st_mode) ||
           (S_ISDIR(status->st_mode) && is_mine && (status->st_mode & 077) == 0);
}

static bool is_of_dead(int fd, const struct stat *status)
{
    enum { LONG_AGO = 24 * 3600 }; /* seconds */
    bool is_folder = S_ISDIR(status->st_mode);

    switch (is_folder ? file_lock_folder(fd) : file_lock_shared(fd)) {
    case FILE_LOCKED:
        return true;
    case FILE_LOCKED_BY_OTHER:
        return false;
    default:
        return time(NULL) - status->st_mtime > LONG_AGO;
    }
}

/* The lock is held until the name is gone: who has just made the file and is about to
 * lock it notices. */
static void remove_if_dead(const struct directory *directory, const char *name,
                           bool is_old)
{
    struct stat status;
    int fd = openat(directory->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;

    if (!fstat(fd, &status) && may_be_ours(&status, is_old) && is_of_dead(fd, &status))
        temporary_remove(directory->fd, name);
    close(fd);
}

void temporary_sweep(const struct directory *directory, const char *const *targets,
                     size_t n)
{
    int fd = openat(directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *opened = fd < 0 ? NULL : fdopendir(fd);

    for (struct dirent *entry; opened && (entry = readdir(opened));)
        for (size_t i = 0; i < n; i++)
            if (is_temporary_of(entry->d_name, targets[i]))
                remove_if_dead(directory, entry->d_name, false);
            else if (is_old_one_of(entry->d_name, targets[i]))
                remove_if_dead(directory, entry->d_name, true);

    if (opened)
        closedir(opened);
    else if (fd >= 0)
        close(fd);
}
