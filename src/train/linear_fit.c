#include "train/linear_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *vector_of(const struct linear_fit *fit, size_t n)
{
    return xaligned(n * fit->outputs, sizeof(float));
}

static float *whole_of(const struct linear_fit *fit, const struct linear_share *share)
{
    return xaligned((size_t)share->blocks * LINEAR_BLOCK * fit->stride, sizeof(float));
}

static void take_vectors(struct linear_fit *fit)
{
    size_t rows = share_own(&fit->rows), features = share_own(&fit->features);
    float **by_feature[] = {&fit->scale,    &fit->weights,   &fit->gradient, &fit->step,
                            &fit->residual, &fit->direction, &fit->product};

    for (size_t i = 0; i < COUNT_OF(by_feature); i++)
        *by_feature[i] = vector_of(fit, features);
    fit->folded = whole_of(fit, &fit->features);

    fit->logits = xaligned(rows * fit->outputs, sizeof *fit->logits);
    fit->shares = vector_of(fit, rows);
    fit->step_logits = vector_of(fit, rows);
    fit->sums = vector_of(fit, rows);
    fit->slopes = whole_of(fit, &fit->rows);
    fit->row = xcalloc(fit->stride, sizeof *fit->row);
}

double linear_fit_bytes(size_t n_features, int outputs, int ranks)
{
    double weights = ((double)n_features + 1) * outputs;
    return sizeof(float) * weights * (1 + 7.0 / ranks);
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
    fit->stride = fit->outputs == 1 ? 1 : (fit->outputs + 3) / 4 * 4;
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
                           fit->direction, fit->folded, fit->row,      fit->step_logits};
    for (size_t i = 0; i < COUNT_OF(owned); i++)
        free(owned[i]);
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

void linear_fit_begin(const struct linear_fit *fit, float *kernel, float *bias)
{
    bool is_softmax = fit->task.loss == LOSS_CATEGORICAL;

    memset(kernel, 0, (fit->features.n - 1) * fit->outputs * sizeof *kernel);
    for (size_t c = 0; c < fit->outputs; c++) {
        double share = share_of_class(fit, c);
        bias[c] = (float)(kernels_log(share) - (is_softmax ? 0 : kernels_log(1 - share)));
    }
}

/* Collective. The logits of folded weights. */
static void take_logits(struct linear_fit *fit, const float *kernel, const float *bias)
{
    size_t bias_at = (fit->features.n - 1) * fit->outputs;
    size_t n = share_own(&fit->rows) * fit->outputs;

    for (size_t i = 0; i < fit->features.n * fit->outputs; i++)
        fit->folded[i / fit->outputs * fit->stride + i % fit->outputs] =
            i < bias_at ? kernel[i] : bias[i - bias_at];
    linear_pass_rows(fit);
    for (size_t i = 0; i < n; i++) {
        fit->logits[i] = (double)fit->sums[i];
        fit->step_logits[i] = 0;
    }
}

/* A feature whose scale is 0 says nothing. */
static void unfold(struct linear_fit *fit)
{
    size_t n = share_own(&fit->features) * fit->outputs;
    const float *from = fit->folded + fit->features.begin * fit->stride;

    for (size_t i = 0; i < n; i++) {
        float folded = from[i / fit->outputs * fit->stride + i % fit->outputs];
        fit->weights[i] = fit->scale[i] != 0 ? folded / fit->scale[i] : 0;
    }
}

/* What weights that are zero come to. */
struct nothing {
    double objective, norm; /* of the gradient, the bias left out */
};

/* Collective. */
static struct nothing take_nothing(struct linear_fit *fit, double c)
{
    size_t n = share_own(&fit->features) * fit->outputs;
    size_t bias_at = (fit->features.n - 1) * fit->outputs;
    float *kernel = xcalloc(bias_at + fit->outputs, sizeof *kernel);

    linear_fit_begin(fit, kernel, kernel + bias_at);
    take_logits(fit, kernel, kernel + bias_at);
    free(kernel);
    memset(fit->weights, 0, n * sizeof *fit->weights);
    linear_slopes(fit, c);
    linear_pass_features(fit, fit->gradient);
    linear_add_pull(fit, fit->weights, fit->gradient);
    double square = linear_dot(fit, fit->gradient, fit->gradient, false);
    return (struct nothing){c * linear_loss(fit, 0), sqrt(square)};
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

/* What has been folded. */
static void copy_folded(const struct linear_fit *fit, float *kernel, float *bias)
{
    size_t k = fit->outputs, bias_at = (fit->features.n - 1) * k;

    for (size_t i = 0; i < fit->features.n * k; i++)
        *(i < bias_at ? &kernel[i] : &bias[i - bias_at]) =
            fit->folded[i / k * fit->stride + i % k];
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
    size_t n = share_own(&fit->features) * fit->outputs;

    for (size_t i = 0; i < n; i++)
        fit->step[i] = 1;
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
    size_t n = fit->features.n - 1;

    if (fit->idf)
        memcpy(idf, fit->idf, n * sizeof *idf);
    else
        memset(idf, 0, n * sizeof *idf);
}
