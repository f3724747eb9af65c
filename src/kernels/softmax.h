/* Exponentials in double of many logits. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_SOFTMAX_H
#define RNNTRAIN_KERNELS_SOFTMAX_H

#include "kernels/vec.h"

enum { DOUBLES = VECTOR_BYTES / sizeof(double) };
typedef double dvec __attribute__((vector_size(VECTOR_BYTES)));
typedef int64_t dbits __attribute__((vector_size(VECTOR_BYTES)));
typedef real few __attribute__((vector_size(DOUBLES * sizeof(real))));

/* So many vectors at once: one chain of dependent operations would wait for each. */
enum { EXP_MOST = 4, EXP_BLOCK = EXP_MOST * DOUBLES };

INLINE dvec dvec_of(const real *p)
{
    few x;
    memcpy(&x, p, sizeof x);
    return __builtin_convertvector(x, dvec);
}

INLINE dvec dvec_select(dbits mask, dvec yes, dvec no)
{
    return (dvec)((mask & (dbits)yes) | (~mask & (dbits)no));
}

/* a / i rounded correctly: the quotient by way of 1 / i is an ulp or two off, its
 * remainder is exact, and no quotient of a small integer lies so near to the middle
 * between two numbers that the correction could err. Source: Markstein, IBM J. Res. Dev.
 * 34 (1990), for i = 1 .. 14. */
INLINE dvec dvec_divide(dvec a, int i)
{
#if defined(__FMA__)
    dvec inverse = (dvec){0} + 1.0 / i, divisor = (dvec){0} + i, quotient = a * inverse;
    dvec rest = VEC_PREFIX(fnmadd_pd)(quotient, divisor, a);
    return VEC_PREFIX(fmadd_pd)(rest, inverse, quotient);
#else
    return a / (double)i;
#endif
}

/* kernels_exp of n vectors, in place, operation by operation: the same bits. */
INLINE void dvec_exp(int n, dvec *x)
{
    const double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    const double magic = 0x1.8p52;
    dvec rounded[EXP_MOST], r[EXP_MOST], sum[EXP_MOST];

    for (int j = 0; j < n; j++) {
        rounded[j] = x[j] * 1.4426950408889634 + magic; /* its low bits hold k */
        dvec k = rounded[j] - magic;
        r[j] = (x[j] - k * ln2_high) - k * ln2_low;
        sum[j] = (dvec){0} + 1;
    }
#pragma GCC unroll 14
    for (int i = 14; i >= 1; i--)
        for (int j = 0; j < n; j++)
            sum[j] = 1 + dvec_divide(sum[j] * r[j], i);

    for (int j = 0; j < n; j++) {
        dvec power = (dvec)((dbits)((dvec){0} + 1) + ((dbits)rounded[j] << 52));
        dvec beyond = dvec_select(x[j] > 0, (dvec){0} + 0x1p1023 * 2,
                                  dvec_select(x[j] < 0, (dvec){0}, x[j]));
        x[j] = dvec_select((x[j] > -700) & (x[j] < 700), sum[j] * power, beyond);
    }
}

static real largest(size_t n, const real *x)
{
    vec most = vec_set(x[0]);
    size_t i = 0;

    for (; i + WIDTH <= n; i += WIDTH) {
        vec v = vec_load(x + i);
        most = vec_select(v > most, v, most);
    }
    real max = x[0];
    for (int k = 0; k < WIDTH; k++)
        max = most[k] > max ? most[k] : max;
    for (; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

/* What remains of the last block is computed from a copy. */
static double exp_sum(size_t n, const real *x, double less, double *e)
{
    double sum = 0;

    for (size_t i = 0; i < n; i += EXP_BLOCK) {
        size_t n_block = n - i < EXP_BLOCK ? n - i : EXP_BLOCK;
        real rest[EXP_BLOCK] = {0};
        const real *from = x + i;
        dvec v[EXP_MOST];

        if (n_block < EXP_BLOCK)
            from = memcpy(rest, from, n_block * sizeof *rest);
        for (int j = 0; j < EXP_MOST; j++)
            v[j] = dvec_of(from + j * DOUBLES) - less;
        dvec_exp(EXP_MOST, v);
        memcpy(e + i, v, n_block * sizeof *e);
        for (size_t j = 0; j < n_block; j++)
            sum += e[i + j];
    }
    return sum;
}

static void divide(size_t n, const double *e, double by, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (real)(e[i] / by);
}

#endif
