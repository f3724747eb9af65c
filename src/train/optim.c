#include "train/optim_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Moments of a weight. */
static const int slots_of[] = {[OPTIM_ADAM] = 2, [OPTIM_RMSPROP] = 1, [OPTIM_SGD] = 1};
_Static_assert(COUNT_OF(slots_of) == OPTIM_KINDS, "an optimizer's moments are not said");

int optim_arrays_of(const struct optim_config *config)
{
    return slots_of[config->kind] + (config->ema > 0);
}

void optim_new_in(const struct optim_config *config, const struct kernels *kernels,
                  size_t n, real *arrays, size_t stride, struct optim *optim)
{
    *optim =
        (struct optim){.config = *config, .kernels = kernels, .n = n, .borrows = true};
    optim->n_slots = slots_of[config->kind];
    for (int i = 0; i < optim->n_slots; i++)
        optim->slot[i] = arrays + (size_t)i * stride;
    if (config->ema > 0)
        optim->average = arrays + (size_t)optim->n_slots * stride;
    optim_train_only(optim, &(struct optim_part){0, n}, 1);
}

void optim_new(const struct optim_config *config, const struct kernels *kernels, size_t n,
               struct optim *optim)
{
    *optim = (struct optim){.config = *config, .kernels = kernels, .n = n};
    optim->n_slots = slots_of[config->kind];
    for (int i = 0; i < optim->n_slots; i++)
        optim->slot[i] = xaligned(n, sizeof(real));
    if (config->ema > 0)
        optim->average = xaligned(n, sizeof(real));
    optim_train_only(optim, &(struct optim_part){0, n}, 1);
}

void optim_train_only(struct optim *optim, const struct optim_part *parts, int n_parts)
{
    free(optim->parts);
    optim->parts = xcalloc((size_t)n_parts, sizeof *parts);
    memcpy(optim->parts, parts, (size_t)n_parts * sizeof *parts);
    optim->n_parts = n_parts;
}

void optim_release(struct optim *optim)
{
    if (!optim->borrows) {
        free(optim->slot[0]);
        free(optim->slot[1]);
        free(optim->average);
    }
    free(optim->parts);
    free(optim->table.seen);
    free(optim->table.updates);
    free(optim->table.block_squares);
    *optim = (struct optim){0};
}

void optim_begin_average(struct optim *optim, const real *weights)
{
    if (optim->average)
        memcpy(optim->average, weights, optim->n * sizeof *weights);
}

int optim_arrays(const struct optim *optim)
{
    return optim->n_slots + (optim->average != NULL);
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

/* What step t multiplies the learning rate by: Adam's moments begin at zero. */
static double correction_of(const struct optim *optim, int64_t t)
{
    const struct optim_config *config = &optim->config;
    int64_t seen = optim->n_before + t + 1;

    switch (config->kind) {
    case OPTIM_ADAM:
        return sqrt(1 - power(config->beta2, seen)) / (1 - power(config->beta1, seen));
    case OPTIM_RMSPROP:
    case OPTIM_SGD:
        return 1;
    case OPTIM_KINDS:
        break;
    }
    die("an unknown optimizer");
}

struct update optim_update(const struct optim *optim, int64_t t, double scale)
{
    const struct optim_config *config = &optim->config;

    return (struct update){.rate =
                               (real)(optim_rate(config, t) * correction_of(optim, t)),
                           .scale = (real)scale,
                           .beta1 = (real)config->beta1,
                           .beta2 = (real)config->beta2,
                           .rho = (real)config->rho,
                           .momentum = (real)config->momentum,
                           .epsilon = (real)config->epsilon};
}

static void apply(struct optim *optim, int64_t t, double scale, const real *gradient,
                  real *weights)
{
    const struct update update = optim_update(optim, t, scale);

    for (int i = 0; i < optim->n_parts; i++) {
        const struct optim_part *part = &optim->parts[i];
        real *slot[UPDATE_MOST_SLOTS] = {NULL};

        for (int k = 0; k < optim->n_slots; k++)
            slot[k] = optim->slot[k] + part->first;
        optim->kernels->update[optim->config.kind](
            part->n, &update, gradient + part->first, slot, weights + part->first);
    }
}

static void take_average(struct optim *optim, int64_t t, const real *weights)
{
    const real share = t == 0 ? 1 : (real)(1 - optim->config.ema);

    for (int i = 0; i < optim->n_parts && optim->average; i++) {
        const struct optim_part *part = &optim->parts[i];
        optim->kernels->average(part->n, share, weights + part->first,
                                optim->average + part->first);
    }
}

static double norm_of(const struct optim *optim, const real *gradient)
{
    double sum = 0;

    for (int i = 0; i < optim->n_parts; i++)
        sum += optim->kernels->sum_squares(optim->parts[i].n,
                                           gradient + optim->parts[i].first);
    return sqrt(sum);
}

double optim_apply(struct optim *optim, int64_t t, const real *gradient, int rows,
                   real *weights)
{
    double scale = 1.0 / rows, most = optim->config.clip_norm;
    double norm = norm_of(optim, gradient) * scale;
    if (!isfinite(norm))
        return norm;
    if (most > 0 && norm > most)
        scale *= most / norm;
    uint64_t mode = kernels_begin();
    apply(optim, t, scale, gradient, weights);
    take_average(optim, t, weights);
    kernels_end(mode);
    return norm;
}
