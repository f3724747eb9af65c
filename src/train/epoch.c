#include "train/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"

static int diverged(const struct trainer *trainer, int b, const char *what)
{
    int epochs = trainer->progress.epoch;
    char *left = epochs ? xasprintf("; %s/last.h5 is the last checkpoint",
                                    trainer->config->run_dir)
                        : xstrdup("");

    int rc = fail(ERR_DIVERGED,
                  "epoch %d, batch %d: the %s is not finite%s: lower --learning-rate or "
                  "set --clip-norm; its rows are in %s/log.jsonl%s",
                  epochs + 1, b + 1, what,
                  trainer->progress.rollbacks
                      ? ", also with a smaller rate from the epoch's beginning on"
                      : "",
                  trainer->config->run_dir, left);
    free(left);
    return rc;
}

/* Collective. Logs the batch, whose rows are those of the sampler's lanes, and does what
 * --on-nan says. */
static int meet_nonfinite(struct trainer *trainer, int b, const struct outcome *outcome)
{
    enum { MOST_ROLLBACKS = 3 };
    static const char *const actions[] = {"stop", "skip", "rollback"};
    struct progress *progress = &trainer->progress;
    enum on_nan on_nan = trainer->config->on_nan;

    if (on_nan == ON_NAN_ROLLBACK && progress->rollbacks >= MOST_ROLLBACKS)
        on_nan = ON_NAN_STOP;

    struct report_nonfinite bad = {.epoch = progress->epoch + 1,
                                   .batch = b + 1,
                                   .step = progress->step,
                                   .what = outcome->nonfinite,
                                   .action = actions[on_nan],
                                   .rows = trainer->sampler.lanes,
                                   .n = outcome->n};
    if (trainer_has_moved(trainer))
        return trainer_end_moved(trainer);

    int rc = comm_agree(trainer->comm, report_nonfinite(&trainer->report, &bad));
    if (rc)
        return rc;

    switch (on_nan) {
    case ON_NAN_SKIP:
        progress->skipped++;
        progress->batch = b + 1;
        return OK;
    case ON_NAN_ROLLBACK:
        return trainer_begin_epoch_again(trainer);
    default:
        return diverged(trainer, b, outcome->nonfinite);
    }
}

/* Of the epoch so far, whose score holds sums. */
static double mean_loss(const struct progress *progress)
{
    return progress->score.n ? progress->score.loss / progress->score.n : 0;
}

static void say_status(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    if (!signals_status_asked() || trainer->comm->rank != 0)
        return;
    report_tell(
        &trainer->report,
        "epoch %d of %d, batch %d of %d, step %lld: loss %.4f, acc %.4f; best epoch "
        "%d; last checkpoint %.0f s ago",
        progress->epoch + 1, trainer->config->epochs, progress->batch,
        sampler_batches(&trainer->sampler), (long long)progress->step,
        mean_loss(progress), score_accuracy(&progress->score), progress->best_epoch,
        seconds_now() - trainer->saved_at);
}

/* Every --log-every steps of the run; what it says no number of ranks changes. */
static int log_step(struct trainer *trainer, const struct outcome *outcome)
{
    const struct progress *progress = &trainer->progress;
    int64_t every = trainer->config->log_every;
    if (every <= 0 || progress->step % every)
        return OK;

    const struct report_step step = {
        .epoch = progress->epoch + 1,
        .batch = progress->batch,
        .batches = sampler_batches(&trainer->sampler),
        .step = progress->step,
        .batch_loss = outcome->loss,
        .loss = mean_loss(progress),
        .acc = score_accuracy(&progress->score),
        .learning_rate = optim_rate(&trainer->optim.config, progress->step - 1),
    };
    return report_step(&trainer->report, &step);
}

/* What follows a batch: the run goes on, saves, or ends. */
static int after_batch(struct trainer *trainer, int b, const struct outcome *outcome)
{
    const struct progress *progress = &trainer->progress;
    int batches = sampler_batches(&trainer->sampler), rc = OK;
    if (outcome->nonfinite)
        rc = meet_nonfinite(trainer, b, outcome);
    if (rc)
        return rc;

    if (!outcome->nonfinite)
        rc = log_step(trainer, outcome);
    if (rc)
        return rc;
    report_progress(&trainer->report, progress->epoch + 1, trainer->config->epochs, b + 1,
                    batches, mean_loss(progress));
    say_status(trainer);
    if (outcome->wish >= WISH_STOP_FOR_TIME)
        return trainer_stop(trainer, outcome->wish);
    if (outcome->wish != WISH_SAVE || b + 1 == batches)
        return OK;
    return trainer_has_moved(trainer) ? trainer_end_moved(trainer)
                                      : trainer_checkpoint(trainer, false);
}

/* From the batch on that comes next; `score` gets the means. *rows counts those of this
 * start, rolled back or not. */
static int train_epoch(struct trainer *trainer, struct score *score, int64_t *rows)
{
    struct progress *progress = &trainer->progress;
    int batches = sampler_batches(&trainer->sampler), rc = OK;
    trainer_begin_pass(trainer);
    balance_begin_epoch(&trainer->balance);
    while (progress->batch < batches && !rc) {
        struct outcome outcome;
        double began = seconds_now();
        int b = progress->batch;
        rc = trainer_train_batch(trainer, b, &outcome);
        if (rc)
            return trainer_end_unread(trainer, rc);
        pace_note(&trainer->pace.step, began);
        *rows += outcome.n;
        rc = after_batch(trainer, b, &outcome);
    }

    trainer_settle(trainer);
    if (!rc && progress->score.n == 0)
        rc = fail(ERR_DIVERGED,
                  "epoch %d: no batch had a finite loss and gradient, all were skipped",
                  progress->epoch + 1);
    *score = progress->score;
    score->loss = mean_loss(progress);
    return rc;
}

static int validate(struct trainer *trainer, struct judgement *validation)
{
    const struct sampler *sampler = &trainer->sampler;
    const struct judged_rows rows = {sampler->validation_part, sampler->validation,
                                     sampler->n_validation};
    double began = seconds_now();
    int rc = OK;
    if (trainer->progress.is_refitted) /* and so has learnt them */
        return OK;
    if (trainer->optim.average)
        model_pack(trainer->model, trainer->optim.average);
    if (sampler->n_validation > 0)
        rc = trainer_judge(trainer, &rows, &trainer->heard, validation);
    if (trainer->optim.average)
        model_pack(trainer->model, trainer->weights);
    if (rc)
        return trainer_end_unread(trainer, rc);
    pace_note(&trainer->pace.validation, began);
    return OK;
}

static void add_history(struct trainer *trainer, const struct score *train,
                        const struct judgement *judgement, uint64_t hash)
{
    const struct score *validation = &judgement->score;
    enum monitor monitor = trainer->progress.monitor;
    char text[17];
    program_hex(hash, text);
    json_t *line = json_pack("{s:f,s:f,s:f,s:f,s:s}", "loss", train->loss, "acc",
                             score_accuracy(train), "val_loss", validation->loss,
                             "val_acc", score_accuracy(validation), "weights", text);

    if (trainer_is_linear(trainer))
        trainer_add_trial(trainer, line);
    if (trainer->data.facts.multi_label) {
        json_object_set_new(line, "f1", json_real(score_f1(train)));
        json_object_set_new(line, "val_f1", json_real(score_f1(validation)));
    }
    if (monitor_figure(monitor) < JUDGE_FIGURES)
        json_object_set_new(line, monitor_names[monitor],
                            json_real(trainer_watched_figure(trainer, judgement)));
    json_array_append_new(trainer->progress.history, line);
}

/* Rank 0. A resumed run that comes to the same best again leaves best.h5 as it is, and so
 * the generation before it. */
static int record_best(struct trainer *trainer, const struct report_epoch *epoch)
{
    int rc = OK;
    if (epoch->improved && trainer->best_file != epoch->weights)
        rc = trainer_save_best(trainer);
    if (!rc && epoch->improved)
        trainer->best_file = epoch->weights;
    return rc;
}

/* Collective. Rank 0 writes what the epoch gave: best and the log before last, which
 * knows how long the log is. */
static int record_epoch(struct trainer *trainer, struct report_epoch *epoch,
                        const struct score *train, const struct judgement *validation)
{
    struct comm *comm = trainer->comm;
    bool is_first = comm->rank == 0, has_moved = false;
    int rc = trainer_check_replicas(trainer);
    if (!rc)
        has_moved = trainer_has_moved(trainer);

    double began = trace_begin();
    if (!rc && is_first) {
        epoch->weights = params_hash(trainer->params, trainer_model_weights(trainer));
        add_history(trainer, train, validation, epoch->weights);
    }
    if (!rc && is_first && !has_moved)
        rc = record_best(trainer, epoch);
    if (!rc)
        rc = report_epoch(&trainer->report, epoch);
    if (is_first)
        trace_end(TRACE_CHECKPOINT, began);

    rc = comm_agree(comm, rc);
    if (rc)
        return rc;
    return has_moved ? trainer_end_moved(trainer) : trainer_save(trainer, false);
}

/* The same of a linear model, whose epoch is a fit. */
static int fit_epoch(struct trainer *trainer, struct score *score, int64_t *rows,
                     struct report_trial *trial)
{
    const struct sampler *sampler = &trainer->sampler;

    int rc = trainer_fit_trial(trainer, trial);
    if (!rc)
        rc = trainer_evaluate(trainer, DATASET_TRAIN, sampler->train, sampler->n_train,
                              score);
    *rows = (int64_t)trial->passes * sampler->n_train;
    return rc;
}

/* What an epoch took in this start. */
struct effort {
    int64_t rows;
    double seconds, communicated;
};

static double gflops_of(const struct trainer *trainer, const struct effort *effort)
{
    double flops = trainer->epoch_flops * (double)effort->rows / trainer->sampler.n_train;
    return flops / effort->seconds * 1e-9;
}

/* Collective. Where the core is faster than it was then; and where others were at work,
 * if that takes little of an epoch. */
static void probe_again(struct trainer *trainer, const struct effort *effort)
{
    const double share = 0.01;
    double seconds = comm_max(trainer->comm, effort->seconds);
    bool is_short = trainer->probe_seconds < share * seconds;

    if (comm_max(trainer->comm, gflops_of(trainer, effort)) > trainer->peak_gflops)
        trainer_probe(trainer, PROBE_MOST);
    else if (trainer_was_busy(trainer) && is_short)
        trainer_probe(trainer, trainer_probe_size(trainer));
}

/* What is watched, where the line for people has not got it already. */
static const char *watched_beside(const struct trainer *trainer)
{
    enum monitor monitor = trainer->progress.monitor;
    bool has_f1 = trainer->data.facts.multi_label; /* where others have val_acc */
    bool is_there = monitor == (has_f1 ? MONITOR_VAL_F1 : MONITOR_VAL_ACC);
    bool is_figure =
        monitor == MONITOR_VAL_ACC || monitor_figure(monitor) < JUDGE_FIGURES;

    return is_figure && !is_there ? monitor_names[monitor] : NULL;
}

static struct report_epoch describe(const struct trainer *trainer,
                                    const struct score *train,
                                    const struct judgement *judgement,
                                    const struct effort *effort)
{
    const struct score *validation = &judgement->score;
    double seconds = effort->seconds, rows = (double)effort->rows;

    return (struct report_epoch){
        .epoch = trainer->progress.epoch,
        .epochs = trainer->config->epochs,
        .loss = train->loss,
        .acc = score_accuracy(train),
        .val_loss = validation->loss,
        .val_acc = score_accuracy(validation),
        .validated = trainer->sampler.n_validation > 0 && !trainer->progress.is_refitted,
        .n_validation = validation->n,
        .multi_label = trainer->data.facts.multi_label,
        .f1 = score_f1(train),
        .val_f1 = score_f1(validation),
        .figures = judgement->value,
        .watched = watched_beside(trainer),
        .one_class = score_one_class(validation, &trainer->data.facts),
        .learning_rate = optim_rate(&trainer->optim.config, trainer->progress.step - 1),
        .seconds = seconds,
        .samples_per_s = rows / seconds,
        .gflops = gflops_of(trainer, effort),
        .peak_gflops = trainer->peak_gflops,
        .comm_share = effort->communicated / seconds,
        .imbalance = balance_imbalance(&trainer->balance),
    };
}

int trainer_run_epoch(struct trainer *trainer)
{
    struct progress *progress = &trainer->progress;
    double start = seconds_now(), communicated = comm_seconds(trainer->comm);
    struct effort effort = {0};
    struct score train = {0};
    struct judgement validation = trainer_no_judgement();
    struct report_trial trial = {.scaling = NULL};
    int rc = trainer_is_linear(trainer) ? fit_epoch(trainer, &train, &effort.rows, &trial)
                                        : train_epoch(trainer, &train, &effort.rows);
    if (!rc)
        rc = validate(trainer, &validation);
    if (rc)
        return rc;

    effort.seconds = seconds_now() - start;
    effort.communicated = comm_seconds(trainer->comm) - communicated;
    progress->epoch++;
    progress->batch = 0;
    progress->score = (struct score){0};

    probe_again(trainer, &effort);
    struct report_epoch epoch = describe(trainer, &train, &validation, &effort);
    epoch.trial = trial;
    if (epoch.watched)
        epoch.watched_value = trainer_watched_figure(trainer, &validation);
    epoch.improved = trainer_update_best(trainer, &train, &validation);
    trainer_keep_heard(trainer, epoch.improved);
    epoch.is_spared = !epoch.improved && trainer_spares(trainer, &validation.score);
    rc = record_epoch(trainer, &epoch, &train, &validation);
    return rc ? rc : trainer_write_trace(trainer);
}
