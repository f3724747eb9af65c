#include "train/report_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"

static int open_log(const char *path, bool is_new, int *fd)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (is_new ? O_EXCL : 0);
    *fd = open(path, flags, 0666);
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

int report_open(struct report *report, const char *run_dir, enum report_mode mode)
{
    int fd = -1;
    char *path = xasprintf("%s/log.jsonl", run_dir);
    int rc = open_log(path, mode == REPORT_NEW, &fd);
    if (!rc)
        rc = lock_log(fd, path, mode);
    if (!rc && mode == REPORT_OVERWRITE && ftruncate(fd, 0) != 0)
        rc = fail(ERR_IO, "%s: cannot be emptied: %s", path, strerror(errno));

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

/* Bytes up to the end of the last whole line. */
static int64_t whole_lines(const struct report *report)
{
    char *bytes = NULL;
    size_t n = 0;
    if (file_read(report->path, &bytes, &n))
        return report->written;
    while (n > 0 && bytes[n - 1] != '\n')
        n--;
    free(bytes);
    return (int64_t)n;
}

int report_cut(struct report *report, int64_t keep)
{
    if (report->written <= keep) /* lines were lost: only a torn one is left to be cut */
        keep = whole_lines(report);
    if (ftruncate(report->fd, (off_t)keep) != 0)
        return fail(ERR_IO, "%s: cannot be cut: %s", report->path, strerror(errno));
    report->written = keep;
    return OK;
}

int64_t report_bytes(const struct report *report)
{
    return report->written + (int64_t)report->n_pending;
}

void report_close(struct report *report)
{
    if (report->is_open)
        close(report->fd);
    free(report->path);
    free(report->pending);
    *report = (struct report){0};
}

/* What could not be written before is tried again, behind the last whole line. */
static int write_pending(struct report *report)
{
    if ((report->is_torn && ftruncate(report->fd, (off_t)report->written) != 0) ||
        file_append(report->fd, report->pending, report->n_pending) != 0) {
        report->is_torn = true;
        return fail(ERR_IO, "%s: cannot write: %s", report->path, strerror(errno));
    }

    report->written += (int64_t)report->n_pending;
    report->n_pending = 0;
    report->is_torn = false;
    return OK;
}

int report_write(struct report *report, json_t *line, bool must)
{
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(line);
    if (!text)
        die("a log line does not fit JSON");

    size_t n = strlen(text);
    report->pending = xrealloc(report->pending, report->n_pending + n + 2, 1);
    memcpy(report->pending + report->n_pending, text, n);
    report->pending[report->n_pending + n] = '\n';
    report->n_pending += n + 1;
    free(text);

    int rc = write_pending(report);
    if (rc && !must) {
        report_tell(report, "%s; training goes on, the next line tries again",
                    fail_message());
        rc = OK;
    }
    return rc;
}
