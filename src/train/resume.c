#include "train/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/h5.h"

static const char *const generations[] = {"last.h5", "last.prev.h5"};

static bool is_damage(int rc)
{
    return rc == ERR_FORMAT || rc == ERR_IO;
}

/* A damaged last.h5 must not become the previous generation: the good one is that now. */
static void put_aside(struct trainer *trainer)
{
    if (directory_rename(&trainer->folder, "last.h5", "last.damaged.h5"))
        report_tell(&trainer->report, "%s", fail_message());
}

/* Rank 0: the newest generation that is whole. A run whose options or data are others, or
 * whose files have lost their seal, is not tried in its older generation. */
static int find_generation(struct trainer *trainer, struct resumed *resumed)
{
    char *damage = NULL;
    int rc = OK;
    for (size_t i = 0; i < COUNT_OF(generations) && !resumed->from; i++) {
        const char *name = generations[i];
        if (!directory_has(&trainer->folder, name))
            continue;

        rc = trainer->data.is_unsealed
                 ? h5_refuse_unsealed(trainer->config->data)
                 : trainer_load_generation(trainer, name, &resumed->log_bytes);
        if (!rc)
            resumed->from = directory_path(&trainer->folder, name);
        else if (is_damage(rc) && !damage)
            damage = xstrdup(fail_message());
        if (rc && !is_damage(rc))
            break;
    }

    if (!rc && resumed->from && damage)
        report_tell(&trainer->report, "%s: going on from %s", damage, resumed->from);
    if (!rc && resumed->from && damage && !trainer->config->dry_run)
        put_aside(trainer);
    free(damage);
    return rc;
}

/* The learning rate follows the number of rollbacks. */
static void set_rate(struct trainer *trainer)
{
    trainer->optim.config.learning_rate =
        ldexp(trainer->config->optim.learning_rate, -trainer->progress.rollbacks);
}

/* Collective. */
static void share_progress(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    json_t *history = trainer->progress.history;
    comm_broadcast(comm, &trainer->progress, sizeof trainer->progress);
    trainer->progress.history = history; /* rank 0 keeps it */
    if (trainer_is_linear(trainer))
        trainer_share_trials(trainer);
    trainer_share_array(trainer, trainer->weights);
    trainer_share_array(trainer, trainer->best_weights);
    for (int i = 0; i < trainer->optim.n_slots; i++)
        trainer_share_array(trainer, trainer->optim.slot[i]);
    if (trainer->optim.average)
        trainer_share_array(trainer, trainer->optim.average);
    optim_start_table(&trainer->optim, false);
    trainer_sync_weights(trainer);
    trainer->optim.n_before = trainer->progress.moments_steps;
    model_pack(trainer->model, trainer->weights);
    set_rate(trainer);
}

/* Rank 0. What a resumed run needs beside last.h5 and may have lost. */
static int mend_files(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    int rc = OK;
    if (progress->batch == 0)
        rc = trainer_mark_epoch(trainer, strrchr(trainer->resumed.from, '/') + 1);
    if (!rc && progress->best_hash != 0 && trainer->best_file != 0 &&
        trainer->best_file != progress->best_hash && trainer_saves_behind(trainer)) {
        rc = trainer_save_best(trainer); /* ended before it was a name of last.h5 */
        trainer->best_file = progress->best_hash;
    }
    if (!rc && progress->best_hash != 0 && trainer->best_file == 0) {
        report_tell(&trainer->report, "%s/best.h5 cannot be read: it is written again",
                    trainer->config->run_dir);
        rc = trainer_save_best(trainer);
        trainer->best_file = progress->best_hash;
    }
    return rc;
}

bool trainer_can_resume(const struct trainer *trainer)
{
    struct directory folder = {-1, NULL};
    bool can = false;
    if (trainer->comm->rank == 0 && !directory_open(trainer->config->run_dir, &folder))
        for (size_t i = 0; i < COUNT_OF(generations); i++)
            can |= directory_has(&folder, generations[i]);
    directory_close(&folder);
    comm_broadcast(trainer->comm, &can, sizeof can);
    return can;
}

int trainer_resume(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct resumed *resumed = &trainer->resumed;
    bool is_there = comm->rank == 0 && trainer->folder.path; /* not of a dry run */
    int rc = comm_agree_resting(comm, is_there ? find_generation(trainer, resumed) : OK);
    if (rc)
        return rc;

    resumed->is_resumed = resumed->from != NULL;
    if (resumed->is_resumed)
        resumed->is_finished = trainer_is_done(trainer) &&
                               (trainer->config->dry_run ||
                                report_has_ended(&trainer->report, resumed->log_bytes));

    comm_broadcast(comm, &resumed->is_resumed, sizeof resumed->is_resumed);
    comm_broadcast(comm, &resumed->is_finished, sizeof resumed->is_finished);
    if (resumed->is_resumed)
        share_progress(trainer);
    if (comm->rank == 0 && resumed->is_resumed && !resumed->is_finished &&
        !trainer->config->dry_run)
        rc = mend_files(trainer);
    return comm_agree(comm, rc);
}

/* Rank 0. */
static int load_epoch(struct trainer *trainer)
{
    int epoch = trainer->progress.epoch;
    int64_t log_bytes = 0;
    int rc = trainer_await_save(trainer);
    if (!rc)
        rc = trainer_load_generation(trainer, "epoch.h5", &log_bytes);
    if (!rc && (trainer->progress.epoch != epoch || trainer->progress.batch != 0))
        rc = fail(ERR_FORMAT, "%sepoch.h5: it is not of the end of epoch %d",
                  trainer->folder.path, epoch);
    if (rc)
        rc = fail(ERR_DIVERGED, "epoch %d cannot begin again: %s", epoch + 1,
                  fail_message());
    return rc;
}

int trainer_begin_epoch_again(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    const struct progress before = trainer->progress;
    int rc = OK;

    if (before.epoch == 0) {
        rc = trainer_begin(trainer);
        /* by these the run began, which may have been another start's options */
        trainer->progress.monitor = before.monitor;
        trainer->progress.spares_one_class = before.spares_one_class;
    } else {
        rc = comm_agree(comm, comm->rank == 0 ? load_epoch(trainer) : OK);
        if (!rc)
            share_progress(trainer);
    }

    trainer->progress.rollbacks = before.rollbacks + 1;
    set_rate(trainer);
    return rc;
}
