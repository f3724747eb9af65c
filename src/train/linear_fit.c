#include "train/linear_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *vector_of(const struct linear_fit *fit, size_t n)
{
    return xaligned(n * fit->stride, sizeof(float));
}

static float *whole_of(const struct linear_fit *fit, const struct linear_share *share)
{
    return xaligned((size_t)share->blocks * LINEAR_BLOCK * fit->stride, sizeof(float));
}

static void take_vectors(struct linear_fit *fit)
{
    size_t rows = share_own(&fit->rows), features = share_own(&fit->features);
    float **by_feature[] = {&fit->scale,   &fit->weights,  &fit->gradient,
                            &fit->step,    &fit->residual, &fit->direction,
                            &fit->product, &fit->diagonal};

    for (size_t i = 0; i < COUNT_OF(by_feature); i++)
        *by_feature[i] = vector_of(fit, features);
    fit->folded = whole_of(fit, &fit->features);

    fit->logits = xaligned(rows * fit->stride, sizeof *fit->logits);
    fit->shares = vector_of(fit, rows);
    fit->step_logits = vector_of(fit, rows);
    fit->sums = vector_of(fit, rows);
    fit->slopes = whole_of(fit, &fit->rows);
    fit->row = xcalloc(fit->stride, sizeof *fit->row);
}

/* Of vectors: whole quads, see kernels' sum_rows. */
static size_t stride_of(int outputs)
{
    return outputs == 1 ? 1 : ((size_t)outputs + 3) / 4 * 4;
}

double linear_fit_bytes(size_t n_features, int outputs, int ranks)
{
    double weights = ((double)n_features + 1) * (double)stride_of(outputs);
    return sizeof(float) * weights * (1 + 8.0 / ranks);
}

static int check_memory(const struct comm *comm, const struct linear_task *task)
{
    double gib = (double)(1 << 30), host = (double)host_memory();
    double bytes = comm->node_size *
                   linear_fit_bytes(linear_n_features(task), task->outputs, comm->size);
    if (bytes <= host)
        return OK;
    return fail(ERR_USAGE,
                "%zu n-grams of %d classes would take %.0f GiB of %s to fit, which has "
                "%.0f: make the data set with a smaller rnnprep --ngrams or a greater "
                "--ngram-min-count, or take more hosts",
                linear_n_features(task), task->outputs, bytes / gib,
                comm_host(comm, comm->rank), host / gib);
}

int linear_fit_new(const struct comm *comm, const struct linear_task *task,
                   struct linear_fit **result)
{
    int rc = comm_agree(comm, check_memory(comm, task));
    if (rc)
        return rc;

    struct linear_fit *fit = xcalloc(1, sizeof *fit);
    fit->comm = comm;
    fit->task = *task;
    fit->outputs = (size_t)task->outputs;
    fit->stride = stride_of(task->outputs);
    if (!task->dense && task->outputs > 1) /* one logit costs less than finding them */
        fit->groups = linear_groups_new(comm, task);
    linear_shares_new(fit);
    take_vectors(fit);
    linear_scale(fit);
    *result = fit;
    return OK;
}

void linear_fit_free(struct linear_fit *fit)
{
    if (!fit)
        return;

    void *const owned[] = {fit->norm,      fit->idf,    fit->logits,   fit->shares,
                           fit->sums,      fit->slopes, fit->scale,    fit->weights,
                           fit->gradient,  fit->step,   fit->residual, fit->product,
                           fit->direction, fit->folded, fit->row,      fit->step_logits,
                           fit->diagonal};
    for (size_t i = 0; i < COUNT_OF(owned); i++)
        free(owned[i]);
    linear_groups_free(fit->groups);
    linear_share_free(&fit->rows);
    linear_share_free(&fit->features);
    free(fit);
}

/* Of classes, rows of one may be missing. */
static double share_of_class(const struct linear_fit *fit, size_t c)
{
    double n = 0, all = (double)fit->rows.n;

    for (size_t i = 0; i < fit->rows.n; i++)
        n += linear_is_of(&fit->task, i, c);
    return fmin(fmax(n, 0.5), all - 0.5) / all;
}

static void begin_biases(const struct linear_fit *fit, float *bias)
{
    bool is_softmax = fit->task.loss == LOSS_CATEGORICAL;

    for (size_t c = 0; c < fit->outputs; c++) {
        double share = share_of_class(fit, c);
        bias[c] = (float)(kernels_log(share) - (is_softmax ? 0 : kernels_log(1 - share)));
    }
}

void linear_fit_begin(const struct linear_fit *fit, float *kernel, float *bias)
{
    memset(kernel, 0, linear_n_features(&fit->task) * fit->outputs * sizeof *kernel);
    begin_biases(fit, bias);
}

static size_t group_of(const struct linear_fit *fit, size_t feature)
{
    return fit->groups ? fit->groups->of[feature] : feature;
}

/* Those of a group are added up. */
static void fold_given(struct linear_fit *fit, const float *kernel, const float *bias)
{
    size_t k = fit->outputs, n = linear_n_features(&fit->task);

    memset(fit->folded, 0, fit->features.n * fit->stride * sizeof *fit->folded);
    for (size_t f = 0; f < n && kernel; f++)
        for (size_t c = 0; c < k; c++)
            fit->folded[group_of(fit, f) * fit->stride + c] += kernel[f * k + c];
    memcpy(fit->folded + (fit->features.n - 1) * fit->stride, bias, k * sizeof *bias);
}

/* Collective. The logits of folded weights; kernel NULL: zeros. */
static void take_logits(struct linear_fit *fit, const float *kernel, const float *bias)
{
    size_t n = share_own(&fit->rows) * fit->stride;

    fold_given(fit, kernel, bias);
    linear_pass_rows(fit);
    for (size_t i = 0; i < n; i++) {
        fit->logits[i] = (double)fit->sums[i];
        fit->step_logits[i] = 0;
    }
}

/* A feature whose scale is 0 says nothing. */
static void unfold(struct linear_fit *fit)
{
    size_t n = share_own(&fit->features) * fit->stride;
    const float *from = fit->folded + fit->features.begin * fit->stride;

    for (size_t i = 0; i < n; i++)
        fit->weights[i] = fit->scale[i] != 0 ? from[i] / fit->scale[i] : 0;
}

/* What weights that are zero come to. */
struct nothing {
    double objective, norm; /* of the gradient, the bias left out */
};

/* Collective. */
static struct nothing take_nothing(struct linear_fit *fit, double c)
{
    size_t n = share_own(&fit->features) * fit->stride;
    float *bias = xcalloc(fit->outputs, sizeof *bias);

    begin_biases(fit, bias);
    take_logits(fit, NULL, bias);
    free(bias);
    memset(fit->weights, 0, n * sizeof *fit->weights);
    double objective = c * linear_loss(fit, 0);
    linear_slopes(fit, c);
    linear_pass_features(fit, fit->gradient);
    linear_add_pull(fit, fit->weights, fit->gradient);
    double square = linear_dot(fit, fit->gradient, fit->gradient, false);
    return (struct nothing){objective, sqrt(square)};
}

/* Collective. From the folded weights, unless they are worse than none, as those of other
 * scales may be. */
static void start(struct linear_fit *fit, double c, const struct nothing *nothing,
                  float *kernel, float *bias)
{
    take_logits(fit, kernel, bias);
    unfold(fit);
    if (linear_objective(fit, c) <= nothing->objective)
        return;

    linear_fit_begin(fit, kernel, bias);
    take_logits(fit, kernel, bias);
    unfold(fit);
}

/* What has been folded, of a group as much to each of its features. */
static void copy_folded(const struct linear_fit *fit, float *kernel, float *bias)
{
    size_t k = fit->outputs, n = linear_n_features(&fit->task);

    for (size_t f = 0; f < n; f++) {
        size_t group = group_of(fit, f);
        float root = fit->groups ? fit->groups->root[group] : 1;
        for (size_t c = 0; c < k; c++)
            kernel[f * k + c] = fit->folded[group * fit->stride + c] / (root * root);
    }
    memcpy(bias, fit->folded + (fit->features.n - 1) * fit->stride, k * sizeof *bias);
}

int linear_fit_run(struct linear_fit *fit, double c, const struct linear_stop *stop,
                   float *kernel, float *bias)
{
    fit->effort = (struct linear_effort){0};
    struct nothing nothing = take_nothing(fit, c);
    start(fit, c, &nothing, kernel, bias);
    int wish = linear_minimise(fit, c, stop, nothing.norm);
    if (wish)
        return wish;

    linear_fold(fit, fit->weights);
    copy_folded(fit, kernel, bias);
    return 0;
}

void linear_fit_bayes(struct linear_fit *fit, float *kernel, float *bias)
{
    size_t n = share_own(&fit->features) * fit->stride;

    for (size_t i = 0; i < n; i++) {
        size_t feature = fit->features.begin + i / fit->stride;
        bool is_grouped = fit->groups && feature < fit->groups->n;
        fit->step[i] = is_grouped ? fit->groups->root[feature] : 1;
    }
    linear_fold(fit, fit->step);
    copy_folded(fit, kernel, bias);
    for (size_t c = 0; c < fit->outputs; c++) {
        double share = share_of_class(fit, c);
        bias[c] = (float)(kernels_log(share) - kernels_log(1 - share));
    }
}

struct linear_effort linear_fit_effort(const struct linear_fit *fit)
{
    return fit->effort;
}

void linear_fit_idf(const struct linear_fit *fit, float *idf)
{
    size_t n = linear_n_features(&fit->task);

    for (size_t f = 0; f < n; f++)
        idf[f] = fit->idf ? fit->idf[group_of(fit, f)] : 0;
}
