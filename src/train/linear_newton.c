#include "train/linear_private.h"

#include <math.h>
#include <string.h>

enum { MOST_NEWTON_STEPS = 100, MOST_DIRECTIONS = 200, MOST_HALVINGS = 30 };

double linear_objective(struct linear_fit *fit, double c)
{
    return c * linear_loss(fit, 0) +
           linear_dot(fit, fit->weights, fit->weights, false) / 2;
}

/* Collective. The gradient at the weights, and its norm. */
static double take_gradient(struct linear_fit *fit, double c)
{
    linear_slopes(fit, c);
    linear_pass_features(fit, fit->gradient);
    linear_add_pull(fit, fit->weights, fit->gradient);
    fit->effort.passes++;
    return sqrt(linear_dot(fit, fit->gradient, fit->gradient, true));
}

/* Collective. product = Hessian · direction; returns direction · product. */
static double multiply(struct linear_fit *fit, double c)
{
    linear_fold(fit, fit->direction);
    linear_pass_rows(fit);
    linear_curvature(fit, c);
    linear_pass_features(fit, fit->product);
    linear_add_pull(fit, fit->direction, fit->product);
    fit->effort.passes++;
    return linear_dot(fit, fit->direction, fit->product, true);
}

/* One over the Hessian's diagonal at the probabilities and 1, with which conjugate
 * gradients are preconditioned: a feature has many rows of one class and hardly any of
 * another. The 1 is for biases, which nothing pulls: where all probabilities are near 0
 * or 1 they would go further than any line search comes back. Flat: 1. */
static void take_diagonal(struct linear_fit *fit, double c, bool is_flat)
{
    size_t n = share_own(&fit->features) * fit->stride;

    for (size_t i = 0; i < n && is_flat; i++)
        fit->diagonal[i] = 1;
    if (is_flat)
        return;

    linear_spreads(fit, c);
    linear_pass_squares(fit, fit->diagonal);
    linear_square_pull(fit, fit->diagonal);
    for (size_t i = 0; i < n; i++)
        fit->diagonal[i] = 1 / (1 + fit->diagonal[i]);
}

/* Collective. */
static double weigh(struct linear_fit *fit)
{
    struct linear_span span;

    for (int b = 0; linear_span_at(fit, b, true, &span); b++)
        for (size_t i = span.first; i < span.end; i++) {
            float r = fit->residual[i];
            *span.sum += (double)(fit->diagonal[i] * r) * (double)r;
        }
    return linear_sum_features(fit);
}

/* Collective. Goes along the direction; returns the residual's square, and *weighed, its
 * product with the preconditioned one. */
static double go_along(struct linear_fit *fit, float length, double *weighed)
{
    size_t rows = share_own(&fit->rows) * fit->stride;
    struct linear_span span;

    for (size_t i = 0; i < rows; i++)
        fit->step_logits[i] += length * fit->sums[i];
    for (int b = 0; linear_span_at(fit, b, true, &span); b++)
        for (size_t i = span.first; i < span.end; i++) {
            float r = fit->residual[i] - length * fit->product[i];
            fit->step[i] += length * fit->direction[i];
            fit->residual[i] = r;
            *span.sum += (double)r * (double)r;
        }
    double square = linear_sum_features(fit);
    *weighed = weigh(fit);
    return square;
}

static void begin_step(struct linear_fit *fit)
{
    size_t features = share_own(&fit->features) * fit->stride;
    size_t rows = share_own(&fit->rows) * fit->stride;

    for (size_t i = 0; i < features; i++) {
        fit->step[i] = 0;
        fit->residual[i] = -fit->gradient[i];
        fit->direction[i] = fit->diagonal[i] * fit->residual[i];
    }
    memset(fit->step_logits, 0, rows * sizeof *fit->step_logits);
}

/* Collective. What all ranks want at most. */
static int ask(const struct linear_fit *fit, const struct linear_stop *stop)
{
    return stop->wish ? (int)comm_max(fit->comm, stop->wish(stop->context)) : 0;
}

/* Collective. The step that the Hessian gives, until its residual is `least`. */
static int find_step(struct linear_fit *fit, double c, double least, bool is_flat,
                     const struct linear_stop *stop)
{
    size_t features = share_own(&fit->features) * fit->stride;
    int wish = 0;

    take_diagonal(fit, c, is_flat);
    begin_step(fit);
    double weighed = weigh(fit);
    for (int i = 0; i < MOST_DIRECTIONS && !wish; i++) {
        double curvature = multiply(fit, c);
        if (curvature <= 0)
            break;
        double before = weighed;
        double square = go_along(fit, (float)(weighed / curvature), &weighed);
        wish = ask(fit, stop);
        if (sqrt(square) <= least)
            break;

        float by = (float)(weighed / before);
        for (size_t k = 0; k < features; k++)
            fit->direction[k] =
                fit->diagonal[k] * fit->residual[k] + by * fit->direction[k];
    }
    return wish;
}

/* Collective. Half the step as often as the objective does not fall enough (Armijo).
 * Returns the length, 0 where no step does; *objective is what it gives. */
static double search(struct linear_fit *fit, double c, double *objective)
{
    double slope = linear_dot(fit, fit->gradient, fit->step, true);
    double weights = linear_dot(fit, fit->weights, fit->weights, false);
    double both = linear_dot(fit, fit->weights, fit->step, false);
    double steps = linear_dot(fit, fit->step, fit->step, false), length = 1;

    for (int i = 0; i < MOST_HALVINGS; i++, length /= 2) {
        double norm = weights + 2 * length * both + length * length * steps;
        double value = c * linear_loss(fit, length) + norm / 2;
        if (value <= *objective + 0.01 * length * slope) {
            *objective = value;
            return length;
        }
    }
    return 0;
}

static void take_step(struct linear_fit *fit, double length)
{
    size_t features = share_own(&fit->features) * fit->stride;
    size_t rows = share_own(&fit->rows) * fit->stride;

    for (size_t i = 0; i < features; i++)
        fit->weights[i] += (float)length * fit->step[i];
    for (size_t i = 0; i < rows; i++)
        fit->logits[i] += length * (double)fit->step_logits[i];
}

/* Of a step's residual, as a share of the gradient: far from the least a rough step is
 * enough. */
static double accuracy(double left)
{
    return fmin(0.5, kernels_exp(0.3 * kernels_log(left)));
}

int linear_minimise(struct linear_fit *fit, double c, const struct linear_stop *stop,
                    double from)
{
    /* with one logit, and of components, a diagonal would gain nothing */
    bool is_flat = fit->outputs == 1 || fit->task.dense;
    double objective = linear_objective(fit, c);
    double norm = take_gradient(fit, c);

    while (from > 0 && norm > stop->tolerance * from &&
           fit->effort.newton_steps < MOST_NEWTON_STEPS) {
        double before = objective;
        int wish = find_step(fit, c, accuracy(norm / from) * norm, is_flat, stop);
        if (wish)
            return wish;

        double length = search(fit, c, &objective);
        if (!(length > 0) && !is_flat) { /* once more without, from where it was */
            is_flat = true;
            (void)linear_loss(fit, 0);
            continue;
        }
        take_step(fit, length);
        fit->effort.newton_steps++;
        fit->effort.objective = objective;
        if (before - objective <= 1e-10 * fabs(objective))
            break;
        norm = take_gradient(fit, c);
    }
    return 0;
}
