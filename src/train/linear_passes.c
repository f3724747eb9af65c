#include "train/linear_private.h"

/* Of one logit: four sums side by side, which the processor adds at once. In double, as
 * millions of terms may cancel. */
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

/* The sums (own, stride) of the rows of `values` that each own row or feature names. */
static void sum_all(const struct linear_fit *fit, const struct linear_share *share,
                    size_t own, const float *values, float *sums)
{
    size_t stride = fit->stride;

    for (size_t i = 0; i < own; i++) {
        struct linear_ones ones =
            share == &fit->rows ? linear_own_row(fit, i) : linear_own(share, i);
        if (stride == 1)
            sums[i] = (float)sum_of(ones, values);
        else
            fit->task.kernels->sum_rows(ones.n, ones.index, values, stride,
                                        sums + i * stride);
    }
}

void linear_pass_rows(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->rows;
    size_t own = share_own(share), stride = fit->stride;
    const float *bias = fit->folded + (fit->features.n - 1) * stride;
    const float *norm = fit->norm ? fit->norm + share->begin : NULL;

    if (fit->task.dense) {
        linear_dense_rows(fit);
        return;
    }
    sum_all(fit, share, own, fit->folded, fit->sums);
    for (size_t i = 0; i < own; i++) {
        float by = norm ? 1 / norm[i] : 1, *sums = fit->sums + i * stride;
        for (size_t c = 0; c < stride; c++)
            sums[c] = sums[c] * by + bias[c];
    }
}

/* Slopes stand over the rows' lengths, or over their squares, which the bias does not
 * know. */
static void sum_bias(const struct linear_fit *fit, bool squares, float *sums)
{
    size_t k = fit->outputs;

    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        for (size_t i = 0; i < fit->rows.n; i++) {
            double length = fit->norm ? (double)fit->norm[i] : 1;
            sum += (double)fit->slopes[i * fit->stride + c] *
                   (squares ? length * length : length);
        }
        sums[c] = (float)sum;
    }
}

static void pass_features(struct linear_fit *fit, bool squares, float *product)
{
    const struct linear_share *share = &fit->features;
    size_t own = share_own(share);
    bool has_bias = own > 0 && share->end == share->n;

    if (fit->task.dense)
        linear_dense_features(fit, product);
    else
        sum_all(fit, share, own - has_bias, fit->slopes, product);
    if (has_bias)
        sum_bias(fit, squares, product + (own - 1) * fit->stride);
}

void linear_pass_features(struct linear_fit *fit, float *product)
{
    pass_features(fit, false, product);
}

void linear_pass_squares(struct linear_fit *fit, float *product)
{
    pass_features(fit, true, product);
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
