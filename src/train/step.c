#include "train/private.h"

#include <math.h>

void trainer_begin_pass(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    sampler_begin_epoch(&trainer->sampler, trainer->progress.epoch);

    /* the order is the one in which the stream reads ahead */
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
    if (!rc)
        *ids = (const char *)window +
               (size_t)(first % rows) * dataset_row_bytes(&trainer->data);
    return rc;
}

/* The flat array of a lane or a sum. */
static real *gradient_of(const struct trainer *trainer, struct comm_lane lane)
{
    return comm_lane_flat(comm_sum_shape(trainer->sum), lane);
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
        const struct lane_gradient to = {gradient_of(trainer, gradient), gradient.touched,
                                         gradient.table};
        struct lane_result result =
            model_lane_gradient(trainer->model, &lane, l, sampler_seed(&sampler->config),
                                (uint32_t)trainer->progress.step, &to);
        test_hooks_gradient(trainer, b, gradient);
        comm_sum_push(trainer->sum, l);

        double *values = &trainer->lane_values[l * LANE_WIDTH];
        values[LANE_LOSS] = result.loss;
        values[LANE_CORRECT] = (double)result.correct;
        values[LANE_WORK] = model_positions(trainer->model, &lane, true);
        values[LANE_SECONDS] = seconds_now() - began;
        values[LANE_WISH] = trainer_wish(trainer, b);
        values[LANE_TRUE_POSITIVES] = (double)result.labels.true_positives;
        values[LANE_FALSE_POSITIVES] = (double)result.labels.false_positives;
        values[LANE_FALSE_NEGATIVES] = (double)result.labels.false_negatives;
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

/* The update from the gradient's sum over all lanes, of n rows; false where its norm is
 * not finite: weights are then as they were. */
static bool update(struct trainer *trainer, int b, int n, struct comm_lane sum)
{
    const real *gradient = gradient_of(trainer, sum);
    struct optim *optim = &trainer->optim;
    int64_t step = trainer->progress.step;
    double began = trace_begin();
    double norm =
        trainer->has_table
            ? optim_apply_touched(optim, step, gradient, &sum.table, n, trainer->weights)
            : optim_apply(optim, step, gradient, n, trainer->weights);
    if (!isfinite(norm))
        return false;
    trainer_sync_weights(trainer);
    test_hooks_weights(trainer, b);
    model_pack(trainer->model, trainer->weights);
    trace_end(TRACE_UPDATE, began);
    return true;
}

/* Over lanes, of integers. */
static int64_t count(const struct trainer *trainer, int what, int n_lanes)
{
    return (int64_t)comm_tree_sum(trainer->lane_values + what, n_lanes, LANE_WIDTH);
}

static void add_counts(const struct trainer *trainer, int n_lanes, struct score *score)
{
    score->correct += count(trainer, LANE_CORRECT, n_lanes);
    score->labels.true_positives += count(trainer, LANE_TRUE_POSITIVES, n_lanes);
    score->labels.false_positives += count(trainer, LANE_FALSE_POSITIVES, n_lanes);
    score->labels.false_negatives += count(trainer, LANE_FALSE_NEGATIVES, n_lanes);
}

int trainer_train_batch(struct trainer *trainer, int b, struct outcome *outcome)
{
    struct progress *progress = &trainer->progress;
    const double *values = trainer->lane_values;
    const void *ids = NULL;
    int n_lanes = 0, rc = fetch_ids(trainer, b, &ids);
    if (rc)
        return rc;

    *outcome = (struct outcome){.n = sampler_batch(&trainer->sampler, b, &n_lanes)};
    balance_ranges(&trainer->balance, n_lanes, trainer->first);
    test_hooks_ranges(trainer, n_lanes);
    trainer_ready_batch(trainer, outcome->n, ids);
    compute_lanes(trainer, b, ids);

    /* all ranks take part in the sum, also of a loss that is not finite */
    struct comm_lane gradient =
        comm_sum_finish(trainer->sum, trainer->first, trainer->lane_values);
    balance_observe(&trainer->balance, trainer->first, values + LANE_WORK,
                    values + LANE_SECONDS, LANE_WIDTH);
    outcome->wish = greatest_wish(trainer, n_lanes);
    double loss = comm_tree_sum(values + LANE_LOSS, n_lanes, LANE_WIDTH);
    if (!isfinite(loss))
        outcome->nonfinite = "loss";
    else if (!update(trainer, b, outcome->n, gradient))
        outcome->nonfinite = "gradient";
    if (outcome->nonfinite)
        return OK;

    progress->step++;
    progress->batch = b + 1;
    progress->score.loss += loss;
    add_counts(trainer, n_lanes, &progress->score);
    progress->score.n += outcome->n;
    outcome->loss = loss / outcome->n;
    return OK;
}
