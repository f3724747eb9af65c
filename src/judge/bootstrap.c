#include "judge/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
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

/* Resamples one after another, each by the thread that is free. */
struct drawing {
    const struct judge *judge, *drawn_from;
    uint64_t seed;
    struct drawn *drawn;
    int n_taken;
};

struct resample {
    int number;
    struct judge_figures figures;
    int32_t *weights; /* (n) */
};

static int take_resample(void *context, void *item, bool *end)
{
    struct drawing *drawing = context;
    struct resample *resample = item;

    *end = drawing->n_taken == drawing->drawn->resamples;
    if (!*end)
        resample->number = drawing->n_taken++;
    return OK;
}

static int compute_resample(void *context, void *item, int worker)
{
    struct drawing *drawing = context;
    struct resample *resample = item;
    const struct rng rng = {.seed = drawing->seed,
                            .purpose = RNG_BOOTSTRAP,
                            .step = (uint32_t)resample->number,
                            .row = 0};

    (void)worker;
    if (!resample->weights)
        resample->weights = xcalloc((size_t)drawing->judge->n, sizeof *resample->weights);
    draw(drawing->judge, &rng, resample->weights);
    judge_compute(drawing->drawn_from, resample->weights, &resample->figures);
    keep(drawing->drawn, resample->number, &resample->figures);
    return OK;
}

static int finish_resample(void *context, void *item)
{
    (void)context;
    (void)item;
    return OK;
}

static void release_resample(void *item)
{
    struct resample *resample = item;
    judge_figures_release(&resample->figures);
    free(resample->weights);
}

void judge_bootstrap_by(int n_threads, const struct judge *judge, uint64_t seed,
                        int resamples, struct judge_intervals *intervals)
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
    struct drawing drawing = {judge, &drawn_from, seed, &drawn, 0};
    const struct crew_job job = {&drawing,
                                 sizeof(struct resample),
                                 take_resample,
                                 compute_resample,
                                 finish_resample,
                                 release_resample,
                                 0};
    drawn.values = xcalloc(kept * (size_t)resamples, sizeof *drawn.values);
    if (intervals->leaves_ranks)
        drawn_from.ranks = NULL;

    if (crew_run(&job, n_threads))
        die("resamples cannot fail");
    take_intervals(&drawn, intervals);
    free(drawn.values);
}

void judge_bootstrap(const struct judge *judge, uint64_t seed, int resamples,
                     struct judge_intervals *intervals)
{
    judge_bootstrap_by(1, judge, seed, resamples, intervals);
}

void judge_intervals_release(struct judge_intervals *intervals)
{
    free(intervals->classes);
    *intervals = (struct judge_intervals){.resamples = 0};
}
