#include "train/linear_private.h"

#include <math.h>
#include <stdlib.h>

bool linear_is_of(const struct linear_task *task, size_t i, size_t c)
{
    int row = task->rows[i];

    if (task->loss == LOSS_MULTI_LABEL)
        return rows_multi_hot(task->labels, row)[c] != 0;
    if (task->loss == LOSS_BINARY)
        return task->labels->y[row] == 1;
    return task->labels->y[row] == (int32_t)c;
}

/* Ones of the rows of each class, and of the others. */
struct totals {
    double *inside, *outside; /* (K) */
};

static void add_totals(const struct linear_fit *fit, struct totals *totals)
{
    const struct linear_task *task = &fit->task;

    for (size_t i = 0; i < fit->rows.n; i++) {
        double ones = (double)linear_row(task, i).n;
        for (size_t c = 0; c < fit->outputs; c++)
            *(linear_is_of(task, i, c) ? &totals->inside[c] : &totals->outside[c]) +=
                ones;
    }
}

void linear_count_inside(const struct linear_task *task, struct linear_ones rows,
                         double *inside)
{
    size_t k = (size_t)task->outputs;

    for (size_t c = 0; c < k; c++)
        inside[c] = 0;
    for (size_t e = 0; e < rows.n; e++) {
        if (task->loss == LOSS_CATEGORICAL)
            inside[task->labels->y[task->rows[rows.index[e]]]]++;
        for (size_t c = 0; c < k && task->loss != LOSS_CATEGORICAL; c++)
            inside[c] += linear_is_of(task, rows.index[e], c);
    }
}

double linear_log_count(double ones, double inside, double of_class, double of_others,
                        double features)
{
    double p = (1 + inside) / (features + of_class);
    double q = (1 + ones - inside) / (features + of_others);
    return kernels_log(p) - kernels_log(q);
}

/* Of feature f of the rank's, into scale (K). */
static void log_counts(const struct linear_fit *fit, const struct totals *totals,
                       size_t f, float *scale)
{
    struct linear_ones rows = linear_own(&fit->features, f);
    double features = (double)fit->task.sparse->n_features, *inside = fit->row;

    linear_count_inside(&fit->task, rows, inside);
    for (size_t c = 0; c < fit->outputs; c++)
        scale[c] = (float)linear_log_count((double)rows.n, inside[c], totals->inside[c],
                                           totals->outside[c], features);
}

static void scale_by_log_counts(struct linear_fit *fit)
{
    size_t own = share_own(&fit->features), k = fit->outputs;
    struct totals totals = {xcalloc(k, sizeof(double)), xcalloc(k, sizeof(double))};

    add_totals(fit, &totals);
    for (size_t f = 0; f < own; f++)
        log_counts(fit, &totals, f, fit->scale + f * fit->stride);
    free(totals.inside);
    free(totals.outside);
}

static void take_idf(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->features;
    double n = (double)fit->rows.n;
    double fewest = fit->task.scaling == SCALING_SHARED_TF_IDF ? 2 : 0;

    fit->idf = xcalloc((size_t)share->blocks * LINEAR_BLOCK, sizeof *fit->idf);
    for (size_t f = 0; f < share_own(share); f++) {
        double documents = (double)(share->start[f + 1] - share->start[f]);
        if (documents >= fewest)
            fit->idf[share->begin + f] =
                (float)(kernels_log((1 + n) / (1 + documents)) + 1);
    }
    comm_gather_blocks(fit->comm, fit->idf, LINEAR_BLOCK * sizeof *fit->idf,
                       share->first);
}

static double root_of(const struct linear_fit *fit, size_t feature)
{
    return fit->groups ? (double)fit->groups->root[feature] : 1;
}

/* A row without features has length 1. */
void linear_take_norms(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->rows;

    fit->norm = xcalloc((size_t)share->blocks * LINEAR_BLOCK, sizeof *fit->norm);
    for (size_t i = 0; i < share_own(share); i++) {
        double sum = 0;
        struct linear_ones ones = linear_own_row(fit, i);
        for (size_t e = 0; e < ones.n; e++) {
            double scale = root_of(fit, ones.index[e]) * (double)fit->idf[ones.index[e]];
            sum += scale * scale;
        }
        fit->norm[share->begin + i] = sum > 0 ? (float)sqrt(sum) : 1;
    }
    comm_gather_blocks(fit->comm, fit->norm, LINEAR_BLOCK * sizeof *fit->norm,
                       share->first);
}

void linear_scale(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->features;
    size_t own = share_own(share), k = fit->stride;

    for (size_t i = 0; i < own * k; i++)
        fit->scale[i] = 1;
    if (fit->task.scaling == SCALING_LOG_COUNT)
        scale_by_log_counts(fit);
    if (linear_scaling_is_tf_idf(fit->task.scaling)) {
        take_idf(fit);
        linear_take_norms(fit);
        for (size_t i = 0; i < own * k; i++)
            fit->scale[i] = fit->idf[share->begin + i / k];
    }

    for (size_t f = 0; fit->groups && f < own && share->begin + f < fit->groups->n; f++)
        for (size_t c = 0; c < k; c++)
            fit->scale[f * k + c] *= fit->groups->root[share->begin + f];
    if (own > 0 && share->end == share->n) /* the bias */
        for (size_t c = 0; c < k; c++)
            fit->scale[(own - 1) * k + c] = 1;
}
