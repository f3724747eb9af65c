#include "judge/decide.h"

#include <math.h>

#include "kernels/kernels.h"

/* The first two derivatives of a sum of log losses by b = 1 / T. */
struct slope {
    double first, second;
};

static bool has_label(const struct decide_rows *rows, int row, int c)
{
    return rows->labels->n_labels ? rows_multi_hot(rows->labels, row)[c] != 0
                                  : rows->labels->y[row] == c;
}

static double sigmoid(double x)
{
    return x >= 0 ? 1 / (1 + kernels_exp(-x)) : 1 - 1 / (1 + kernels_exp(x));
}

/* -log sigmoid(b x) of a row that has it, -log sigmoid(-b x) of another. */
static void add_sigmoid(double b, double x, bool is_there, struct slope *slope)
{
    double p = sigmoid(b * x);

    slope->first += (p - is_there) * x;
    slope->second += p * (1 - p) * x * x;
}

/* log sum_k exp(b x_k) - b x_y: the mean of x by the softmax less x_y, and its
 * variance. */
static void add_softmax(double b, const real *x, int n, int y, struct slope *slope)
{
    double most = (double)x[0], sum = 0, mean = 0, square = 0;

    for (int c = 1; c < n; c++)
        most = fmax(most, (double)x[c]);
    for (int c = 0; c < n; c++) {
        double value = (double)x[c] - most, e = kernels_exp(b * value);
        sum += e;
        mean += e * value;
        square += e * value * value;
    }
    mean /= sum;
    slope->first += mean - ((double)x[y] - most);
    slope->second += square / sum - mean * mean;
}

static struct slope slope_at(const struct decide_rows *rows, double b)
{
    struct slope slope = {0, 0};

    for (int i = 0; i < rows->n; i++) {
        const real *x = rows->logits + (size_t)i * (size_t)rows->outputs;
        int row = rows->rows[i];

        if (rows->loss == LOSS_CATEGORICAL) {
            add_softmax(b, x, rows->outputs, rows->labels->y[row], &slope);
            continue;
        }
        for (int c = 0; c < rows->outputs; c++) {
            bool is_there = has_label(rows, row, rows->outputs == 1 ? 1 : c);
            add_sigmoid(b, (double)x[c], is_there, &slope);
        }
    }
    return slope;
}

/* Whether any row's label has not the greatest logit, or a logit the wrong sign. */
static bool has_mistake(const struct decide_rows *rows)
{
    bool is_wrong = false;

    for (int i = 0; i < rows->n; i++) {
        const real *x = rows->logits + (size_t)i * (size_t)rows->outputs;
        int row = rows->rows[i];
        for (int c = 0; c < rows->outputs; c++)
            if (rows->loss == LOSS_CATEGORICAL)
                is_wrong |= x[c] > x[rows->labels->y[row]];
            else
                is_wrong |=
                    (x[c] > 0) != has_label(rows, row, rows->outputs == 1 ? 1 : c);
    }
    return is_wrong;
}

/* Newton's steps while they stay between bounds that close in, else halves of what is
 * left. */
double decide_temperature(const struct decide_rows *rows)
{
    enum { MOST_STEPS = 100 };
    double low = 1.0 / 64, high = 64, b = 1;
    if (!has_mistake(rows))
        return DECIDE_UNKNOWN;

    for (int i = 0; i < MOST_STEPS && high - low > 1e-12 * high; i++) {
        struct slope slope = slope_at(rows, b);
        double next = b - slope.first / slope.second;

        if (slope.first > 0)
            high = b;
        else
            low = b;
        if (!(next > low && next < high))
            next = (low + high) / 2;
        if (fabs(next - b) <= 1e-12 * b)
            return 1 / next;
        b = next;
    }
    return 1 / b;
}

enum { VALUES = 100 };

/* Rows at or above each value, of those that have the label and of the others. */
struct tally {
    double with[VALUES], without[VALUES];
    double all_with, all_without;
};

/* As NumPy's linspace has them. */
static double value_at(double least, double greatest, int k)
{
    return k == VALUES - 1 ? greatest : least + k * ((greatest - least) / (VALUES - 1));
}

/* A column of probabilities, and the class or label that they are of. */
struct column {
    const double *p; /* (n), each `stride` behind the last */
    size_t stride;
    int of;
};

static void tally_rows(const struct decide_rows *rows, const struct column *column,
                       const double values[VALUES], struct tally *tally)
{
    *tally = (struct tally){.all_with = 0};

    for (int i = 0; i < rows->n; i++) {
        double p = column->p[(size_t)i * column->stride];
        bool is_there = has_label(rows, rows->rows[i], column->of);
        tally->all_with += is_there;
        tally->all_without += !is_there;
        for (int k = 0; k < VALUES && p >= values[k]; k++) {
            tally->with[k] += is_there;
            tally->without[k] += !is_there;
        }
    }
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Balanced accuracy is the mean recall of the classes that rows have. */
static double measure(const struct tally *tally, int k, enum decision_metric metric)
{
    double tp = tally->with[k], fp = tally->without[k];
    double fn = tally->all_with - tp, tn = tally->all_without - fp;
    int n_sides = (tally->all_with > 0) + (tally->all_without > 0);

    switch (metric) {
    case DECISION_ACC:
        return ratio(tp + tn, tally->all_with + tally->all_without);
    case DECISION_BALANCED_ACC:
        return (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / n_sides;
    default:
        return ratio(2 * tp, 2 * tp + fp + fn);
    }
}

/* A threshold that is a row's own probability, or next to it, would be missed by whoever
 * computes that with other roundings: it goes a little down, but over no row. */
static double between_rows(const struct decide_rows *rows, const struct column *column,
                           double threshold)
{
    const double room = 1e-5;
    double below = 0, above = 2;

    for (int i = 0; i < rows->n; i++) {
        double p = column->p[(size_t)i * column->stride];
        if (p < threshold)
            below = fmax(below, p);
        else
            above = fmin(above, p);
    }
    return above - threshold < room ? threshold - fmin(room, (threshold - below) / 2)
                                    : threshold;
}

static double threshold_of(const struct decide_rows *rows, const struct column *column,
                           enum decision_metric metric)
{
    double values[VALUES], least = INFINITY, greatest = -(double)INFINITY;
    struct tally tally;
    int best = 0;

    for (int i = 0; i < rows->n; i++) {
        least = fmin(least, column->p[(size_t)i * column->stride]);
        greatest = fmax(greatest, column->p[(size_t)i * column->stride]);
    }
    for (int k = 0; k < VALUES; k++)
        values[k] = value_at(least, greatest, k);

    tally_rows(rows, column, values, &tally);
    for (int k = 1; k < VALUES; k++)
        if (measure(&tally, k, metric) > measure(&tally, best, metric))
            best = k;
    return between_rows(rows, column, values[best]);
}

void decide_thresholds(const struct decide_rows *rows, const double *probabilities,
                       int n_sides, enum decision_metric metric, double *thresholds)
{
    for (int c = 0; c < n_sides; c++) {
        const struct column column = {probabilities + c, (size_t)n_sides,
                                      n_sides == 1 ? 1 : c};
        thresholds[c] = threshold_of(rows, &column, metric);
    }
}
