#include "judge/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static const double most_steps = 0x1p32, most_numbers = 0x1p25;

static void draw(const struct judge *judge, const struct rng *rng, int32_t *weights)
{
    uint32_t n = (uint32_t)judge->n;

    memset(weights, 0, n * sizeof *weights);
    for (uint32_t i = 0; i < n; i++)
        weights[judge->place[rng_below(rng, i, n)]]++;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of n > 0 numbers that are sorted. */
static double quantile(const double *sorted, int n, double q)
{
    double at = q * (n - 1);
    int below = (int)at;
    double above = sorted[below + 1 < n ? below + 1 : below];

    return sorted[below] + (at - below) * (above - sorted[below]);
}

struct judge_interval judge_interval_of(double *values, int n)
{
    int defined = 0;

    for (int i = 0; i < n; i++)
        if (!isnan(values[i]))
            values[defined++] = values[i];
    if (defined == 0)
        return (struct judge_interval){JUDGE_UNDEFINED, JUDGE_UNDEFINED};
    qsort(values, (size_t)defined, sizeof *values, compare);
    return (struct judge_interval){quantile(values, defined, 0.025),
                                   quantile(values, defined, 0.975)};
}

/* What resamples came to: figure f of resample r at f * resamples + r, those of classes
 * behind the others. */
struct drawn {
    int resamples, n_classes; /* 0: those of classes are not kept */
    double *values;
};

static void keep(struct drawn *drawn, int r, const struct judge_figures *figures)
{
    double *to = drawn->values + r;
    size_t step = (size_t)drawn->resamples;

    for (int f = 0; f < JUDGE_FIGURES; f++, to += step)
        *to = figures->value[f];
    for (int c = 0; c < drawn->n_classes; c++)
        for (int f = 0; f < JUDGE_CLASS_FIGURES; f++, to += step)
            *to = figures->classes[c].value[f];
}

static void take_intervals(struct drawn *drawn, struct judge_intervals *intervals)
{
    double *from = drawn->values;

    for (int f = 0; f < JUDGE_FIGURES; f++, from += drawn->resamples)
        intervals->value[f] = judge_interval_of(from, drawn->resamples);
    for (int c = 0; c < drawn->n_classes; c++)
        for (int f = 0; f < JUDGE_CLASS_FIGURES; f++, from += drawn->resamples)
            intervals->classes[c][f] = judge_interval_of(from, drawn->resamples);
}

static void set_unknown(int classes, struct judge_intervals *intervals)
{
    static const struct judge_interval unknown = {JUDGE_UNDEFINED, JUDGE_UNDEFINED};

    for (int f = 0; f < JUDGE_FIGURES; f++)
        intervals->value[f] = unknown;
    for (int c = 0; c < classes; c++)
        for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
            intervals->classes[c][f] = unknown;
}

void judge_bootstrap(const struct judge *judge, uint64_t seed, int resamples,
                     struct judge_intervals *intervals)
{
    size_t classes = (size_t)judge->classes;
    double numbers = (double)classes * JUDGE_CLASS_FIGURES * resamples;
    double steps = (double)judge->n * (double)classes * resamples;
    *intervals = (struct judge_intervals){.resamples = resamples,
                                          .leaves_ranks = steps > most_steps,
                                          .leaves_classes = numbers > most_numbers};
    intervals->classes = xcalloc(classes, sizeof *intervals->classes);
    set_unknown(judge->classes, intervals);
    if (resamples == 0 || (judge->multi_label && intervals->leaves_ranks))
        return;

    struct judge drawn_from = *judge;
    struct drawn drawn = {resamples, intervals->leaves_classes ? 0 : judge->classes,
                          NULL};
    size_t kept = JUDGE_FIGURES + (size_t)drawn.n_classes * JUDGE_CLASS_FIGURES;
    struct judge_figures figures = {.n = 0};
    int32_t *weights = xcalloc((size_t)judge->n, sizeof *weights);
    drawn.values = xcalloc(kept * (size_t)resamples, sizeof *drawn.values);
    if (intervals->leaves_ranks)
        drawn_from.ranks = NULL;

    for (int r = 0; r < resamples; r++) {
        struct rng rng = {
            .seed = seed, .purpose = RNG_BOOTSTRAP, .step = (uint32_t)r, .row = 0};
        draw(judge, &rng, weights);
        judge_compute(&drawn_from, weights, &figures);
        keep(&drawn, r, &figures);
    }
    take_intervals(&drawn, intervals);

    judge_figures_release(&figures);
    free(weights);
    free(drawn.values);
}

void judge_intervals_release(struct judge_intervals *intervals)
{
    free(intervals->classes);
    *intervals = (struct judge_intervals){.resamples = 0};
}
