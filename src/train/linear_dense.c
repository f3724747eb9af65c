/* Passes over dense rows, each of which has every feature. */
#include "train/linear_private.h"

#include <stdlib.h>

static const float *row_of(const struct linear_fit *fit, size_t i)
{
    const struct tall *dense = fit->task.dense;
    return dense->values + i * (size_t)dense->n_columns;
}

void linear_dense_rows(struct linear_fit *fit)
{
    const struct linear_share *share = &fit->rows;
    size_t own = share_own(share), k = fit->outputs, n = fit->features.n - 1;
    const float *bias = fit->folded + n * fit->stride;

    for (size_t i = 0; i < own; i++) {
        const float *row = row_of(fit, share->begin + i);
        for (size_t c = 0; c < k; c++) {
            double sum = (double)bias[c];
            for (size_t f = 0; f < n; f++)
                sum += (double)row[f] * (double)fit->folded[f * fit->stride + c];
            fit->sums[i * fit->stride + c] = (float)sum;
        }
    }
}

void linear_dense_features(struct linear_fit *fit, float *product)
{
    const struct linear_share *share = &fit->features;
    size_t own = share_own(share), k = fit->outputs;
    size_t n = own > 0 && share->end == share->n ? own - 1 : own;
    double *sums = xcalloc(n * k + 1, sizeof *sums);

    for (size_t i = 0; i < fit->rows.n; i++) {
        const float *row = row_of(fit, i) + share->begin;
        const float *slopes = fit->slopes + i * fit->stride;
        for (size_t f = 0; f < n; f++)
            for (size_t c = 0; c < k; c++)
                sums[f * k + c] += (double)row[f] * (double)slopes[c];
    }
    for (size_t f = 0; f < n; f++)
        for (size_t c = 0; c < k; c++)
            product[f * fit->stride + c] = (float)sums[f * k + c];
    free(sums);
}
