#include "train/report.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/program.h"
#include "files/file.h"

/* mpirun gives its ranks a terminal of their own, whatever it writes to itself: look at
 * where mpirun's output goes. */
static bool reaches_terminal(FILE *console)
{
    char link[64], target[64] = "";
    if (!isatty(fileno(console)))
        return false;
    if (!getenv("OMPI_COMM_WORLD_RANK"))
        return true;
    snprintf(link, sizeof link, "/proc/%ld/fd/1", (long)getppid());
    return readlink(link, target, sizeof target - 1) > 0 &&
           (!strncmp(target, "/dev/pts/", 9) || !strncmp(target, "/dev/tty", 8));
}

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
        fprintf(stderr,
                "rnntrain: %s: its file system has no locks: see to it that no other job "
                "trains in this run directory\n",
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

void report_to_console(struct report *report, FILE *console, bool quiet)
{
    report->console = console;
    report->is_terminal = reaches_terminal(console);
    report->quiet = quiet;
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

/* The log. */

/* Infinity and NaN are no JSON. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *hex(uint64_t value)
{
    char text[17];
    program_hex(value, text);
    return json_string(text);
}

static json_t *event(const char *name)
{
    json_t *line = json_object();
    json_object_set_new(line, "event", json_string(name));
    return line;
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

/* Releases the line. A failure is returned where the line `must` be written, else told
 * and made good with the next line. */
static int write_line(struct report *report, json_t *line, bool must)
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

/* The console. */

static void clear_bar(struct report *report)
{
    if (report->bar_shown)
        fputs("\r\033[K", report->console);
    report->bar_shown = false;
}

void report_say(struct report *report, const char *format, ...)
{
    if (!report->console || report->quiet)
        return;
    va_list args;
    va_start(args, format);
    clear_bar(report);
    vfprintf(report->console, format, args);
    fputc('\n', report->console);
    fflush(report->console);
    va_end(args);
}

void report_tell(struct report *report, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    clear_bar(report);
    if (report->console)
        fflush(report->console);
    fputs("rnntrain: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void report_progress(struct report *report, int epoch, int epochs, int step, int n_steps,
                     double loss)
{
    enum { WIDTH = 30 };
    double now = seconds_now();
    if (!report->console || report->quiet || !report->is_terminal ||
        now - report->last_bar < 0.1)
        return;
    int filled = step * WIDTH / n_steps;
    fprintf(report->console, "\repoch %d/%d [%.*s%*s] %d/%d  loss %.4f\033[K", epoch,
            epochs, filled, "##############################", WIDTH - filled, "", step,
            n_steps, loss);
    fflush(report->console);
    report->last_bar = now;
    report->bar_shown = true;
}

/* Events. */

/* Where the ids are. */
static void say_data(struct report *report, const struct report_start *start)
{
    size_t mebibytes = start->data_bytes >> 20;
    if (!start->window_rows)
        report_say(report, "         all ids in memory: %zu MiB a node", mebibytes);
    else
        report_say(report,
                   "         ids read ahead, two windows of %d rows: %zu MiB a node",
                   start->window_rows, mebibytes);
    if (start->wanted_rows)
        report_say(
            report,
            "warning  a window has few of the file's chunks of %d rows, which may be "
            "all of one class: give --window-rows %d or more",
            start->chunk_rows, start->wanted_rows);
}

/* Lines, each with its '\n'; or NULL. */
static void say_beginning(struct report *report, const char *lines)
{
    for (const char *line = lines ? lines : ""; *line; line += strcspn(line, "\n") + 1)
        report_say(report, "%s%.*s", line == lines ? "begins   with " : "note     ",
                   (int)strcspn(line, "\n"), line);
}

static void say_start(struct report *report, const struct report_start *start)
{
    char train[32], validation[32], test[32], parameters[32];
    program_thousands(start->n_train, train);
    program_thousands(start->n_validation, validation);
    program_thousands(start->n_test, test);
    program_thousands((int64_t)start->parameters, parameters);
    if (start->resumed_from)
        report_say(report, "resume   epoch %d after batch %d, from %s", start->epoch,
                   start->batch, start->resumed_from);
    else
        say_beginning(report, start->beginning);
    report_say(report, "data     %s rows to train, %s to validate (%s), %s to test",
               train, validation, start->validation, test);
    say_data(report, start);
    report_say(report, "model    %s parameters, %d classes, %zu MiB a rank", parameters,
               start->classes, start->bytes >> 20);
    report_say(report, "ranks    %d on %s, %d lanes, one BLAS thread each", start->ranks,
               start->hosts, start->lanes);
    if (start->hard_sigmoid)
        report_say(report,
                   "note     best.h5 will carry Keras 2's hard_sigmoid, clip(0.2 x + "
                   "0.5); Keras 3 computes clip(x/6 + 0.5) by that name");
    if (start->shares_cores)
        report_say(report, "warning  a host has more ranks than cores: as many as it has "
                           "cores would be faster, and give the same bits");
    if (!start->reproducible)
        report_say(report,
                   "warning  sums by MPI_Allreduce: the bits depend on the ranks");
    report_say(report, "kernels  %s, SGEMM %.0f GFLOP/s on all ranks", start->kernels,
               start->peak_gflops);
    report_say(report, "epoch    about %.2g s at two thirds of that",
               start->epoch_flops / (start->peak_gflops * 1e9 * 2 / 3));
}

int report_start(struct report *report, const struct report_start *start)
{
    if (!report->is_open)
        return OK;
    json_t *line = event(start->resumed_from ? "resume" : "start");
    if (start->resumed_from) {
        json_object_set_new(line, "epoch", json_integer(start->epoch));
        json_object_set_new(line, "batch", json_integer(start->batch));
        json_object_set_new(line, "step", json_integer(start->step));
    }
    if (start->beginning && !start->resumed_from)
        json_object_set_new(
            line, "begins_with",
            json_stringn(start->beginning, strcspn(start->beginning, "\n")));
    json_object_set_new(line, "version", json_string(RNNTRAIN_VERSION));
    json_object_set_new(line, "config", json_loads(start->config, 0, NULL));
    json_object_set_new(line, "ranks", json_integer(start->ranks));
    json_object_set_new(line, "hosts", json_string(start->hosts));
    json_object_set_new(line, "lanes", json_integer(start->lanes));
    json_object_set_new(line, "reproducible", json_boolean(start->reproducible));
    json_object_set_new(line, "kernels", json_string(start->kernels));
    json_object_set_new(line, "data", hex(start->data_hash));
    json_object_set_new(line, "train", json_integer(start->n_train));
    json_object_set_new(line, "validation", json_integer(start->n_validation));
    json_object_set_new(line, "validation_rule", json_string(start->validation));
    json_object_set_new(line, "test", json_integer(start->n_test));
    json_object_set_new(line, "classes", json_integer(start->classes));
    json_object_set_new(line, "parameters", json_integer((json_int_t)start->parameters));
    json_object_set_new(line, "bytes", json_integer((json_int_t)start->bytes));
    json_object_set_new(line, "peak_gflops", number(start->peak_gflops));
    say_start(report, start);
    return write_line(report, line, true);
}

static void say_epoch(struct report *report, const struct report_epoch *epoch)
{
    char rate[32], validation[64] = "";
    program_thousands((int64_t)(epoch->samples_per_s + 0.5), rate);
    if (epoch->validated)
        snprintf(validation, sizeof validation, "  val_loss %.4f  val_acc %.4f %c",
                 epoch->val_loss, epoch->val_acc, epoch->improved ? '*' : ' ');
    report_say(report,
               "epoch %2d/%d  loss %.4f  acc %.4f%s  %.1f s  %s rows/s  %.1f GFLOP/s "
               "(%.0f %% of SGEMM, %.0f %% in communication, imbalance %.0f %%)",
               epoch->epoch, epoch->epochs, epoch->loss, epoch->acc, validation,
               epoch->seconds, rate, epoch->gflops, 100 * epoch->peak_share,
               100 * epoch->comm_share, 100 * epoch->imbalance);
}

int report_epoch(struct report *report, const struct report_epoch *epoch)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("epoch");
    json_object_set_new(line, "epoch", json_integer(epoch->epoch));
    json_object_set_new(line, "loss", number(epoch->loss));
    json_object_set_new(line, "acc", number(epoch->acc));
    if (epoch->validated) {
        json_object_set_new(line, "val_loss", number(epoch->val_loss));
        json_object_set_new(line, "val_acc", number(epoch->val_acc));
        json_object_set_new(line, "improved", json_boolean(epoch->improved));
    }
    json_object_set_new(line, "learning_rate", number(epoch->learning_rate));
    json_object_set_new(line, "seconds", number(epoch->seconds));
    json_object_set_new(line, "samples_per_s", number(epoch->samples_per_s));
    json_object_set_new(line, "gflops", number(epoch->gflops));
    json_object_set_new(line, "peak_share", number(epoch->peak_share));
    json_object_set_new(line, "comm_share", number(epoch->comm_share));
    json_object_set_new(line, "imbalance", number(epoch->imbalance));
    json_object_set_new(line, "weights", hex(epoch->weights));
    say_epoch(report, epoch);
    return write_line(report, line, false);
}

int report_nonfinite(struct report *report, const struct report_nonfinite *bad)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("nonfinite"), *rows = json_array();
    for (int i = 0; i < bad->n; i++)
        json_array_append_new(rows, json_integer(bad->rows[i]));
    json_object_set_new(line, "epoch", json_integer(bad->epoch));
    json_object_set_new(line, "batch", json_integer(bad->batch));
    json_object_set_new(line, "step", json_integer(bad->step));
    json_object_set_new(line, "what", json_string(bad->what));
    json_object_set_new(line, "action", json_string(bad->action));
    json_object_set_new(line, "rows", rows);
    if (strcmp(bad->action, "stop"))
        report_tell(report,
                    "epoch %d, batch %d: the %s is not finite: %s (its rows are in %s)",
                    bad->epoch, bad->batch, bad->what, bad->action, report->path);
    return write_line(report, line, false);
}

int report_test(struct report *report, const char *which, int epoch, double loss,
                double acc, int n)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("test");
    json_object_set_new(line, "which", json_string(which));
    json_object_set_new(line, "epoch", json_integer(epoch));
    json_object_set_new(line, "loss", number(loss));
    json_object_set_new(line, "acc", number(acc));
    json_object_set_new(line, "n", json_integer(n));
    report_say(report, "test     %s weights (epoch %d): loss %.6f  acc %.6f on %d rows",
               which, epoch, loss, acc, n);
    return write_line(report, line, false);
}

int report_end(struct report *report, const char *reason, const char *text)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("end");
    json_object_set_new(line, "reason", json_string(reason));
    if (text)
        report_say(report, "end      %s", text);
    return write_line(report, line, true);
}
