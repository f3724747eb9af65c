/* Rows made normal, and a number times one and plus another: LayerNormalization and what
 * a BatchNormalization is when it judges. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_NORMAL_H
#define RNNTRAIN_KERNELS_NORMAL_H

#include "kernels/vec.h"

/* The mean of a row's numbers, and 1 / sqrt(variance + epsilon). */
INLINE real row_mean(const struct normalize *s, const real *x)
{
    vec sum = {0};

    for (int j = 0; j < s->row; j += WIDTH)
        sum = vec_fma(vec_load(x + j), vec_load(s->ones + j), sum);
    return vec_sum(sum) / (real)s->width;
}

INLINE real row_spread(const struct normalize *s, const real *x, real mean)
{
    vec sum = {0};

    for (int j = 0; j < s->row; j += WIDTH) {
        vec d = (vec_load(x + j) - mean) * vec_load(s->ones + j);
        sum = vec_fma(d, d, sum);
    }
    return 1 / vec_sqrt(vec_set(vec_sum(sum) / (real)s->width + s->epsilon))[0];
}

static void normalize(const struct normalize *s, const real *x, size_t x_row, real *y,
                      size_t y_row)
{
    for (int r = 0; r < s->rows; r++, x += x_row, y += y_row) {
        real mean = row_mean(s, x), spread = row_spread(s, x, mean);

        for (int j = 0; j < s->row; j += WIDTH) {
            vec d = (vec_load(x + j) - mean) * spread;
            vec_store(y + j, vec_fma(d, vec_load(s->gamma + j), vec_load(s->beta + j)));
        }
    }
}

/* With n = (x - mean) spread and g = gamma dy:
 * dx = spread (g - mean of g - n mean of (g n)), dgamma = dy n, dbeta = dy. */
static void normalize_backward(const struct normalize *s, const real *x, const real *dy,
                               size_t dy_row, real *dx, real *dgamma, real *dbeta)
{
    for (int r = 0; r < s->rows; r++, x += s->row, dy += dy_row, dx += s->row) {
        real mean = row_mean(s, x), spread = row_spread(s, x, mean);
        vec sum = {0}, product = {0};

        for (int j = 0; j < s->row; j += WIDTH) {
            vec one = vec_load(s->ones + j), d = vec_load(dy + j) * one;
            vec n = (vec_load(x + j) - mean) * spread, g = d * vec_load(s->gamma + j);
            sum += g;
            product = vec_fma(g, n, product);
            vec_store(dgamma + j, vec_fma(d, n, vec_load(dgamma + j)));
            vec_store(dbeta + j, vec_load(dbeta + j) + d);
        }

        real of_g = vec_sum(sum) / (real)s->width;
        real of_product = vec_sum(product) / (real)s->width;
        for (int j = 0; j < s->row; j += WIDTH) {
            vec n = (vec_load(x + j) - mean) * spread;
            vec g = vec_load(dy + j) * vec_load(s->gamma + j);
            vec_store(dx + j,
                      (g - of_g - n * of_product) * spread * vec_load(s->ones + j));
        }
    }
}

static void scale_shift(size_t n, const real *x, const real *scales, const real *shifts,
                        real *y)
{
    for (size_t i = 0; i < n; i += WIDTH)
        vec_store(y + i,
                  vec_fma(vec_load(x + i), vec_load(scales + i), vec_load(shifts + i)));
}

#endif
