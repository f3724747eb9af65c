/* A run of which nothing is written: what would refuse it does so here, and a few of its
 * steps say how long it will take. */
#include "train/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"

/* Whether another process trains there. */
static int check_lock(const struct directory *folder)
{
    int fd =
        openat(folder->fd, "log.jsonl", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool is_locked = fd >= 0 && file_lock(fd, 0) == FILE_LOCKED_BY_OTHER;

    if (fd >= 0)
        close(fd);
    return is_locked ? fail(ERR_EXISTS,
                            "%slog.jsonl: another process trains in this run directory "
                            "and holds its lock: wait for it, end it, or choose another "
                            "--run-dir",
                            folder->path)
                     : OK;
}

static int check_there(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;

    if (directory_open(config->run_dir, &trainer->folder))
        return fail(ERR_IO, "%s: cannot open the run directory: %s", config->run_dir,
                    strerror(errno));
    int rc = !config->resume && !config->overwrite ? trainer_refuse_run(trainer) : OK;
    return rc ? rc : check_lock(&trainer->folder);
}

int trainer_check_run_dir(struct trainer *trainer)
{
    const char *path = trainer->config->run_dir;
    char *folder = run_dir_nearest(path);
    struct stat status;
    int rc = OK;

    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        rc =
            fail(ERR_IO, "%s: cannot make the run directory: %s is a file", path, folder);
    else if (access(folder, W_OK | X_OK))
        rc = fail(ERR_IO, "%s: cannot write to the run directory: %s: %s", path, folder,
                  strerror(errno));
    if (!rc && !strcmp(folder, path))
        rc = check_there(trainer);
    if (!rc)
        rc = trainer_check_room(trainer, folder);
    free(folder);
    return rc;
}

/* What a few steps took, and a batch of validation rows. */
struct rehearsal {
    int steps;
    double step, validation; /* seconds */
    const char *nonfinite;   /* of a step; NULL: none was */
};

/* Collective. The first step meets cold memory, so it counts only where it is alone. */
static int time_steps(struct trainer *trainer, struct rehearsal *rehearsal)
{
    enum { MOST_STEPS = 8 };
    const double enough = 1; /* seconds */
    int batches = sampler_batches(&trainer->sampler), rc = OK;
    double began = seconds_now(), warm = began;

    trainer_begin_pass(trainer);
    balance_begin_epoch(&trainer->balance);
    for (int b = trainer->progress.batch; b < batches && !rc; b++) {
        struct outcome outcome;
        rc = trainer_train_batch(trainer, b, &outcome);
        if (rc)
            return rc;

        double now = seconds_now();
        int steps = ++rehearsal->steps;
        rehearsal->step = steps == 1 ? now - began : (now - warm) / (steps - 1);
        warm = steps == 1 ? now : warm;
        if (outcome.nonfinite)
            rehearsal->nonfinite = outcome.nonfinite;
        if (steps == MOST_STEPS || outcome.wish >= WISH_STOP_FOR_TIME ||
            comm_max(trainer->comm, now - began) > enough)
            break;
    }
    rehearsal->step = comm_max(trainer->comm, rehearsal->step);
    return rc;
}

/* Collective. Of all validation rows, by a batch of them. */
static int time_validation(struct trainer *trainer, struct rehearsal *rehearsal)
{
    const struct sampler *sampler = &trainer->sampler;
    int batch = sampler->config.batch_size;
    int n = sampler->n_validation < batch ? sampler->n_validation : batch;
    struct score score;
    double began = seconds_now();

    if (n == 0)
        return OK;
    int rc = trainer_evaluate(trainer, sampler->validation_part, sampler->validation, n,
                              &score);
    rehearsal->validation = (seconds_now() - began) * sampler->n_validation / n;
    return rc;
}

static void say_rehearsal(struct trainer *trainer, const struct rehearsal *rehearsal)
{
    struct report *report = &trainer->report;
    int batches = sampler_batches(&trainer->sampler), epochs = trainer->config->epochs;
    double epoch = rehearsal->step * batches + rehearsal->validation;
    char one[PROGRAM_DURATION], all[PROGRAM_DURATION];

    program_duration(epoch, one);
    program_duration(epoch * (epochs - trainer->progress.epoch), all);
    report_say(report, "time     %d of %d steps took %.3g ms each: an epoch about %s,",
               rehearsal->steps, batches, 1e3 * rehearsal->step, one);
    report_say(report, "         all %d about %s", epochs, all);
    if (rehearsal->nonfinite)
        report_say(report,
                   "warning  the %s of a step is not finite: lower --learning-rate or "
                   "set --clip-norm",
                   rehearsal->nonfinite);
}

int trainer_rehearse(struct trainer *trainer)
{
    struct rehearsal rehearsal = {.steps = 0};
    bool times = !trainer_is_linear(trainer) && !trainer_is_done(trainer);
    int rc = OK;

    if (times)
        rc = time_steps(trainer, &rehearsal);
    if (times && !rc)
        rc = time_validation(trainer, &rehearsal);
    if (rc)
        return rc;

    if (times)
        say_rehearsal(trainer, &rehearsal);
    report_say(&trainer->report, "dry run  all is well; nothing was written");
    return OK;
}
