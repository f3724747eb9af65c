#include "train/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One step. */

/* Collective. The epoch's order is that of the stream. */
static void begin_pass(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    sampler_begin_epoch(&trainer->sampler, trainer->progress.epoch);
    if (trainer->stream)
        stream_begin(trainer->stream, DATASET_TRAIN, sampler->order, sampler->n_train,
                     sampler_window_rows(sampler));
}

/* Collective. The ids of batch b's rows, NULL where they are in the data set. */
static int fetch_ids(struct trainer *trainer, int b, const void **ids)
{
    const struct sampler *sampler = &trainer->sampler;
    int64_t first = (int64_t)b * sampler->config.batch_size;
    const void *window = NULL;
    *ids = NULL;
    if (!trainer->stream)
        return OK;
    int rows = sampler_window_rows(sampler);
    int rc = stream_window(trainer->stream, (int)(first / rows), &window);
    *ids =
        (const char *)window + (size_t)(first % rows) * dataset_row_bytes(&trainer->data);
    return rc;
}

/* Computes this rank's lanes of batch b and leaves their gradients in the tree. */
static void compute_lanes(struct trainer *trainer, int b, const void *ids)
{
    const struct sampler *sampler = &trainer->sampler;
    size_t row_bytes = dataset_row_bytes(&trainer->data);
    int rank = trainer->comm->rank;
    for (int l = trainer->first[rank]; l < trainer->first[rank + 1]; l++) {
        int start = sampler->lane_start[l];
        struct lane lane = {&trainer->data.part[DATASET_TRAIN], sampler->lanes + start,
                            sampler->lane_start[l + 1] - start,
                            ids ? (const char *)ids + (size_t)start * row_bytes : NULL};
        double began = seconds_now();
        struct comm_lane gradient = comm_sum_next(trainer->sum);
        struct lane_result result = model_gradient(
            trainer->model, &lane, sampler->config.seed, (uint32_t)trainer->progress.step,
            gradient.values, gradient.touched);
        test_hooks_gradient(trainer, b, gradient);
        comm_sum_push(trainer->sum, l);
        double *values = &trainer->lane_values[l * LANE_WIDTH];
        values[LANE_LOSS] = result.loss;
        values[LANE_CORRECT] = (double)result.correct;
        values[LANE_WORK] = model_positions(trainer->model, &lane, true);
        values[LANE_SECONDS] = seconds_now() - began;
        values[LANE_WISH] = trainer_wish(trainer, b);
    }
}

/* What all ranks' wishes come to: the same on every rank. */
static int greatest_wish(const struct trainer *trainer, int n_lanes)
{
    double wish = WISH_NONE;
    for (int l = 0; l < n_lanes; l++)
        wish = fmax(wish, trainer->lane_values[l * LANE_WIDTH + LANE_WISH]);
    return (int)wish;
}

/* What a batch came to. */
struct outcome {
    int n; /* rows */
    int wish;
    const char *nonfinite; /* what is, or NULL; weights are then as they were */
};

/* One batch: loss and hits are added to the epoch's. */
static struct outcome train_batch(struct trainer *trainer, int b, const void *ids)
{
    int n_lanes = 0;
    struct outcome outcome = {.n = sampler_batch(&trainer->sampler, b, &n_lanes)};
    balance_ranges(&trainer->balance, n_lanes, trainer->first);
    test_hooks_ranges(trainer, n_lanes);
    compute_lanes(trainer, b, ids);
    comm_gather_lanes(trainer->comm, trainer->lane_values, LANE_WIDTH, trainer->first);
    balance_observe(&trainer->balance, trainer->first, trainer->lane_values + LANE_WORK,
                    trainer->lane_values + LANE_SECONDS, LANE_WIDTH);
    outcome.wish = greatest_wish(trainer, n_lanes);
    const real *gradient = comm_sum_finish(trainer->sum, trainer->first);
    double loss = comm_tree_sum(trainer->lane_values + LANE_LOSS, n_lanes, LANE_WIDTH);
    if (!isfinite(loss)) {
        outcome.nonfinite = "loss";
        return outcome;
    }
    double began = trace_begin();
    if (!isfinite(optim_apply(&trainer->optim, trainer->progress.step, gradient,
                              outcome.n, trainer->weights))) {
        outcome.nonfinite = "gradient";
        return outcome;
    }
    test_hooks_weights(trainer, b);
    model_pack(trainer->model, trainer->weights);
    trace_end(TRACE_UPDATE, began);
    struct progress *progress = &trainer->progress;
    progress->step++;
    progress->batch = b + 1;
    progress->score.loss += loss;
    progress->score.correct +=
        (int64_t)comm_tree_sum(trainer->lane_values + LANE_CORRECT, n_lanes, LANE_WIDTH);
    progress->score.n += outcome.n;
    return outcome;
}

/* Numbers that are not finite. */

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

/* One epoch. */

static void note_longest(double *longest, double began)
{
    *longest = fmax(*longest, seconds_now() - began);
}

/* Collective. last.h5, of replicas that were compared; where it `must` succeed, a failure
 * ends the run. */
static int save(struct trainer *trainer, bool must)
{
    double began = seconds_now();
    int rc = comm_agree(trainer->comm,
                        trainer->comm->rank == 0 ? trainer_save_last(trainer, must) : OK);
    note_longest(&trainer->pace.save, began);
    trainer->saved_at = seconds_now();
    return rc;
}

/* Collective. */
static int checkpoint(struct trainer *trainer, bool must)
{
    int rc = trainer_check_replicas(trainer);
    return rc ? rc : save(trainer, must);
}

/* Collective. Ends the run with a checkpoint, to be gone on with. */
static int end_stopped(struct trainer *trainer)
{
    int rc = checkpoint(trainer, true);
    return rc ? rc
              : comm_agree(trainer->comm, report_end(&trainer->report, "stopped", NULL));
}

/* Collective. */
static int stop(struct trainer *trainer, int wish)
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

/* Collective. Rows cannot be read: what was trained with the others is kept. */
static int end_unread(struct trainer *trainer, int rc)
{
    char *message = xstrdup(fail_message());
    int ended = end_stopped(trainer);
    rc = ended
             ? fail(rc, "%s; the run cannot be kept either: %s", message, fail_message())
             : fail(rc, "%s; then go on with --resume from batch %d of epoch %d", message,
                    trainer->progress.batch + 1, trainer->progress.epoch + 1);
    free(message);
    return rc;
}

/* Of the epoch so far, whose score holds sums. */
static double mean_loss(const struct progress *progress)
{
    return progress->score.n ? progress->score.loss / progress->score.n : 0;
}

static void say_status(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    if (!trainer_status_asked() || trainer->comm->rank != 0)
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

/* From the batch on that comes next; `score` gets the means. *rows counts those of this
 * start, rolled back or not. */
static int train_epoch(struct trainer *trainer, struct score *score, int64_t *rows)
{
    struct progress *progress = &trainer->progress;
    int batches = sampler_batches(&trainer->sampler), rc = OK;
    begin_pass(trainer);
    balance_begin_epoch(&trainer->balance);
    while (progress->batch < batches && !rc) {
        int b = progress->batch;
        double began = seconds_now();
        const void *ids = NULL;
        rc = fetch_ids(trainer, b, &ids);
        if (rc) {
            rc = end_unread(trainer, rc);
            break;
        }
        struct outcome outcome = train_batch(trainer, b, ids);
        note_longest(&trainer->pace.step, began);
        *rows += outcome.n;
        if (outcome.nonfinite)
            rc = meet_nonfinite(trainer, b, &outcome);
        if (rc)
            break;
        report_progress(&trainer->report, progress->epoch + 1, trainer->config->epochs,
                        b + 1, batches, mean_loss(progress));
        say_status(trainer);
        if (outcome.wish >= WISH_STOP_FOR_TIME)
            rc = stop(trainer, outcome.wish);
        else if (outcome.wish == WISH_SAVE && b + 1 < batches)
            rc = checkpoint(trainer, false);
    }
    if (!rc && progress->score.n == 0)
        rc = fail(ERR_DIVERGED,
                  "epoch %d: no batch had a finite loss and gradient, all were skipped",
                  progress->epoch + 1);
    *score = progress->score;
    score->loss = mean_loss(progress);
    return rc;
}

static int evaluate_part(struct trainer *trainer, enum dataset_part part,
                         const int32_t *rows, int n, struct score *score)
{
    const struct sampler_config *config = &trainer->config->sampler;
    const struct evaluator evaluator = {trainer->comm,   &trainer->balance,
                                        trainer->model,  config->lane_rows,
                                        trainer->stream, config->window_rows};
    return evaluate(&evaluator, &trainer->data, part, rows, n, score);
}

/* The monitored value, greater being better. Accuracies are ratios of integers over the
 * same n, so equal counts are equal values. */
static double monitored(const struct trainer *trainer, const struct score *train,
                        const struct score *validation)
{
    switch (trainer->config->monitor) {
    case MONITOR_VAL_ACC:
        return score_accuracy(validation);
    case MONITOR_VAL_LOSS:
        return -validation->loss;
    case MONITOR_ACC:
        return score_accuracy(train);
    default:
        return -train->loss;
    }
}

/* Keras's EarlyStopping: better means strictly better by more than min_delta. */
static bool update_best(struct trainer *trainer, double value)
{
    struct progress *progress = &trainer->progress;
    bool improved = value - trainer->config->min_delta > progress->best;
    progress->wait = improved ? 0 : progress->wait + 1;
    if (improved) {
        progress->best = value;
        progress->best_epoch = progress->epoch;
        progress->best_hash = params_hash(trainer->params, trainer->weights);
        memcpy(trainer->best_weights, trainer->weights,
               trainer->params->size * sizeof(real));
    }
    return improved;
}

static void add_history(struct trainer *trainer, const struct score *train,
                        const struct score *validation, uint64_t hash)
{
    char text[17];
    program_hex(hash, text);
    json_array_append_new(trainer->progress.history,
                          json_pack("{s:f,s:f,s:f,s:f,s:s}", "loss", train->loss, "acc",
                                    score_accuracy(train), "val_loss", validation->loss,
                                    "val_acc", score_accuracy(validation), "weights",
                                    text));
}

/* Rank 0 writes what the epoch gave: best and the log before last, which knows how long
 * the log is. A resumed run that comes to the same best again
 * leaves best.h5 as it is, and so the generation before it. */
static int record_best(struct trainer *trainer, struct report_epoch *epoch,
                       const struct score *train, const struct score *validation)
{
    epoch->weights = params_hash(trainer->params, trainer->weights);
    add_history(trainer, train, validation, epoch->weights);
    int rc = OK;
    if (epoch->improved && trainer->best_file != epoch->weights)
        rc = trainer_save_best(trainer);
    if (!rc && epoch->improved)
        trainer->best_file = epoch->weights;
    return rc ? rc : report_epoch(&trainer->report, epoch);
}

/* Collective. */
static int record_epoch(struct trainer *trainer, struct report_epoch *epoch,
                        const struct score *train, const struct score *validation)
{
    int rc = trainer_check_replicas(trainer);
    double began = trace_begin();
    if (!rc && trainer->comm->rank == 0)
        rc = record_best(trainer, epoch, train, validation);
    if (trainer->comm->rank == 0)
        trace_end(TRACE_CHECKPOINT, began);
    rc = comm_agree(trainer->comm, rc);
    return rc ? rc : save(trainer, false);
}

/* Collective. All ranks' spans since the last call into the trace, if there is one. */
static int write_trace(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    const struct trace_span *mine = NULL;
    int rc = OK;
    if (!trainer->config->trace)
        return OK;
    size_t n = trace_take(&mine) * sizeof *mine;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    char *all = comm_gather_bytes(comm, mine, n, counts), *from = all;
    for (int r = 0; r < comm->size && comm->rank == 0 && !rc; from += counts[r++])
        rc = trace_file_add(trainer->trace, r, (const struct trace_span *)(void *)from,
                            counts[r] / sizeof *mine);
    free(all);
    free(counts);
    return comm_agree(comm, rc);
}

static int run_epoch(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    double start = seconds_now(), communicated = comm_seconds(trainer->comm);
    int64_t rows = 0;
    struct score train, validation = {0};
    int rc = train_epoch(trainer, &train, &rows);
    if (rc)
        return rc;
    double trained = seconds_now();
    if (sampler->n_validation > 0)
        rc = evaluate_part(trainer, sampler->validation_part, sampler->validation,
                           sampler->n_validation, &validation);
    if (rc)
        return end_unread(trainer, rc);
    note_longest(&trainer->pace.validation, trained);
    double seconds = seconds_now() - start;
    trainer->progress.epoch++;
    trainer->progress.batch = 0;
    trainer->progress.score = (struct score){0};
    bool improved = update_best(trainer, monitored(trainer, &train, &validation));
    double gflops =
        trainer->epoch_flops * (double)rows / sampler->n_train / seconds * 1e-9;
    struct report_epoch epoch = {
        .epoch = trainer->progress.epoch,
        .epochs = trainer->config->epochs,
        .loss = train.loss,
        .acc = score_accuracy(&train),
        .val_loss = validation.loss,
        .val_acc = score_accuracy(&validation),
        .validated = sampler->n_validation > 0,
        .improved = improved,
        .learning_rate = optim_rate(&trainer->optim.config, trainer->progress.step - 1),
        .seconds = seconds,
        .samples_per_s = (double)rows / seconds,
        .gflops = gflops,
        .peak_share = gflops / trainer->peak_gflops,
        .comm_share = (comm_seconds(trainer->comm) - communicated) / seconds,
        .imbalance = balance_imbalance(&trainer->balance),
    };
    rc = record_epoch(trainer, &epoch, &train, &validation);
    return rc ? rc : write_trace(trainer);
}

/* The run. */

static int end_report(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    bool early = trainer_stops_early(trainer);
    char *text =
        early ? xasprintf("stopped after epoch %d: no improvement in %d epochs, best "
                          "was epoch %d",
                          progress->epoch, progress->wait, progress->best_epoch)
              : xasprintf("all %d epochs done, best was epoch %d", progress->epoch,
                          progress->best_epoch);
    int rc = report_end(&trainer->report, early ? "early_stopping" : "epochs", text);
    free(text);
    return comm_agree(trainer->comm, rc);
}

/* The message of the divergence stays the last one, unless the log cannot be written. */
static int end_diverged(struct trainer *trainer)
{
    char *message = xstrdup(fail_message());
    int rc = comm_agree(trainer->comm, report_end(&trainer->report, "diverged", NULL));
    if (!rc)
        rc = fail(ERR_DIVERGED, "%s", message);
    free(message);
    return rc;
}

static int test_weights(struct trainer *trainer, const char *which, int epoch,
                        const real *weights)
{
    const struct sampler *sampler = &trainer->sampler;
    if (sampler->n_test == 0)
        return OK;
    model_pack(trainer->model, weights);
    struct score score;
    int rc = evaluate_part(trainer, DATASET_TEST, sampler->test, sampler->n_test, &score);
    if (rc)
        return rc;
    return comm_agree(trainer->comm,
                      report_test(&trainer->report, which, epoch, score.loss,
                                  score_accuracy(&score), score.n));
}

/* Collective. What could not be saved before must be saved now. */
static int save_at_last(struct trainer *trainer)
{
    bool tries = trainer->comm->rank == 0 && !trainer->is_saved;
    return comm_agree(trainer->comm, tries ? trainer_save_last(trainer, true) : OK);
}

static int run_all(struct trainer *trainer)
{
    int rc = trainer_set_up(trainer);
    if (!rc)
        rc = trainer_start_report(trainer);
    if (rc || trainer->resumed.is_finished)
        return rc;
    while (!rc && !trainer_is_done(trainer))
        rc = run_epoch(trainer);
    if (rc == ERR_DIVERGED)
        return end_diverged(trainer);
    if (!rc)
        rc = test_weights(trainer, "best", trainer->progress.best_epoch,
                          trainer->best_weights);
    if (!rc)
        rc = test_weights(trainer, "last", trainer->progress.epoch, trainer->weights);
    if (!rc)
        rc = save_at_last(trainer);
    if (!rc)
        rc = write_trace(trainer);
    if (!rc)
        rc = end_report(trainer);
    if (!rc)
        report_say(&trainer->report, "result   the %s weights: %s/%s.h5",
                   trainer->config->result_is_last ? "last" : "best",
                   trainer->config->run_dir,
                   trainer->config->result_is_last ? "last" : "best");
    return rc;
}

int trainer_run(struct comm *comm, const struct trainer_config *config,
                const struct test_hooks *hooks)
{
    struct trainer trainer = {.config = config, .hooks = hooks, .comm = comm};
    int rc = run_all(&trainer), closed = trace_file_close(trainer.trace);
    if (!rc)
        rc = comm_agree(comm, closed);
    trainer_tear_down(&trainer);
    return rc;
}
