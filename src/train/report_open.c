/* The log of a run opened and locked, in a folder that others may write to. */
#include "train/report_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"

static const char log_name[] = "log.jsonl";

/* "it is a FIFO"; NULL: it is a regular file. */
static const char *kind_of(mode_t mode)
{
    return S_ISREG(mode)    ? NULL
           : S_ISLNK(mode)  ? "it is a link"
           : S_ISFIFO(mode) ? "it is a FIFO"
           : S_ISDIR(mode)  ? "it is a folder"
                            : "it is a device or a socket";
}

int report_no_log(const char *path, const char *what)
{
    return fail(ERR_EXISTS,
                "%s: %s, expected the log of a run: move it away or choose another "
                "--run-dir",
                path, what);
}

/* What is there must be a log, or with REPORT_OVERWRITE make room for one. */
static int check_log(const struct directory *folder, const char *path,
                     enum report_mode mode)
{
    struct stat status;
    if (fstatat(folder->fd, log_name, &status, AT_SYMLINK_NOFOLLOW))
        return OK;

    const char *kind = kind_of(status.st_mode);
    if (mode == REPORT_OVERWRITE && kind && !S_ISDIR(status.st_mode))
        return directory_remove(folder, log_name);
    return kind ? report_no_log(path, kind) : OK;
}

static int open_log(const struct directory *folder, const char *path,
                    enum report_mode mode, int *fd)
{
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int rc = check_log(folder, path, mode);
    if (rc)
        return rc;

    *fd = openat(folder->fd, log_name, flags | (mode == REPORT_NEW ? O_EXCL : 0), 0666);
    if (*fd >= 0)
        return OK;

    if (errno == EEXIST)
        return fail(ERR_EXISTS,
                    "%s: another run has just begun there: choose another --run-dir",
                    path);
    return fail(ERR_IO, "%s: cannot write: %s", path, strerror(errno));
}

/* The run's lock. Where a killed job goes on it is waited for: that one needs seconds to
 * go. */
static int lock_log(int fd, const char *path, enum report_mode mode)
{
    enum { PATIENCE = 10 }; /* seconds */
    switch (file_lock(fd, mode == REPORT_GO_ON ? PATIENCE : 0)) {
    case FILE_LOCKED_BY_OTHER:
        return fail(
            ERR_EXISTS,
            "%s: another process trains in this run directory and holds its lock: "
            "wait for it, end it, or choose another --run-dir",
            path);

    case FILE_NO_LOCKS:
        say_line(
            stderr,
            "rnntrain: %s: its file system has no locks: see to it that no other job "
            "trains in this run directory",
            path);
        return OK;
    default:
        return OK;
    }
}

/* A lock counts on what still has the name. */
static bool has_name(int fd, const struct directory *folder)
{
    struct stat held, found;
    if (fstat(fd, &held))
        return true;
    if (fstatat(folder->fd, log_name, &found, AT_SYMLINK_NOFOLLOW))
        return errno != ENOENT;
    return held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

/* A log with a second name elsewhere is left to that. */
static int empty_log(const struct directory *folder, const char *path, int *fd)
{
    struct stat status;
    if (fstat(*fd, &status) == 0 && status.st_nlink > 1) {
        int rc = directory_remove(folder, log_name);
        close(*fd);
        *fd = -1;
        if (!rc)
            rc = open_log(folder, path, REPORT_NEW, fd);
        return rc ? rc : lock_log(*fd, path, REPORT_NEW);
    }

    if (ftruncate(*fd, 0) != 0)
        return fail(ERR_IO, "%s: cannot be emptied: %s", path, strerror(errno));
    return OK;
}

int report_open(struct report *report, const struct directory *folder,
                enum report_mode mode)
{
    int fd = -1;
    char *path = directory_path(folder, log_name);
    int rc = open_log(folder, path, mode, &fd);
    if (!rc)
        rc = lock_log(fd, path, mode);
    if (!rc && !has_name(fd, folder))
        rc = fail(ERR_EXISTS,
                  "%s: it was replaced at this moment: see who uses this run directory, "
                  "then try again",
                  path);
    if (!rc && mode == REPORT_OVERWRITE)
        rc = empty_log(folder, path, &fd);

    if (rc) {
        if (fd >= 0)
            close(fd);
        free(path);
        return rc;
    }

    *report = (struct report){
        .is_open = true, .fd = fd, .path = path, .written = lseek(fd, 0, SEEK_END)};
    return OK;
}

bool report_is_in_place(const struct report *report, const struct directory *folder)
{
    return has_name(report->fd, folder);
}

int report_take_again(struct report *report, const struct directory *folder)
{
    struct stat status = {0};
    report_close(report);
    if (fstatat(folder->fd, log_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        (!S_ISREG(status.st_mode) || status.st_size > 0))
        return fail(ERR_EXISTS, "%s%s: it is another one", folder->path, log_name);

    int rc = report_open(report, folder, REPORT_AGAIN);
    if (rc || report->written == 0)
        return rc;
    report_close(report);
    return fail(ERR_EXISTS, "%s%s: it is another one", folder->path, log_name);
}
