#include "model/attribution.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the numbers that models compute with. */
#define REAL_EPSILON (sizeof(real) == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON)

/* Intervals at first, and those that are halved at once, with two new points each. */
enum { FIRST = 7, HALVED = 8, FIRST_POINTS = 2 * FIRST + 1 };

/* From point a by the middle m to point b, by Simpson's rule. */
struct interval {
    int a, m, b;
    double error; /* the integral of all slopes - the difference of the logits */
};

struct integral {
    struct model *model;
    const struct rows *rows;
    const struct path_target *target;
    int n_points, room;
    double *at, *logits, *slopes, *sums; /* slopes (n_points, T), sums (n_points) */
    double noise; /* what an interval's error can be of rounding alone */
    int n_intervals;
    struct interval intervals[ATTRIBUTION_MOST_INTERVALS];
};

static void make_room(struct integral *integral, int n)
{
    size_t length = (size_t)integral->rows->maxlen;
    if (integral->room >= n)
        return;

    integral->room = 2 * n;
    size_t room = (size_t)integral->room;
    integral->at = xrealloc(integral->at, room, sizeof(double));
    integral->logits = xrealloc(integral->logits, room, sizeof(double));
    integral->sums = xrealloc(integral->sums, room, sizeof(double));
    integral->slopes = xrealloc(integral->slopes, room * length, sizeof(double));
}

/* Points whose places stand behind the others already. */
static void compute_points(struct integral *integral, int n)
{
    size_t length = (size_t)integral->rows->maxlen;
    int most = model_lane_rows(integral->model), end = integral->n_points + n;

    while (integral->n_points < end) {
        int first = integral->n_points, left = end - first;
        int now = left < most ? left : most;

        model_follow(integral->model, integral->rows, integral->target,
                     integral->at + first, now, integral->logits + first,
                     integral->slopes + (size_t)first * length);
        integral->n_points += now;
    }

    for (int i = end - n; i < end; i++) {
        integral->sums[i] = 0;
        for (size_t t = 0; t < length; t++)
            integral->sums[i] += integral->slopes[(size_t)i * length + t];
    }
}

/* Adds the interval's part of the integral of what stands at x[point * stride]. */
static double simpson(const struct integral *integral, const struct interval *interval,
                      const double *x, size_t stride)
{
    double h = integral->at[interval->b] - integral->at[interval->a];
    double ends = x[(size_t)interval->a * stride] + x[(size_t)interval->b * stride];

    return h / 6 * (ends + 4 * x[(size_t)interval->m * stride]);
}

static struct interval interval_of(const struct integral *integral, int a, int m, int b)
{
    struct interval interval = {a, m, b, 0};

    interval.error = simpson(integral, &interval, integral->sums, 1) -
                     (integral->logits[b] - integral->logits[a]);
    return interval;
}

/* Halving helps no more against what the logits' last bits are. */
static double size_of(const struct integral *integral, const struct interval *interval)
{
    double size = fabs(interval->error);

    return size > integral->noise ? size : 0;
}

static void begin(struct integral *integral)
{
    make_room(integral, FIRST_POINTS);
    for (int i = 0; i < FIRST_POINTS; i++)
        integral->at[i] = (double)i / (FIRST_POINTS - 1);
    compute_points(integral, FIRST_POINTS);
    for (int i = 0; i < FIRST_POINTS; i++)
        integral->noise =
            fmax(integral->noise, 2 * REAL_EPSILON * fabs(integral->logits[i]));
    for (int i = 0; i < FIRST; i++)
        integral->intervals[integral->n_intervals++] =
            interval_of(integral, 2 * i, 2 * i + 1, 2 * i + 2);
}

/* The largest errors, each the largest of those that are left; returns how many. */
static int find_worst(const struct integral *integral, int worst[HALVED])
{
    int n = 0, most = ATTRIBUTION_MOST_INTERVALS - integral->n_intervals;

    for (; n < HALVED && n < most; n++) {
        int found = -1;
        for (int i = 0; i < integral->n_intervals; i++) {
            bool is_taken = false;
            for (int k = 0; k < n; k++)
                is_taken = is_taken || worst[k] == i;
            double error = size_of(integral, &integral->intervals[i]);
            if (!is_taken && error > 0 &&
                (found < 0 || error > size_of(integral, &integral->intervals[found])))
                found = i;
        }
        if (found < 0)
            break;
        worst[n] = found;
    }
    return n;
}

static void halve(struct integral *integral, const int *worst, int n)
{
    int first = integral->n_points;
    make_room(integral, first + 2 * n);

    for (int k = 0; k < n; k++) {
        const struct interval *old = &integral->intervals[worst[k]];
        const double *at = integral->at;
        integral->at[first + 2 * k] = (at[old->a] + at[old->m]) / 2;
        integral->at[first + 2 * k + 1] = (at[old->m] + at[old->b]) / 2;
    }
    compute_points(integral, 2 * n);

    for (int k = 0; k < n; k++) {
        struct interval old = integral->intervals[worst[k]];
        int left = first + 2 * k;
        integral->intervals[worst[k]] = interval_of(integral, old.a, left, old.m);
        integral->intervals[integral->n_intervals++] =
            interval_of(integral, old.m, left + 1, old.b);
    }
}

static double all_errors(const struct integral *integral)
{
    double sum = 0;

    for (int i = 0; i < integral->n_intervals; i++)
        sum += size_of(integral, &integral->intervals[i]);
    return sum;
}

static void add_up(const struct integral *integral, struct attribution *attribution)
{
    size_t length = (size_t)integral->rows->maxlen;

    attribution->shares = xcalloc(length, sizeof *attribution->shares);
    for (int i = 0; i < integral->n_intervals; i++) {
        const struct interval *interval = &integral->intervals[i];
        for (size_t t = 0; t < length; t++)
            attribution->shares[t] +=
                simpson(integral, interval, integral->slopes + t, length);
        attribution->error += interval->error;
    }
}

void attribution_find(struct model *model, const struct rows *rows,
                      const struct path_target *target, double tolerance,
                      struct attribution *attribution)
{
    struct integral *integral = xcalloc(1, sizeof *integral);
    int worst[HALVED], n = 1;

    integral->model = model;
    integral->rows = rows;
    integral->target = target;
    begin(integral);
    *attribution = (struct attribution){.baseline = integral->logits[0],
                                        .logit = integral->logits[FIRST_POINTS - 1]};
    while (n > 0 && all_errors(integral) > tolerance) {
        n = find_worst(integral, worst);
        if (n > 0)
            halve(integral, worst, n);
    }

    add_up(integral, attribution);
    attribution->points = integral->n_points;
    free(integral->at);
    free(integral->logits);
    free(integral->slopes);
    free(integral->sums);
    free(integral);
}

void attribution_release(struct attribution *attribution)
{
    free(attribution->shares);
    *attribution = (struct attribution){.points = 0};
}
