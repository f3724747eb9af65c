#include "train/blend.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/kernels.h"

struct fit {
    const struct blend_task *task;
    int m, n;                /* models; of what is fitted: their a, then c */
    unsigned fixed;          /* bit i: a of model i is 0 */
    double *at, *tried;      /* (n) */
    double *slope, *step;    /* (n) */
    double *curvature;       /* (n, n) the lower triangle */
    double *z, *p, *product; /* (K) of a row */
};

static bool is_of(const struct blend_task *task, int row, int k)
{
    const struct rows *labels = task->labels;
    if (labels->multi_hot)
        return rows_multi_hot(labels, row)[k];
    return labels->y[row] == (task->outputs == 1 ? 1 : k);
}

static bool is_fixed(const struct fit *fit, int i)
{
    return i < fit->m && (fit->fixed >> i & 1);
}

static double center(const struct fit *fit, int i)
{
    return i < fit->m ? 1.0 / fit->m : 0;
}

/* z = a_1 first + ... + c of row i. */
static void mix(const struct fit *fit, const double *at, size_t i)
{
    const struct blend_task *task = fit->task;
    size_t k = (size_t)task->outputs;

    for (size_t c = 0; c < k; c++) {
        double z = at[0] * (double)task->logits[0][i * k + c];
        for (int m = 1; m < fit->m; m++)
            z += at[m] * (double)task->logits[m][i * k + c];
        fit->z[c] = z + (fit->n > fit->m ? at[fit->m + (int)c] : 0);
    }
}

/* log sum exp z - z[y] of a softmax, whose probabilities are left in p. */
static double softmax_loss(const struct fit *fit, int row)
{
    const struct blend_task *task = fit->task;
    double most = fit->z[0], sum = 0, right = 0;

    for (int k = 1; k < task->outputs; k++)
        most = fmax(most, fit->z[k]);
    for (int k = 0; k < task->outputs; k++)
        sum += fit->p[k] = kernels_exp(fit->z[k] - most);
    for (int k = 0; k < task->outputs; k++) {
        fit->p[k] /= sum;
        right += is_of(task, row, k) ? fit->z[k] : 0;
    }
    return kernels_log(sum) + most - right;
}

/* The sum of log(1 + exp(z)) - y z, likewise. */
static double sigmoids_loss(const struct fit *fit, int row)
{
    double loss = 0;

    for (int k = 0; k < fit->task->outputs; k++) {
        double z = fit->z[k];
        loss += kernels_softplus(is_of(fit->task, row, k) ? -z : z);
        fit->p[k] = kernels_sigmoid(z);
    }
    return loss;
}

static double loss_of(const struct fit *fit, const double *at, int i)
{
    int row = fit->task->rows[i];
    mix(fit, at, (size_t)i);
    return fit->task->loss == LOSS_CATEGORICAL ? softmax_loss(fit, row)
                                               : sigmoids_loss(fit, row);
}

/* How much row i counts. */
static double weight_of(const struct blend_task *task, int i)
{
    return task->class_weights ? task->class_weights[task->labels->y[task->rows[i]]] : 1;
}

static double losses(const struct fit *fit, const double *at)
{
    double sum = 0;
    for (int i = 0; i < fit->task->n; i++)
        sum += weight_of(fit->task, i) * loss_of(fit, at, i);
    return sum;
}

static double objective(const struct fit *fit, const double *at)
{
    double sum = losses(fit, at);
    for (int i = 0; i < fit->n; i++)
        sum += (at[i] - center(fit, i)) * (at[i] - center(fit, i)) / 2;
    return sum;
}

/* dz_k / d(what is fitted, number i) of a row. */
static double input(const struct fit *fit, size_t row, int i, int k)
{
    size_t at = row * (size_t)fit->task->outputs + (size_t)k;
    return i < fit->m ? (double)fit->task->logits[i][at] : i - fit->m == k;
}

/* With x_i the vector of dz / d(i): the slope is (p - y) x_i, and the curvature
 * x_i' H x_j, where H is diag(p) - p p' of a softmax and diag(p (1 - p)) of sigmoids.
 * Of c, whose x_i has a single 1, these are elements of H. */
static void add_row(const struct fit *fit, size_t row)
{
    const struct blend_task *task = fit->task;
    bool is_softmax = task->loss == LOSS_CATEGORICAL;
    double weight = weight_of(task, (int)row);
    int k = task->outputs, m = fit->m;

    for (int i = 0; i < m; i++) { /* H x_i is `product` */
        double mean = 0;
        for (int c = 0; c < k && is_softmax; c++)
            mean += fit->p[c] * input(fit, row, i, c);
        for (int c = 0; c < k; c++) {
            double x = input(fit, row, i, c);
            fit->slope[i] += weight * (fit->p[c] - is_of(task, task->rows[row], c)) * x;
            fit->product[c] =
                weight * fit->p[c] * (is_softmax ? x - mean : (1 - fit->p[c]) * x);
            for (int j = 0; j <= i; j++)
                fit->curvature[i * fit->n + j] += fit->product[c] * input(fit, row, j, c);
            if (fit->n > m)
                fit->curvature[(m + c) * fit->n + i] += fit->product[c];
        }
    }

    for (int c = 0; c < k && fit->n > m; c++) {
        double *to = fit->curvature + (size_t)(m + c) * (size_t)fit->n + m;
        fit->slope[m + c] += weight * (fit->p[c] - is_of(task, task->rows[row], c));
        to[c] += weight * fit->p[c] * (is_softmax ? 1 : 1 - fit->p[c]);
        for (int d = 0; d <= c && is_softmax; d++)
            to[d] -= weight * fit->p[c] * fit->p[d];
    }
}

/* Slope and curvature of the objective where it is. */
static void differentiate(struct fit *fit)
{
    int n = fit->n;
    for (int i = 0; i < n; i++) {
        fit->slope[i] = fit->at[i] - center(fit, i);
        for (int j = 0; j <= i; j++)
            fit->curvature[i * n + j] = i == j;
    }

    for (int i = 0; i < fit->task->n; i++) {
        (void)loss_of(fit, fit->at, i);
        add_row(fit, (size_t)i);
    }

    for (int f = 0; f < fit->m; f++) { /* what is fixed stays, and moves nothing else */
        for (int i = 0; i < n && is_fixed(fit, f); i++)
            *(i < f ? &fit->curvature[f * n + i] : &fit->curvature[i * n + f]) = i == f;
        if (is_fixed(fit, f))
            fit->slope[f] = 0;
    }
}

/* The triangle becomes L with L L' the matrix, which is positive definite. */
static void factorize(int n, double *matrix)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = matrix[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= matrix[i * n + k] * matrix[j * n + k];
            matrix[i * n + j] = i == j ? sqrt(sum) : sum / matrix[j * n + j];
        }
}

/* step = -curvature^-1 slope */
static void solve(const struct fit *fit)
{
    const double *l = fit->curvature;
    double *x = fit->step;
    int n = fit->n;

    for (int i = 0; i < n; i++) {
        x[i] = -fit->slope[i];
        for (int k = 0; k < i; k++)
            x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
}

/* As far along the step as the objective falls; false: nowhere. */
static bool take_step(struct fit *fit, double *value)
{
    enum { MOST_HALVINGS = 30 };
    double size = 1;

    for (int halvings = 0; halvings < MOST_HALVINGS; halvings++, size /= 2) {
        for (int i = 0; i < fit->n; i++)
            fit->tried[i] = fit->at[i] + size * fit->step[i];
        double tried = objective(fit, fit->tried);
        if (tried >= *value)
            continue;

        for (int i = 0; i < fit->n; i++)
            fit->at[i] = fit->tried[i];
        *value = tried;
        return true;
    }
    return false;
}

/* The least of the objective where some are fixed at 0. */
static double minimize(struct fit *fit)
{
    enum { MOST_STEPS = 100 };
    const double tolerance = 1e-10;

    for (int i = 0; i < fit->n; i++)
        fit->at[i] = is_fixed(fit, i) ? 0 : center(fit, i);
    double value = objective(fit, fit->at);

    for (int steps = 0; steps < MOST_STEPS; steps++) {
        double before = value;
        differentiate(fit);
        factorize(fit->n, fit->curvature);
        solve(fit);
        if (!take_step(fit, &value) || before - value <= tolerance * before)
            break;
    }
    return value;
}

static bool is_allowed(const struct fit *fit)
{
    for (int i = 0; i < fit->m; i++)
        if (fit->at[i] < 0)
            return false;
    return true;
}

/* The objective is convex: where its least has a negative a, that of those that are
 * allowed lies on a border. */
static void find_least(struct fit *fit)
{
    int best = -1;
    double least = 0;

    for (int border = 0; border < 1 << fit->m; border++) {
        fit->fixed = (unsigned)border;
        double value = minimize(fit);
        if (!is_allowed(fit))
            continue;
        if (border == 0)
            return;
        if (best < 0 || value < least) {
            best = border;
            least = value;
        }
    }

    fit->fixed = (unsigned)best;
    (void)minimize(fit);
}

double blend_fit(const struct blend_task *task, struct blend *blend)
{
    int k = task->outputs, m = task->n_models;
    int n = m + (task->has_biases && k <= BLEND_MOST_BIASES ? k : 0);
    double *all = xcalloc((size_t)n * (size_t)(n + 4) + 3 * (size_t)k, sizeof *all);
    struct fit fit = {.task = task,
                      .m = m,
                      .n = n,
                      .at = all,
                      .tried = all + n,
                      .slope = all + 2 * n,
                      .step = all + 3 * n,
                      .z = all + 4 * n,
                      .p = all + 4 * n + k,
                      .product = all + 4 * n + 2 * k,
                      .curvature = all + 4 * n + 3 * k};

    find_least(&fit);
    for (int i = 0; i < m; i++)
        blend->a[i] = fit.at[i];
    for (int c = 0; c < k; c++)
        blend->c[c] = n > m ? fit.at[m + c] : 0;

    double loss = losses(&fit, fit.at) / task->n;
    free(all);
    return loss;
}
