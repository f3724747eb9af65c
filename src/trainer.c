#include "trainer_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rnntrain/checkpoint.h"
#include "rnntrain/evaluate.h"

/* One step. */

static int compare_ints(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

/* Which rank computes which lane; for tests others at every step. */
static void set_ranges(struct trainer *trainer, int n_lanes)
{
    int size = trainer->comm->size;
    balance_ranges(&trainer->balance, n_lanes, trainer->first);
    if (trainer->config->test_ranges == 0)
        return;
    struct rng rng = {.seed = (uint64_t)trainer->config->test_ranges,
                      .purpose = RNG_TEST,
                      .step = (uint32_t)trainer->progress.step};
    for (int r = 1; r < size; r++)
        trainer->first[r] = (int)rng_below(&rng, (uint32_t)r, (uint32_t)n_lanes + 1);
    qsort(trainer->first + 1, (size_t)size - 1, sizeof(int), compare_ints);
}

/* Computes this rank's lanes of the batch and leaves their gradients in the tree. */
static void compute_lanes(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    int rank = trainer->comm->rank;
    for (int l = trainer->first[rank]; l < trainer->first[rank + 1]; l++) {
        int start = sampler->lane_start[l];
        struct lane lane = {&trainer->data, DATASET_TRAIN, sampler->lanes + start,
                            sampler->lane_start[l + 1] - start};
        double began = seconds_now();
        struct comm_lane gradient = comm_sum_next(trainer->sum);
        struct lane_result result = model_gradient(
            trainer->model, &lane, sampler->config.seed, (uint32_t)trainer->progress.step,
            gradient.values, gradient.touched);
        comm_sum_push(trainer->sum, l);
        double *values = &trainer->lane_values[l * LANE_WIDTH];
        values[LANE_LOSS] = result.loss;
        values[LANE_CORRECT] = (double)result.correct;
        values[LANE_WORK] = model_positions(trainer->model, &lane, true);
        values[LANE_SECONDS] = seconds_now() - began;
        values[LANE_SIGNAL] = trainer_signal();
    }
}

static int diverged(const struct trainer *trainer, int b)
{
    int epochs = trainer->progress.epoch;
    char *left = epochs ? xasprintf("; %s/last.h5 holds the weights of epoch %d",
                                    trainer->config->run_dir, epochs)
                        : xstrdup("");
    int rc = fail(ERR_DIVERGED,
                  "epoch %d, batch %d: the gradient or the loss is not finite: lower "
                  "--learning-rate or set --clip-norm%s",
                  epochs + 1, b + 1, left);
    free(left);
    return rc;
}

/* A signal that any lane's rank has caught, or 0: the same on every rank. */
static int signal_of(const struct trainer *trainer, int n_lanes)
{
    int signal = 0;
    for (int l = 0; l < n_lanes && !signal; l++)
        signal = (int)trainer->lane_values[l * LANE_WIDTH + LANE_SIGNAL];
    return signal;
}

/* One batch: loss and hits are added to the epoch's; *signal: one that was caught. */
static int train_batch(struct trainer *trainer, int b, int *signal)
{
    int n_lanes = 0;
    int n = sampler_batch(&trainer->sampler, b, &n_lanes);
    set_ranges(trainer, n_lanes);
    compute_lanes(trainer);
    comm_gather_lanes(trainer->comm, trainer->lane_values, LANE_WIDTH, trainer->first);
    balance_observe(&trainer->balance, trainer->first, trainer->lane_values + LANE_WORK,
                    trainer->lane_values + LANE_SECONDS, LANE_WIDTH);
    *signal = signal_of(trainer, n_lanes);
    const real *gradient = comm_sum_finish(trainer->sum, trainer->first);
    double began = trace_begin();
    double norm = optim_apply(&trainer->optim, trainer->progress.step, gradient, n,
                              trainer->weights);
    double loss = comm_tree_sum(trainer->lane_values + LANE_LOSS, n_lanes, LANE_WIDTH);
    if (!isfinite(norm) || !isfinite(loss))
        return diverged(trainer, b);
    model_pack(trainer->model, trainer->weights);
    trace_end(TRACE_UPDATE, began);
    struct progress *progress = &trainer->progress;
    progress->step++;
    progress->batch = b + 1;
    progress->score.loss += loss;
    progress->score.correct +=
        (int64_t)comm_tree_sum(trainer->lane_values + LANE_CORRECT, n_lanes, LANE_WIDTH);
    progress->score.n += n;
    return OK;
}

/* Rank 0. */
static int save(struct trainer *trainer, const char *name)
{
    char *path = xasprintf("%s/%s", trainer->config->run_dir, name);
    char *provenance = trainer_provenance_json(trainer);
    char *optimizer = optim_to_json(&trainer->config->optim);
    struct checkpoint info = {.config = xstrdup(trainer->config->record),
                              .state = trainer_state_json(trainer),
                              .provenance = provenance,
                              .data = trainer->data,
                              .n_slots = trainer->optim.n_slots};
    info.data.tokenizer = trainer->tokenizer;
    const float *slots[2] = {(const float *)trainer->optim.slot[0],
                             (const float *)trainer->optim.slot[1]};
    int rc = checkpoint_write(path, &info, model_configuration(trainer->model), optimizer,
                              trainer->params, (const float *)trainer->weights, slots);
    free(info.config);
    free(info.state);
    free(provenance);
    free(optimizer);
    free(path);
    return rc;
}

/* One epoch. */

/* Collective. Ends the run with a checkpoint, to be gone on with. */
static int stop(struct trainer *trainer, int signal)
{
    const struct progress *progress = &trainer->progress;
    char *text = xasprintf("stopped by signal %d in epoch %d after batch %d; go on with "
                           "--resume",
                           signal, progress->epoch + 1, progress->batch);
    int rc = OK;
    if (trainer->comm->rank == 0) {
        rc = save(trainer, "last.h5");
        if (!rc)
            rc = report_end(&trainer->report, "stopped", text);
    }
    rc = comm_agree(trainer->comm, rc);
    if (!rc)
        rc = fail(ERR_STOPPED, "%s", text);
    free(text);
    return rc;
}

/* Collective. After a batch that is not the epoch's last: a checkpoint, if it is time for one. */
static int save_on_the_way(struct trainer *trainer)
{
    int64_t every = trainer->config->checkpoint_every;
    if (every == 0 || trainer->progress.step % every != 0)
        return OK;
    double began = trace_begin();
    int rc = trainer->comm->rank == 0 ? save(trainer, "last.h5") : OK;
    trace_end(TRACE_CHECKPOINT, began);
    return comm_agree(trainer->comm, rc);
}

/* From the batch on that comes next; `score` gets the means. */
static int train_epoch(struct trainer *trainer, struct score *score)
{
    struct progress *progress = &trainer->progress;
    int batches = sampler_batches(&trainer->sampler), rc = OK, signal = 0;
    sampler_begin_epoch(&trainer->sampler, progress->epoch);
    balance_begin_epoch(&trainer->balance);
    for (int b = progress->batch; b < batches && !rc; b++) {
        rc = train_batch(trainer, b, &signal);
        if (rc)
            break;
        report_progress(&trainer->report, progress->epoch + 1, trainer->config->epochs,
                        b + 1, batches, progress->score.loss / progress->score.n);
        if (signal)
            rc = stop(trainer, signal);
        else if (b + 1 < batches)
            rc = save_on_the_way(trainer);
    }
    *score = progress->score;
    score->loss /= score->n ? score->n : 1;
    return rc;
}

static struct score evaluate_part(struct trainer *trainer, enum dataset_part part,
                                  const int32_t *rows, int n)
{
    return evaluate(trainer->comm, &trainer->balance, trainer->model, &trainer->data,
                    part, rows, n, trainer->config->sampler.lane_rows);
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
    report_hex(hash, text);
    json_array_append_new(trainer->progress.history,
                          json_pack("{s:f,s:f,s:f,s:f,s:s}", "loss", train->loss, "acc",
                                    score_accuracy(train), "val_loss", validation->loss,
                                    "val_acc", score_accuracy(validation), "weights",
                                    text));
}

/* Rank 0 writes what the epoch gave: best first, so that last never names a missing best; the
 * log before last, which knows how long it is. A resumed run that comes to the same best again
 * leaves best.h5 as it is, and so the generation before it. */
static int record_epoch(struct trainer *trainer, struct report_epoch *epoch,
                        const struct score *train, const struct score *validation)
{
    if (trainer->comm->rank != 0)
        return OK;
    double began = trace_begin();
    epoch->weights = params_hash(trainer->params, trainer->weights);
    add_history(trainer, train, validation, epoch->weights);
    int rc = OK;
    if (epoch->improved && trainer->best_file != epoch->weights)
        rc = save(trainer, "best.h5");
    if (!rc && epoch->improved)
        trainer->best_file = epoch->weights;
    if (!rc)
        rc = report_epoch(&trainer->report, epoch);
    if (!rc)
        rc = save(trainer, "last.h5");
    trace_end(TRACE_CHECKPOINT, began);
    return rc;
}

/* Collective. All ranks' spans since the last call into the trace, if there is one. */
static int write_trace(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    const struct trace_span *mine = NULL;
    int rc = OK;
    if (!trainer->config->trace)
        return OK;
    int n = (int)(trace_take(&mine) * sizeof *mine);
    int *counts = xcalloc((size_t)comm->size, sizeof *counts);
    char *all = comm_gather_bytes(comm, mine, n, counts), *from = all;
    for (int r = 0; r < comm->size && comm->rank == 0 && !rc; from += counts[r++])
        rc = trace_file_add(trainer->trace, r, (const struct trace_span *)(void *)from,
                            (size_t)counts[r] / sizeof *mine);
    free(all);
    free(counts);
    return comm_agree(comm, rc);
}

static int run_epoch(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    double start = seconds_now(), communicated = comm_seconds(trainer->comm);
    int resumed_rows = trainer->progress.score.n; /* trained before this start */
    struct score train, validation = {0};
    int rc = train_epoch(trainer, &train);
    if (rc)
        return rc;
    if (sampler->n_validation > 0)
        validation = evaluate_part(trainer, sampler->validation_part, sampler->validation,
                                   sampler->n_validation);
    double seconds = seconds_now() - start;
    trainer->progress.epoch++;
    trainer->progress.batch = 0;
    trainer->progress.score = (struct score){0};
    bool improved = update_best(trainer, monitored(trainer, &train, &validation));
    int rows = train.n - resumed_rows;
    double gflops = trainer->epoch_flops * rows / train.n / seconds * 1e-9;
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
        .samples_per_s = rows / seconds,
        .gflops = gflops,
        .peak_share = gflops / trainer->peak_gflops,
        .comm_share = (comm_seconds(trainer->comm) - communicated) / seconds,
        .imbalance = balance_imbalance(&trainer->balance),
    };
    rc = comm_agree(trainer->comm, record_epoch(trainer, &epoch, &train, &validation));
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
    int rc = comm_agree(trainer->comm, report_end(&trainer->report, "diverged", message));
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
    struct score score =
        evaluate_part(trainer, DATASET_TEST, sampler->test, sampler->n_test);
    return comm_agree(trainer->comm,
                      report_test(&trainer->report, which, epoch, score.loss,
                                  score_accuracy(&score), score.n));
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

int trainer_run(struct comm *comm, const struct trainer_config *config)
{
    struct trainer trainer = {.config = config, .comm = comm};
    int rc = run_all(&trainer), closed = trace_file_close(trainer.trace);
    if (!rc)
        rc = comm_agree(comm, closed);
    trainer_tear_down(&trainer);
    return rc;
}
