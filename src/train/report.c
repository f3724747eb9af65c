#include "train/report_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"

/* The log's bytes with a 0 behind them, the caller's; NULL: it cannot be read. */
static char *read_log(const struct report *report, size_t *n)
{
    char *bytes = NULL;
    if (lseek(report->fd, 0, SEEK_SET) < 0 ||
        file_read_opened(report->fd, report->path, &bytes, n))
        return NULL;
    return bytes;
}

/* The first line of a run on these data, or of one that lost its log and was resumed; of
 * a line that was torn, its beginning. */
static bool is_first_line(const char *line, size_t n, bool is_whole, uint64_t data_hash)
{
    static const char *const events[] = {"{\"event\":\"start\"", "{\"event\":\"resume\""};
    char data[40];
    bool begins = false;

    for (size_t i = 0; i < COUNT_OF(events); i++) {
        size_t n_event = strlen(events[i]);
        begins |= !strncmp(line, events[i], n < n_event ? n : n_event);
    }
    if (!begins || !is_whole)
        return begins;

    snprintf(data, sizeof data, "\"data\":\"%016llx\"", (unsigned long long)data_hash);
    const char *found = strstr(line, data);
    return found && found < line + n;
}

int report_check_owner(const struct report *report, uint64_t data_hash)
{
    size_t n = 0;
    char *bytes = read_log(report, &n);
    if (!bytes)
        return OK; /* there is none, or its lines are lost */

    size_t n_line = n ? strcspn(bytes, "\n") : 0;
    bool is_ours = is_first_line(bytes, n_line, n_line < n, data_hash);
    free(bytes);
    return is_ours ? OK
                   : report_no_log(report->path,
                                   "its first line is not one of a run on these data");
}

bool report_has_ended(const struct report *report, int64_t from)
{
    size_t n = 0;
    char *bytes = read_log(report, &n);
    bool has_ended = false;

    if (bytes && from >= 0 && (size_t)from <= n) {
        const char *end = strstr(bytes + from, "\"event\":\"end\"");
        has_ended = end && !strstr(end, "\"reason\":\"stopped\"");
    }
    free(bytes);
    return has_ended;
}

/* Bytes up to the end of the last whole line. */
static int64_t whole_lines(const struct report *report)
{
    size_t n = 0;
    char *bytes = read_log(report, &n);
    if (!bytes)
        return report->written;

    while (n > 0 && bytes[n - 1] != '\n')
        n--;
    free(bytes);
    return (int64_t)n;
}

int report_cut(struct report *report, int64_t keep)
{
    if (report->written < keep)
        report_tell(
            report,
            "note: %s has %lld bytes, %lld when the checkpoint was written: lines "
            "of it were lost",
            report->path, (long long)report->written, (long long)keep);
    if (report->written <= keep) /* only a torn line is left to be cut */
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
    tensorboard_close(report->board);
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
    if (tensorboard_take(report->board, line))
        report_tell(report, "%s; training goes on without it", fail_message());
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
