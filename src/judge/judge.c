#include "judge/judge.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"

struct judge *judge_new(int n, int classes, bool multi_label)
{
    size_t rows = (size_t)n, all = rows * (size_t)classes;
    struct judge *judge = xcalloc(1, sizeof *judge);
    *judge = (struct judge){.n = n, .classes = classes, .multi_label = multi_label};

    if (multi_label) {
        judge->there = xcalloc(all, sizeof *judge->there);
        judge->given = xcalloc(all, sizeof *judge->given);
    } else {
        judge->label = xcalloc(rows, sizeof *judge->label);
        judge->decided = xcalloc(rows, sizeof *judge->decided);
        judge->sure = xcalloc(rows, sizeof *judge->sure);
    }

    if (all <= JUDGE_MOST_PROBABILITIES)
        judge->probabilities = xcalloc(all, sizeof *judge->probabilities);
    judge->loss = xcalloc(rows, sizeof *judge->loss);
    judge->brier = xcalloc(rows, sizeof *judge->brier);
    return judge;
}

struct judge *judge_new_of_decisions(int n, int classes)
{
    struct judge *judge = xcalloc(1, sizeof *judge);

    *judge = (struct judge){.n = n, .classes = classes};
    judge->label = xcalloc((size_t)n, sizeof *judge->label);
    judge->decided = xcalloc((size_t)n, sizeof *judge->decided);
    return judge;
}

void judge_free(struct judge *judge)
{
    if (!judge)
        return;
    free(judge->label);
    free(judge->decided);
    free(judge->there);
    free(judge->given);
    free(judge->probabilities);
    free(judge->loss);
    free(judge->brier);
    free(judge->sure);
    free(judge->place);
    free(judge->ranks);
    free(judge);
}

/* -log p, of a p that is cut as scikit-learn's log_loss cuts it. */
static double loss_of(double p)
{
    if (isnan(p))
        return p;
    return -kernels_log(fmin(fmax(p, DBL_EPSILON), 1 - DBL_EPSILON));
}

static double square(double x)
{
    return x * x;
}

static void take_class(struct judge *judge, int i, const struct judge_row *row)
{
    const double *p = row->probabilities;
    bool is_binary = judge->classes == 2;
    double brier = 0;

    judge->label[i] = row->label;
    judge->decided[i] = row->decided;
    if (!judge->loss)
        return;
    for (int c = 0; c < judge->classes; c++)
        brier += square(p[c] - (c == row->label));
    judge->sure[i] = p[is_binary ? 1 : row->decided];
    judge->loss[i] = loss_of(p[row->label]);
    judge->brier[i] = is_binary ? square(p[1] - (row->label == 1)) : brier;
}

static void take_labels(struct judge *judge, int i, const struct judge_row *row)
{
    int n = judge->classes;
    size_t at = (size_t)i * (size_t)n;
    double loss = 0, brier = 0;

    for (int c = 0; c < n; c++) {
        double p = row->probabilities[c];
        bool is_there = row->labels[c] != 0;

        judge->there[at + (size_t)c] = is_there;
        judge->given[at + (size_t)c] =
            row->thresholds ? p >= row->thresholds[c] : p > 0.5;
        loss += loss_of(is_there ? p : 1 - p);
        brier += square(p - is_there);
    }
    judge->loss[i] = loss / n;
    judge->brier[i] = brier / n;
}

/* The arrays that have something of each row, and how many bytes. */
struct column {
    void *values;
    size_t bytes;
};
enum { COLUMNS = 8 };

static void list_columns(const struct judge *judge, struct column columns[COLUMNS])
{
    size_t classes = (size_t)judge->classes;
    const struct column all[COLUMNS] = {
        {judge->label, sizeof *judge->label},
        {judge->decided, sizeof *judge->decided},
        {judge->there, classes},
        {judge->given, classes},
        {judge->probabilities, classes * sizeof *judge->probabilities},
        {judge->loss, sizeof *judge->loss},
        {judge->brier, sizeof *judge->brier},
        {judge->sure, sizeof *judge->sure},
    };
    memcpy(columns, all, sizeof all);
    for (int k = 0; k < COLUMNS; k++)
        columns[k].bytes = columns[k].values ? columns[k].bytes : 0;
}

size_t judge_row_bytes(const struct judge *judge)
{
    struct column columns[COLUMNS];
    size_t bytes = 0;

    list_columns(judge, columns);
    for (int k = 0; k < COLUMNS; k++)
        bytes += columns[k].bytes;
    return bytes;
}

void judge_pack(const struct judge *judge, int i, char *to)
{
    struct column columns[COLUMNS];

    list_columns(judge, columns);
    for (int k = 0; k < COLUMNS; to += columns[k++].bytes)
        if (columns[k].bytes)
            memcpy(to, (char *)columns[k].values + (size_t)i * columns[k].bytes,
                   columns[k].bytes);
}

void judge_unpack(struct judge *judge, int i, const char *from)
{
    struct column columns[COLUMNS];

    list_columns(judge, columns);
    for (int k = 0; k < COLUMNS; from += columns[k++].bytes)
        if (columns[k].bytes)
            memcpy((char *)columns[k].values + (size_t)i * columns[k].bytes, from,
                   columns[k].bytes);
}

void judge_take(struct judge *judge, int i, const struct judge_row *row)
{
    size_t width = (size_t)judge->classes;

    if (judge->multi_label)
        take_labels(judge, i, row);
    else
        take_class(judge, i, row);
    if (judge->probabilities)
        memcpy(judge->probabilities + (size_t)i * width, row->probabilities,
               width * sizeof(double));
}

/* Of all rows, (C), the caller's. */
static double *shares_of(const struct judge *judge)
{
    double *shares = xcalloc((size_t)judge->classes, sizeof *shares);
    size_t width = (size_t)judge->classes;

    for (int i = 0; i < judge->n; i++)
        if (judge->multi_label)
            for (size_t c = 0; c < width; c++)
                shares[c] += judge->there[(size_t)i * width + c];
        else
            shares[judge->label[i]]++;
    for (size_t c = 0; c < width; c++)
        shares[c] /= judge->n;
    return shares;
}

struct judge *judge_constant(const struct judge *judge)
{
    struct judge *constant = judge_new(judge->n, judge->classes, judge->multi_label);
    double *shares = shares_of(judge);
    struct judge_row row = {.probabilities = shares};

    for (int c = 1; c < judge->classes; c++)
        if (shares[c] > shares[row.decided])
            row.decided = c;
    for (int i = 0; i < judge->n; i++) {
        if (judge->multi_label)
            row.labels = judge->there + (size_t)i * (size_t)judge->classes;
        else
            row.label = judge->label[i];
        judge_take(constant, i, &row);
    }
    free(shares);
    return constant;
}
