#include "train/linear_private.h"

#include <string.h>

/* So many logits no longer stay in registers. */
enum { MANY = 32 };

/* The inner loops: four sums side by side of one logit, which the processor adds at once,
 * or one sum a logit. In double, as millions of terms may cancel. */

static inline double sum_of(struct linear_ones ones, const float *values)
{
    const uint32_t *index = ones.index;
    double a = 0, b = 0, c = 0, d = 0;
    size_t i = 0, n = ones.n;

    for (; i + 4 <= n; i += 4) {
        a += (double)values[index[i]];
        b += (double)values[index[i + 1]];
        c += (double)values[index[i + 2]];
        d += (double)values[index[i + 3]];
    }
    for (; i < n; i++)
        a += (double)values[index[i]];
    return (a + b) + (c + d);
}

/* Of `wide` logits, which the compiler knows: they stay in registers. */
static inline void add_rows(struct linear_ones ones, const float *values, size_t stride,
                            size_t wide, double *restrict sums)
{
    double sum[8] = {0};

    for (size_t i = 0; i < ones.n; i++) {
        const float *from = values + ones.index[i] * stride;
        for (size_t c = 0; c < wide; c++)
            sum[c] += (double)from[c];
    }
    for (size_t c = 0; c < wide; c++)
        sums[c] = sum[c];
}

/* Rows of `values` stand anywhere: this many ahead are asked for, all lines of each. */
enum { AHEAD = 8, LINE = 64 / sizeof(float) };

static inline void prefetch_row(struct linear_ones ones, size_t i, const float *values,
                                size_t stride)
{
    if (i >= ones.n)
        return;
    for (size_t c = 0; c < stride; c += LINE)
        __builtin_prefetch(values + ones.index[i] * stride + c);
}

/* Of many logits: whole rows, which memory gives faster than parts of them. */
static void add_whole_rows(struct linear_ones ones, const float *restrict values,
                           size_t stride, double *restrict sums)
{
    memset(sums, 0, stride * sizeof *sums);
    for (size_t i = 0; i < ones.n; i++) {
        const float *from = values + ones.index[i] * stride;
        prefetch_row(ones, i + AHEAD, values, stride);
        for (size_t c = 0; c < stride; c += 4)
            for (size_t j = c; j < c + 4; j++)
                sums[j] += (double)from[j];
    }
}

static void sums_of(struct linear_ones ones, const float *values, size_t stride,
                    double *sums)
{
    size_t c = 0;

    if (stride >= MANY) {
        add_whole_rows(ones, values, stride, sums);
        return;
    }
    for (; c + 8 <= stride; c += 8)
        add_rows(ones, values + c, stride, 8, sums + c);
    for (; c < stride; c += 4)
        add_rows(ones, values + c, stride, 4, sums + c);
}

void linear_pass_rows(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->rows;
    size_t own = share_own(share), k = fit->outputs;
    const float *bias = fit->folded + (fit->features.n - 1) * fit->stride;
    const float *norm = fit->norm ? fit->norm + share->begin : NULL;

    if (fit->task.dense) {
        linear_dense_rows(fit);
        return;
    }
    for (size_t i = 0; i < own && k == 1; i++)
        fit->sums[i] =
            (float)(sum_of(linear_row(&fit->task, share->begin + i), fit->folded) /
                        (norm ? (double)norm[i] : 1) +
                    (double)*bias);
    for (size_t i = 0; i < own && k > 1; i++) {
        sums_of(linear_row(&fit->task, share->begin + i), fit->folded, fit->stride,
                fit->row);
        for (size_t c = 0; c < k; c++)
            fit->sums[i * k + c] =
                (float)(fit->row[c] / (norm ? (double)norm[i] : 1) + (double)bias[c]);
    }
}

/* Slopes stand over the rows' lengths, which the bias does not know. */
static void sum_bias(const struct linear_fit *fit, float *sums)
{
    size_t k = fit->outputs;

    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        for (size_t i = 0; i < fit->rows.n; i++)
            sum += (double)fit->slopes[i * fit->stride + c] *
                   (fit->norm ? (double)fit->norm[i] : 1);
        sums[c] = (float)sum;
    }
}

void linear_pass_features(struct linear_fit *fit, float *product)
{
    const struct linear_share *share = &fit->features;
    size_t own = share_own(share), k = fit->outputs;

    if (fit->task.dense)
        linear_dense_features(fit, product);
    for (size_t f = 0; f < own && k == 1 && !fit->task.dense; f++)
        product[f] = (float)sum_of(linear_feature(share, f), fit->slopes);
    for (size_t f = 0; f < own && k > 1 && !fit->task.dense; f++) {
        sums_of(linear_feature(share, f), fit->slopes, fit->stride, fit->row);
        for (size_t c = 0; c < k; c++)
            product[f * k + c] = (float)fit->row[c];
    }
    if (own > 0 && share->end == share->n)
        sum_bias(fit, product + (own - 1) * k);
}

void linear_gather_rows(struct linear_fit *fit)
{
    comm_gather_blocks(fit->comm, fit->slopes,
                       LINEAR_BLOCK * fit->stride * sizeof *fit->slopes, fit->rows.first);
}

void linear_gather_features(struct linear_fit *fit)
{
    comm_gather_blocks(fit->comm, fit->folded,
                       LINEAR_BLOCK * fit->stride * sizeof *fit->folded,
                       fit->features.first);
}
