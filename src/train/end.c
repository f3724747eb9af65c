#include "train/private.h"

#include <math.h>
#include <stdlib.h>

#include "base/say.h"
#include "train/sparkline.h"

/* Collective. Ends the run with a checkpoint, to be gone on with. */
static int end_stopped(struct trainer *trainer)
{
    if (trainer_has_moved(trainer))
        return trainer_end_moved(trainer);

    int rc = trainer_checkpoint(trainer, true);
    return rc ? rc
              : comm_agree(trainer->comm, report_end(&trainer->report, "stopped", NULL));
}

int trainer_stop(struct trainer *trainer, int wish)
{
    const struct progress *progress = &trainer->progress;
    char *why = wish > WISH_SIGNAL ? xasprintf("by signal %d", wish - WISH_SIGNAL)
                                   : xstrdup("as its time is up");
    char *text = xasprintf("stopped %s in epoch %d after batch %d; go on with --resume",
                           why, progress->epoch + 1, progress->batch);

    int rc = end_stopped(trainer);
    if (!rc)
        rc = fail(ERR_STOPPED, "%s", text);
    free(text);
    free(why);
    return rc;
}

int trainer_end_unread(struct trainer *trainer, int rc)
{
    char *message = xstrdup(fail_message());
    int ended = end_stopped(trainer);
    if (ended == ERR_STOPPED)
        rc = fail(rc, "%s; %s", message, fail_message());
    else if (ended)
        rc = fail(rc, "%s; the run cannot be kept either: %s", message, fail_message());
    else
        rc = fail(rc, "%s; then go on with --resume from batch %d of epoch %d", message,
                  trainer->progress.batch + 1, trainer->progress.epoch + 1);
    free(message);
    return rc;
}

/* Rank 0. What was monitored, epoch by epoch. */
static void say_course(struct trainer *trainer)
{
    enum { WIDTH = 32 };
    const struct progress *progress = &trainer->progress;
    const char *name = monitor_names[progress->monitor];
    size_t n = json_array_size(progress->history);
    double *values = xcalloc(n + 1, sizeof *values), least = (double)INFINITY,
           greatest = -(double)INFINITY;

    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(json_array_get(progress->history, i), name);
        values[i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
        least = fmin(least, values[i]); /* passes over NaN */
        greatest = fmax(greatest, values[i]);
    }
    if (n > 1 && least <= greatest) {
        char *line = sparkline(values, (int)n, WIDTH, sparkline_is_unicode());
        report_say(&trainer->report, "%-8s %s  %.4f to %.4f, best in epoch %d", name,
                   line, least, greatest, progress->best_epoch);
        free(line);
    }
    free(values);
}

int trainer_end(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    bool early = trainer_stops_early(trainer);
    char *text =
        early ? xasprintf(
                    "stopped after epoch %d: no improvement in %d epoch%s by %s, best "
                    "was epoch %d",
                    progress->epoch, progress->wait, plural(progress->wait),
                    monitor_names[progress->monitor], progress->best_epoch)
              : xasprintf("%s%d epoch%s done, best was epoch %d",
                          progress->epoch == 1 ? "" : "all ", progress->epoch,
                          plural(progress->epoch), progress->best_epoch);

    if (trainer_is_linear(trainer)) {
        free(text);
        text = xasprintf("%d fit%s done, the last one is the result", progress->epoch,
                         plural(progress->epoch));
    }
    if (trainer->comm->rank == 0 && !trainer_is_linear(trainer))
        say_course(trainer);
    int rc = report_end(&trainer->report, early ? "early_stopping" : "epochs", text);
    free(text);
    return comm_agree(trainer->comm, rc);
}

int trainer_end_diverged(struct trainer *trainer)
{
    char *message = xstrdup(fail_message());
    int rc = comm_agree(trainer->comm, report_end(&trainer->report, "diverged", NULL));
    if (!rc)
        rc = fail(ERR_DIVERGED, "%s", message);
    free(message);
    return rc;
}
