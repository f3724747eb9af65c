#include "train/selftest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7, STEP = 3, MOST_ELEMENTS = 12 };

/* Of a float's losses: rounding divided by it and the third derivative times its square
 * are both below a thousandth of a usual gradient. */
static const double difference = sizeof(real) == sizeof(float) ? 1.0 / 128 : 1e-5;

/* A model whose weights are moved, and the rows that it is tried on. */
struct trial {
    struct model *judge;
    int32_t order[SELFTEST_LANE_ROWS]; /* of the lane: one of each quarter of lengths */
    struct lane lane;
    real *weights, *gradient, *scratch;
};

static double loss_at(const struct trial *trial, size_t i, real weight)
{
    real kept = trial->weights[i];

    trial->weights[i] = weight;
    model_pack(trial->judge, trial->weights);
    double loss =
        model_gradient(trial->judge, &trial->lane, SEED, STEP, trial->scratch, NULL).loss;
    trial->weights[i] = kept;
    return loss;
}

/* The central difference of the loss at weight i. */
static double difference_at(const struct trial *trial, size_t i)
{
    real above = (real)((double)trial->weights[i] + difference);
    real below = (real)((double)trial->weights[i] - difference);

    return (loss_at(trial, i, above) - loss_at(trial, i, below)) /
           ((double)above - (double)below);
}

static void try_tensor(const struct trial *trial, const struct tensor *tensor,
                       struct selftest_error *error)
{
    size_t end = tensor->offset + tensor->size;
    double largest = 1e-3; /* of less, rounding would be the greater part */

    for (size_t i = tensor->offset; i < end; i++)
        largest = fmax(largest, fabs((double)trial->gradient[i]));

    for (size_t i = tensor->offset; i < end; i += tensor->size / MOST_ELEMENTS + 1) {
        double gap = difference_at(trial, i) - (double)trial->gradient[i];
        double share = fabs(gap) / largest;
        if (share <= error->share)
            continue;
        error->share = share; /* no number is none here: fmax would leave it out */
        snprintf(error->tensor, sizeof error->tensor, "%s/%s", tensor->layer,
                 tensor->name);
    }
}

/* A gradient that is no number is wrong whatever differences say. */
static void try_all(const struct trial *trial, const struct params *params,
                    struct selftest_error *error)
{
    size_t bad = params_first_nonfinite(params, trial->gradient);

    *error = (struct selftest_error){.share = 0};
    if (bad < params->size) {
        const struct tensor *tensor = params_find(params, bad);
        error->share = HUGE_VAL;
        snprintf(error->tensor, sizeof error->tensor, "%s/%s", tensor->layer,
                 tensor->name);
        return;
    }
    for (int i = 0; i < params->n_tensors; i++)
        try_tensor(trial, &params->tensors[i], error);
}

/* Initial weights, larger, and away from places where much is zero. */
static void draw_weights(const struct model *model, size_t n, real *weights)
{
    model_init_weights(model, SEED, weights);
    for (size_t i = 0; i < n; i++)
        weights[i] = 2 * weights[i] + (real)0.01 * (real)((double)(i % 5) - 2);
}

static int compare(const struct selftest_model *which, struct model *model,
                   const struct kernels *judge, struct selftest_error *error)
{
    const struct params *params = model_params(model);
    struct selftest_data data;
    struct trial trial = {.judge = NULL};
    int rc = selftest_new(which, judge, &trial.judge);
    if (rc)
        return rc;

    selftest_fill(&data);
    for (int r = 0; r < SELFTEST_LANE_ROWS; r++)
        trial.order[r] = data.order[r * (SELFTEST_ROWS / SELFTEST_LANE_ROWS) + r % 2];
    trial.lane = (struct lane){&data.rows, trial.order, SELFTEST_LANE_ROWS, NULL};
    trial.weights = xaligned(params->size, sizeof(real));
    trial.gradient = xaligned(params->size, sizeof(real));
    trial.scratch = xaligned(params->size, sizeof(real));

    draw_weights(model, params->size, trial.weights);
    model_pack(model, trial.weights);
    model_gradient(model, &trial.lane, SEED, STEP, trial.gradient, NULL);
    try_all(&trial, params, error);

    free(trial.weights);
    free(trial.gradient);
    free(trial.scratch);
    model_free(trial.judge);
    return OK;
}

int selftest_gradient(const struct selftest_model *which, const struct kernels *kernels,
                      const struct kernels *judge, struct selftest_error *error)
{
    struct model *model = NULL;
    int rc = selftest_new(which, kernels, &model);
    if (rc)
        return rc;

    rc = compare(which, model, judge, error);
    model_free(model);
    return rc;
}
