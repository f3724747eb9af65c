/* Exponentials in double of many logits. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_SOFTMAX_H
#define RNNTRAIN_KERNELS_SOFTMAX_H

#include "kernels/vec.h"

enum { DOUBLES = VECTOR_BYTES / sizeof(double) };
typedef double dvec __attribute__((vector_size(VECTOR_BYTES)));
typedef int64_t dbits __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t dwords __attribute__((vector_size(VECTOR_BYTES))); /* may wrap */
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
    if ((i & (i - 1)) == 0)
        return a * (1.0 / i); /* exact */
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
    const double ln2_first = 0x1.62e42fefa3800p-1, ln2_rest = 0x1.ef35793c76730p-45;
    const double magic = 0x1.8p52;
    dvec rounded[EXP_MOST], r[EXP_MOST], sum[EXP_MOST];

    for (int j = 0; j < n; j++) {
        rounded[j] = x[j] * 1.4426950408889634 + magic; /* its low bits hold k */
        dvec k = rounded[j] - magic;
        r[j] = (x[j] - k * ln2_first) - k * ln2_rest;
        sum[j] = (dvec){0} + 1;
    }
#pragma GCC unroll 14
    for (int i = 14; i >= 1; i--)
        for (int j = 0; j < n; j++)
            sum[j] = 1 + dvec_divide(sum[j] * r[j], i);

    for (int j = 0; j < n; j++) {
        dvec power = (dvec)((dwords)((dvec){0} + 1) + ((dwords)rounded[j] << 52));
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

static void exp_each(size_t n, double *x)
{
    for (size_t i = 0; i < n; i += EXP_BLOCK) {
        size_t bytes = (n - i < EXP_BLOCK ? n - i : EXP_BLOCK) * sizeof *x;
        dvec v[EXP_MOST] = {{0}};

        memcpy(v, x + i, bytes);
        dvec_exp(EXP_MOST, v);
        memcpy(x + i, v, bytes);
    }
}

/* Labels of a block at once. */
struct labels_block {
    dvec x[EXP_MOST], y[EXP_MOST];
    dvec loss[EXP_MOST], slope[EXP_MOST]; /* slope: sigmoid(x) - y */
};

/* With u = exp(-|x|): log(1 + exp(x)) = max(x, 0) + 2 atanh(s), s = u / (2 + u) within
 * [0, 1/3], and sigmoid(x) = 1 / (1 + u), or u / (1 + u) below 0. */
INLINE void labels_of_block(struct labels_block *block)
{
    dvec u[EXP_MOST], s[EXP_MOST], square[EXP_MOST], sum[EXP_MOST];

    for (int j = 0; j < EXP_MOST; j++)
        u[j] = dvec_select(block->x[j] > 0, -block->x[j], block->x[j]);
    dvec_exp(EXP_MOST, u);
    for (int j = 0; j < EXP_MOST; j++) {
        s[j] = u[j] / (2 + u[j]);
        square[j] = s[j] * s[j];
        sum[j] = (dvec){0};
    }
#pragma GCC unroll 17
    for (int i = 33; i >= 1; i -= 2)
        for (int j = 0; j < EXP_MOST; j++)
            sum[j] = sum[j] * square[j] + 1.0 / i;

    for (int j = 0; j < EXP_MOST; j++) {
        dvec x = block->x[j], y = block->y[j], above = dvec_select(x > 0, x, (dvec){0});
        block->loss[j] = above + 2 * s[j] * sum[j] - y * x;
        block->slope[j] = dvec_select(x > 0, (dvec){0} + 1, u[j]) / (1 + u[j]) - y;
    }
}

static double labels_loss(size_t n, const real *x, const uint8_t *y, double scale,
                          real *d)
{
    double sum = 0;

    for (size_t i = 0; i < n; i += EXP_BLOCK) {
        size_t n_block = n - i < EXP_BLOCK ? n - i : EXP_BLOCK;
        double given[2][EXP_BLOCK] = {{0}}, found[2][EXP_BLOCK];
        struct labels_block block;

        for (size_t j = 0; j < n_block; j++) {
            given[0][j] = (double)x[i + j];
            given[1][j] = y[i + j];
        }
        memcpy(block.x, given[0], sizeof block.x);
        memcpy(block.y, given[1], sizeof block.y);
        labels_of_block(&block);
        memcpy(found[0], block.loss, sizeof block.loss);
        memcpy(found[1], block.slope, sizeof block.slope);

        for (size_t j = 0; j < n_block; j++)
            sum += found[0][j];
        for (size_t j = 0; j < n_block && d; j++)
            d[i + j] = (real)(found[1][j] * scale);
    }
    return sum;
}

static void divide(size_t n, const double *e, double by, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (real)(e[i] / by);
}

#endif
