#include "judge/calibration.h"

#include <math.h>

/* The edges are NumPy's linspace(0, 1, B + 1). */
static double edge(int b)
{
    return b == JUDGE_BINS ? 1 : b * (1.0 / JUDGE_BINS);
}

static int bin_of(double p)
{
    int b = 0;

    while (b + 1 < JUDGE_BINS && p > edge(b + 1))
        b++;
    return b;
}

/* False: it is NaN. */
static bool add(struct judge_bin *bins, double p, bool came_true, int64_t times)
{
    if (isnan(p))
        return false;
    struct judge_bin *bin = &bins[bin_of(p)];

    bin->n += times;
    bin->n_true += came_true ? times : 0;
    bin->probability += (double)times * p;
    return true;
}

static bool add_class(const struct judge *judge, int i, int64_t times,
                      struct judge_bin *bins)
{
    int asked = judge->classes == 2 ? 1 : judge->decided[i];

    return add(bins, judge->sure[i], judge->label[i] == asked, times);
}

static bool add_labels(const struct judge *judge, int i, int64_t times,
                       struct judge_bin *bins)
{
    size_t n = (size_t)judge->classes, at = (size_t)i * n;
    bool is_number = judge->probabilities != NULL;

    for (size_t c = 0; c < n && is_number; c++)
        is_number = add(bins, judge->probabilities[at + c], judge->there[at + c], times);
    return is_number;
}

bool judge_bins(const struct judge *judge, const int32_t *weights,
                struct judge_bin bins[JUDGE_BINS])
{
    struct judge_bin found[JUDGE_BINS];
    bool is_number = true;
    for (int b = 0; b < JUDGE_BINS; b++)
        found[b] = (struct judge_bin){.low = edge(b), .high = edge(b + 1)};

    for (int i = 0; i < judge->n && is_number; i++) {
        int row = judge->place[i], times = weights ? weights[row] : 1;
        if (times)
            is_number = judge->multi_label ? add_labels(judge, row, times, found)
                                           : add_class(judge, row, times, found);
    }

    for (int b = 0; b < JUDGE_BINS && is_number; b++) {
        double n = (double)found[b].n;
        bins[b] = found[b];
        bins[b].probability = n > 0 ? found[b].probability / n : JUDGE_UNDEFINED;
        bins[b].share = n > 0 ? (double)found[b].n_true / n : JUDGE_UNDEFINED;
    }
    return is_number;
}

double judge_calibration_error(const struct judge_bin bins[JUDGE_BINS])
{
    int64_t all = 0;
    double sum = 0;

    for (int b = 0; b < JUDGE_BINS; b++)
        if (bins[b].n) {
            all += bins[b].n;
            sum += (double)bins[b].n * fabs(bins[b].probability - bins[b].share);
        }
    return all ? sum / (double)all : JUDGE_UNDEFINED;
}
