#include "judge/mistakes.h"

#include <stdlib.h>

const char *const mistake_kind_names[] = {[MISTAKE_WORST] = "worst",
                                          [MISTAKE_UNCERTAIN] = "uncertain",
                                          [MISTAKE_MISLABELLED] = "mislabelled"};
_Static_assert(COUNT_OF(mistake_kind_names) == MISTAKE_KINDS, "a kind has no name");

static const double *row_of(const struct judge *judge, int i)
{
    return judge->probabilities + (size_t)i * (size_t)judge->classes;
}

static int most_probable(const struct judge *judge, int i)
{
    int most = 0;

    for (int c = 1; c < judge->classes && judge->probabilities; c++)
        if (row_of(judge, i)[c] > row_of(judge, i)[most])
            most = c;
    return judge->probabilities ? most : judge->decided ? judge->decided[i] : 0;
}

static bool take_worst(const struct judge *judge, const double *thresholds, int i,
                       struct mistake *mistake)
{
    (void)thresholds;
    *mistake = (struct mistake){i, judge->loss[i], most_probable(judge, i)};
    return true;
}

static void take_nearest_label(const double *p, int n, struct mistake *mistake)
{
    mistake->score = (double)INFINITY;
    for (int c = 0; c < n; c++)
        if (fabs(p[c] - 0.5) < mistake->score) {
            mistake->score = fabs(p[c] - 0.5);
            mistake->class = c;
        }
}

static bool take_uncertain(const struct judge *judge, const double *thresholds, int i,
                           struct mistake *mistake)
{
    const double *p = row_of(judge, i);
    int first = most_probable(judge, i);
    double second = -(double)INFINITY;

    (void)thresholds;
    *mistake = (struct mistake){i, 0, first};
    if (judge->multi_label) {
        take_nearest_label(p, judge->classes, mistake);
        return true;
    }
    for (int c = 0; c < judge->classes; c++)
        if (c != first && p[c] > second)
            second = p[c];
    mistake->score = p[first] - second;
    return true;
}

/* Of a label the probability that it is as it is said to be in `there`. */
static double p_of(double p, bool there)
{
    return there ? p : 1 - p;
}

static bool take_doubted_label(const struct judge *judge, const double *thresholds, int i,
                               struct mistake *mistake)
{
    const double *p = row_of(judge, i);
    const uint8_t *there = judge->there + (size_t)i * (size_t)judge->classes;

    *mistake = (struct mistake){i, (double)INFINITY, 0};
    for (int c = 0; c < judge->classes; c++) {
        double given = p_of(p[c], there[c]), other = p_of(p[c], !there[c]);
        bool reaches = other >= thresholds[2 * c + !there[c]];
        if (reaches && (given < thresholds[2 * c + there[c]] || other > given) &&
            given - other < mistake->score)
            *mistake = (struct mistake){i, given - other, c};
    }
    return mistake->score < (double)INFINITY;
}

static bool take_mislabelled(const struct judge *judge, const double *thresholds, int i,
                             struct mistake *mistake)
{
    const double *p;
    int counted = -1;

    if (judge->multi_label)
        return take_doubted_label(judge, thresholds, i, mistake);
    p = row_of(judge, i);
    for (int c = 0; c < judge->classes; c++)
        if (p[c] >= thresholds[c] && (counted < 0 || p[c] > p[counted]))
            counted = c;
    if (counted < 0 || counted == judge->label[i])
        return false;
    *mistake = (struct mistake){i, p[judge->label[i]] - p[counted], counted};
    return true;
}

/* Of class c the mean of p over its rows, which no row reaches where it has none. Of
 * several labels two of each: 2 c of rows that lack it, of 1 - p, and 2 c + 1 of those
 * that have it. */
static double *find_thresholds(const struct judge *judge)
{
    size_t n = (judge->multi_label ? 2 : 1) * (size_t)judge->classes;
    double *sums = xcalloc(n, sizeof *sums);
    int *counts = xcalloc(n, sizeof *counts);

    for (int i = 0; i < judge->n; i++) {
        const double *p = row_of(judge, i);
        if (!judge->multi_label) {
            sums[judge->label[i]] += p[judge->label[i]];
            counts[judge->label[i]]++;
            continue;
        }
        for (int c = 0; c < judge->classes; c++) {
            bool there = judge->there[(size_t)i * (size_t)judge->classes + (size_t)c];
            sums[2 * c + there] += p_of(p[c], there);
            counts[2 * c + there]++;
        }
    }

    for (size_t k = 0; k < n; k++)
        sums[k] = counts[k] ? sums[k] / counts[k] : (double)INFINITY;
    free(counts);
    return sums;
}

static int compare(double x, double y, const struct mistake *a, const struct mistake *b)
{
    if (x != y && !isnan(x) && !isnan(y))
        return x < y ? -1 : 1;
    if (isnan(x) != isnan(y))
        return isnan(x) ? 1 : -1;
    return (a->row > b->row) - (a->row < b->row);
}

static int rising(const void *a, const void *b)
{
    const struct mistake *one = a, *other = b;
    return compare(one->score, other->score, one, other);
}

static int falling(const void *a, const void *b)
{
    const struct mistake *one = a, *other = b;
    return compare(-one->score, -other->score, one, other);
}

static const struct {
    bool (*take)(const struct judge *, const double *thresholds, int i, struct mistake *);
    int (*order)(const void *, const void *);
    bool needs_probabilities;
} kinds[] = {[MISTAKE_WORST] = {take_worst, falling, false},
             [MISTAKE_UNCERTAIN] = {take_uncertain, rising, true},
             [MISTAKE_MISLABELLED] = {take_mislabelled, rising, true}};
_Static_assert(COUNT_OF(kinds) == MISTAKE_KINDS, "a kind is not found");

struct mistake *mistakes_find(const struct judge *judge, enum mistake_kind kind, int *n)
{
    *n = 0;
    if (kinds[kind].needs_probabilities && !judge->probabilities)
        return NULL;

    struct mistake *found = xcalloc((size_t)judge->n, sizeof *found);
    double *thresholds = kind == MISTAKE_MISLABELLED ? find_thresholds(judge) : NULL;
    for (int i = 0; i < judge->n; i++)
        *n += kinds[kind].take(judge, thresholds, i, &found[*n]);
    if (*n > 0)
        qsort(found, (size_t)*n, sizeof *found, kinds[kind].order);
    free(thresholds);
    return found;
}
