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

/* log sum exp(x) - x[y] of a softmax, else the sum of log(1 + exp(x)) - y x. */
static double loss_of(const struct linear_fit *fit, size_t i, const double *x)
{
    const struct linear_task *task = &fit->task;
    size_t k = fit->outputs;
    double sum = 0;

    if (task->loss != LOSS_CATEGORICAL) {
        for (size_t c = 0; c < k; c++)
            sum += kernels_softplus(linear_is_of(task, i, c) ? -x[c] : x[c]);
        return sum;
    }

    double most = greatest(x, k);
    for (size_t c = 0; c < k; c++)
        sum += kernels_exp(x[c] - most);
    return kernels_log(sum) + most - x[task->labels->y[task->rows[i]]];
}

static double *logits_at(const struct linear_fit *fit, size_t i, double step)
{
    size_t k = fit->outputs;

    for (size_t c = 0; c < k; c++)
        fit->row[c] = fit->logits[i * k + c] + step * (double)fit->step_logits[i * k + c];
    return fit->row;
}

double linear_loss(struct linear_fit *fit, double step)
{
    struct linear_share *share = &fit->rows;

    for (int b = share->first[fit->comm->rank]; b < share->first[fit->comm->rank + 1];
         b++)
        share->sums[b] = 0;
    for (size_t i = 0; i < share_own(share); i++)
        share->sums[(share->begin + i) / LINEAR_BLOCK] +=
            weight_of(&fit->task, share->begin + i) *
            loss_of(fit, share->begin + i, logits_at(fit, i, step));
    return linear_share_sum(fit->comm, share);
}

/* Probabilities of row i of the rank's. */
static void judge(const struct linear_fit *fit, size_t i, float *shares)
{
    size_t k = fit->outputs;
    const double *x = fit->logits + i * k;
    double sum = 0;

    if (fit->task.loss != LOSS_CATEGORICAL) {
        for (size_t c = 0; c < k; c++)
            shares[c] = (float)kernels_sigmoid(x[c]);
        return;
    }

    double most = greatest(x, k);
    for (size_t c = 0; c < k; c++)
        sum += fit->row[c] = kernels_exp(x[c] - most);
    for (size_t c = 0; c < k; c++)
        shares[c] = (float)(fit->row[c] / sum);
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
        float *shares = fit->shares + i * k, by = factor(fit, row, c);
        judge(fit, i, shares);
        for (size_t class = 0; class < k; class ++)
            fit->slopes[row * fit->stride + class] =
                by * (shares[class] - (float)linear_is_of(&fit->task, row, class));
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
        const float *p = fit->shares + i * k, *x = fit->sums + i * k;
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
