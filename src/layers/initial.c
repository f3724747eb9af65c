#include "layers/initial.h"

#include <math.h>
#include <stdlib.h>

struct rng init_stream(uint64_t seed, int stream)
{
    return (struct rng){.seed = seed, .purpose = RNG_INIT, .row = (uint32_t)stream};
}

void init_uniform(uint64_t seed, int stream, double limit, size_t n, real *w)
{
    struct rng rng = init_stream(seed, stream);
    for (size_t i = 0; i < n; i++)
        w[i] = (real)(limit * (2 * rng_uniform(&rng, (uint32_t)i) - 1));
}

void init_glorot_uniform(uint64_t seed, int stream, int fan_in, int fan_out, real *w)
{
    double limit = sqrt(6.0 / ((double)fan_in + fan_out));
    init_uniform(seed, stream, limit, (size_t)fan_in * (size_t)fan_out, w);
}

/* In eight sums side by side, as one alone would wait for each addition. */
static double inner_product(int n, const double *a, const double *b)
{
    enum { SUMS = 8 };
    double sum[SUMS] = {0};
    int i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (int j = 0; j < SUMS; j++)
            sum[j] += a[i + j] * b[i + j];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) +
           ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* Gram-Schmidt, each row twice against all before it, which is enough (Giraud et al.
 * 2005). The same code on every processor: the weights are a function of the seed. */
void init_orthogonal(uint64_t seed, int stream, int rows, int columns, real *w)
{
    struct rng rng = init_stream(seed, stream);
    size_t n = (size_t)columns;
    double *q = xcalloc((size_t)rows * n, sizeof *q);

    for (int r = 0; r < rows; r++) {
        double *row = q + (size_t)r * n;
        for (size_t i = 0; i < n; i++)
            row[i] = rng_normal(&rng, (uint32_t)((size_t)r * n + i));
        for (int pass = 0; pass < 2; pass++)
            for (int p = 0; p < r; p++) {
                double share = inner_product(columns, row, q + (size_t)p * n);
                for (size_t i = 0; i < n; i++)
                    row[i] -= share * q[(size_t)p * n + i];
            }
        double norm = sqrt(inner_product(columns, row, row));
        for (size_t i = 0; i < n; i++) {
            row[i] /= norm;
            w[(size_t)r * n + i] = (real)row[i];
        }
    }
    free(q);
}
