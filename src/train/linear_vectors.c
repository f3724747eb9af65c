#include "train/linear_private.h"

bool linear_span_at(struct linear_fit *fit, int b, bool biased, struct linear_span *span)
{
    struct linear_share *share = &fit->features;
    size_t first = (size_t)b * LINEAR_BLOCK, end = first + LINEAR_BLOCK;
    size_t own = share_own(share);

    if (first >= own)
        return false;
    if (end > own)
        end = own;
    if (!biased && share->begin + end == share->n)
        end--;
    *span = (struct linear_span){first * fit->stride, end * fit->stride,
                                 share->sums + share->first[fit->comm->rank] + b};
    *span->sum = 0;
    return true;
}

double linear_sum_features(struct linear_fit *fit)
{
    return linear_share_sum(fit->comm, &fit->features);
}

double linear_dot(struct linear_fit *fit, const float *x, const float *y, bool biased)
{
    struct linear_span span;

    for (int b = 0; linear_span_at(fit, b, biased, &span); b++)
        for (size_t i = span.first; i < span.end; i++)
            *span.sum += (double)x[i] * (double)y[i];
    return linear_sum_features(fit);
}

void linear_add_pull(const struct linear_fit *fit, const float *vector, float *sums)
{
    const struct linear_share *share = &fit->features;
    size_t n = share_own(share) * fit->stride;
    bool has_bias = n > 0 && share->end == share->n;
    size_t pulled = has_bias ? n - fit->stride : n;

    for (size_t i = 0; i < pulled; i++)
        sums[i] = fit->scale[i] * sums[i] + vector[i];
}

void linear_square_pull(const struct linear_fit *fit, float *sums)
{
    size_t n = share_own(&fit->features) * fit->stride;
    bool has_bias = n > 0 && fit->features.end == fit->features.n;
    size_t pulled = has_bias ? n - fit->stride : n;

    for (size_t i = 0; i < pulled; i++)
        sums[i] = fit->scale[i] * fit->scale[i] * sums[i] + 1;
}

void linear_fold(struct linear_fit *fit, const float *vector)
{
    size_t n = share_own(&fit->features) * fit->stride;
    float *to = fit->folded + fit->features.begin * fit->stride;

    for (size_t i = 0; i < n; i++)
        to[i] = fit->scale[i] * vector[i];
    linear_gather_features(fit);
}
