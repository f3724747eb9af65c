#include "train/linear_private.h"

static double greatest(const double *x, size_t n)
{
    double most = x[0];
    for (size_t c = 1; c < n; c++)
        most = x[c] > most ? x[c] : most;
    return most;
}

/* How much row i counts. */
static double weight_of(const struct linear_task *task, size_t i)
{
    return task->class_weights ? task->class_weights[task->labels->y[task->rows[i]]] : 1;
}

/* log sum exp(x) - x[y] of a softmax's row i, whose logits become exponentials; shares:
 * probabilities. */
static double softmax_loss(const struct linear_fit *fit, size_t i, double *x,
                           float *shares)
{
    size_t k = fit->outputs;
    double most = greatest(x, k), sum = 0;
    double least = most - x[fit->task.labels->y[fit->task.rows[i]]];

    for (size_t c = 0; c < k; c++)
        x[c] -= most;
    fit->task.kernels->exp_each(k, x);
    for (size_t c = 0; c < k; c++)
        sum += x[c];
    for (size_t c = 0; c < k; c++)
        shares[c] = (float)(x[c] / sum);
    return kernels_log(sum) + least;
}

/* The sum of log(1 + exp(x)) - y x. */
static double sigmoids_loss(const struct linear_fit *fit, size_t i, const double *x,
                            float *shares)
{
    double sum = 0;

    for (size_t c = 0; c < fit->outputs; c++) {
        sum += kernels_softplus(linear_is_of(&fit->task, i, c) ? -x[c] : x[c]);
        shares[c] = (float)kernels_sigmoid(x[c]);
    }
    return sum;
}

static double *logits_at(const struct linear_fit *fit, size_t i, double step)
{
    const double *logits = fit->logits + i * fit->stride;
    const float *steps = fit->step_logits + i * fit->stride;

    for (size_t c = 0; c < fit->outputs; c++)
        fit->row[c] = logits[c] + step * (double)steps[c];
    return fit->row;
}

double linear_loss(struct linear_fit *fit, double step)
{
    struct linear_share *share = &fit->rows;
    bool is_softmax = fit->task.loss == LOSS_CATEGORICAL;

    for (int b = share->first[fit->comm->rank]; b < share->first[fit->comm->rank + 1];
         b++)
        share->sums[b] = 0;
    for (size_t i = 0; i < share_own(share); i++) {
        size_t row = share->begin + i;
        double *x = logits_at(fit, i, step);
        float *shares = fit->shares + i * fit->stride;
        share->sums[row / LINEAR_BLOCK] +=
            weight_of(&fit->task, row) * (is_softmax
                                              ? softmax_loss(fit, row, x, shares)
                                              : sigmoids_loss(fit, row, x, shares));
    }
    return linear_share_sum(fit->comm, share);
}

/* What a slope of row i is multiplied by: features of a row of tf-idf stand over its
 * length. */
static float factor(const struct linear_fit *fit, size_t i, double c)
{
    c *= weight_of(&fit->task, i);
    return (float)(fit->norm ? c / (double)fit->norm[i] : c);
}

void linear_slopes(struct linear_fit *fit, double c)
{
    const struct linear_share *share = &fit->rows;
    size_t k = fit->outputs;

    for (size_t i = 0; i < share_own(share); i++) {
        size_t row = share->begin + i;
        const float *shares = fit->shares + i * fit->stride;
        float by = factor(fit, row, c);
        for (size_t class = 0; class < k; class ++)
            fit->slopes[row * fit->stride + class] =
                by * (shares[class] - (float)linear_is_of(&fit->task, row, class));
    }
    linear_gather_rows(fit);
}

void linear_spreads(struct linear_fit *fit, double c)
{
    const struct linear_share *share = &fit->rows;
    size_t k = fit->outputs;

    for (size_t i = 0; i < share_own(share); i++) {
        size_t row = share->begin + i;
        const float *p = fit->shares + i * fit->stride;
        float by = factor(fit, row, c);
        if (fit->norm)
            by /= fit->norm[row];
        for (size_t class = 0; class < k; class ++)
            fit->slopes[row * fit->stride + class] = by * p[class] * (1 - p[class]);
    }
    linear_gather_rows(fit);
}

/* With p the probabilities and x the sums: p (1 - p) x of sigmoids, p (x - sum p x) of a
 * softmax. */
void linear_curvature(struct linear_fit *fit, double c)
{
    const struct linear_share *share = &fit->rows;
    bool is_softmax = fit->task.loss == LOSS_CATEGORICAL;
    size_t k = fit->outputs;

    for (size_t i = 0; i < share_own(share); i++) {
        const float *p = fit->shares + i * fit->stride, *x = fit->sums + i * fit->stride;
        float *slopes = fit->slopes + (share->begin + i) * fit->stride;
        float by = factor(fit, share->begin + i, c), mean = 0;

        for (size_t class = 0; class < k && is_softmax; class ++)
            mean += p[class] * x[class];
        for (size_t class = 0; class < k; class ++)
            slopes[class] = by * p[class] *
                            (is_softmax ? x[class] - mean : (1 - p[class]) * x[class]);
    }
    linear_gather_rows(fit);
}
