#include "train/optim.h"

#include <math.h>
#include <stdlib.h>

void optim_new(const struct optim_config *config, const struct kernels *kernels, size_t n,
               struct optim *optim)
{
    *optim = (struct optim){.config = *config, .kernels = kernels, .n = n};
    optim->n_slots = config->kind == OPTIM_ADAM ? 2 : 1;
    for (int i = 0; i < optim->n_slots; i++)
        optim->slot[i] = xaligned(n, sizeof(real));
}

void optim_release(struct optim *optim)
{
    free(optim->slot[0]);
    free(optim->slot[1]);
    *optim = (struct optim){0};
}

/* cos(pi x) for x in [0, 1], by its Taylor series around the nearer of 0 and 1: glibc's
 * cos is chosen by processor and may differ between nodes. */
static double cos_pi(double x)
{
    bool far = x > 0.5;
    double y = 3.14159265358979323846 * (far ? 1 - x : x), square = y * y, sum = 0;
    for (int i = 22; i >= 2; i -= 2)
        sum = -(1 + sum) * square / (i * (i - 1));
    return far ? -(1 + sum) : 1 + sum;
}

static double power(double base, int64_t exponent)
{
    double result = 1;
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1)
            result *= base;
    return result;
}

double optim_rate(const struct optim_config *config, int64_t t)
{
    double rate = config->learning_rate;
    if (t < config->warmup_steps)
        return rate * (double)(t + 1) / (double)config->warmup_steps;

    int64_t decayed = t - config->warmup_steps,
            span = config->total_steps - config->warmup_steps;
    double done = span > 0 ? (double)decayed / (double)span : 1;
    done = done > 1 ? 1 : done;

    switch (config->decay) {
    case DECAY_LINEAR:
        return rate * (1 - done);
    case DECAY_COSINE:
        return rate * 0.5 * (1 + cos_pi(done));
    case DECAY_INVERSE:
        return rate / (1 + config->decay_rate * (double)decayed);
    default:
        return rate;
    }
}

static void apply_adam(struct optim *optim, int64_t t, double scale, const real *gradient,
                       real *weights)
{
    const struct optim_config *config = &optim->config;
    int64_t seen = optim->n_before + t + 1;
    double correction =
        sqrt(1 - power(config->beta2, seen)) / (1 - power(config->beta1, seen));
    struct adam adam = {.rate = (real)(optim_rate(config, t) * correction),
                        .beta1 = (real)config->beta1,
                        .beta2 = (real)config->beta2,
                        .epsilon = (real)config->epsilon,
                        .scale = (real)scale};
    optim->kernels->adam(optim->n, &adam, gradient, optim->slot[0], optim->slot[1],
                         weights);
}

static void apply(struct optim *optim, int64_t t, double scale, const real *gradient,
                  real *weights)
{
    const struct optim_config *config = &optim->config;
    const struct kernels *kernels = optim->kernels;
    real rate = (real)optim_rate(config, t), *slot = optim->slot[0];

    switch (config->kind) {
    case OPTIM_ADAM:
        apply_adam(optim, t, scale, gradient, weights);
        break;
    case OPTIM_RMSPROP:
        kernels->rmsprop(optim->n, rate, (real)config->rho, (real)config->epsilon,
                         (real)scale, gradient, slot, weights);
        break;
    case OPTIM_SGD:
        kernels->sgd(optim->n, rate, (real)config->momentum, (real)scale, gradient, slot,
                     weights);
        break;
    case OPTIM_KINDS:
        die("an unknown optimizer");
    }
}

double optim_apply(struct optim *optim, int64_t t, const real *gradient, int rows,
                   real *weights)
{
    double scale = 1.0 / rows, most = optim->config.clip_norm;
    double norm = sqrt(optim->kernels->sum_squares(optim->n, gradient)) * scale;
    if (!isfinite(norm))
        return norm;
    if (most > 0 && norm > most)
        scale *= most / norm;
    uint64_t mode = kernels_begin();
    apply(optim, t, scale, gradient, weights);
    kernels_end(mode);
    return norm;
}
