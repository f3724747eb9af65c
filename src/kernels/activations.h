/* exp, sigmoid, tanh and their slopes, of whole vectors. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_ACTIVATIONS_H
#define RNNTRAIN_KERNELS_ACTIVATIONS_H

#include "kernels/vec.h"

/* 2^u as 2^k * (1 + q), k the nearest integer, q = f * P(f), f = u - k in [-1/2, 1/2]. P
 * is a Chebyshev fit of (2^f - 1) / f, relative error below 2e-8 (float) and 1e-20
 * (double). For tanh, which must be exact around zero. */
#ifdef RNNTRAIN_DOUBLE
static const real exp2_poly[] = {
    1.3716962392737587204e-12, 2.5733568308756891235e-11, 4.4455303091051065886e-10,
    7.0548943863483480445e-9,  1.017808602118547427e-7,   1.3215486815999976975e-6,
    1.5252733804051129178e-5,  1.5403530393362755291e-4,  1.3333558146428446146e-3,
    9.6181291076284830543e-3,  5.5504108664821579951e-2,  0.24022650695910071228,
    0.69314718055994530942};
static const real exp2_whole[] = {1.3664103911976547478e-12, 2.5737576045892734672e-11,
                                  4.4455733129149882613e-10, 7.0548913804372297208e-9,
                                  1.0178085886587168992e-7,  1.3215486824454473135e-6,
                                  1.5252733804253414869e-5,  1.5403530393353795161e-4,
                                  1.3333558146428298291e-3,  9.6181291076284894767e-3,
                                  5.5504108664821580414e-2,  0.24022650695910071214,
                                  0.69314718055994530941,    1};
enum { MANTISSA = 52 };
static const real round_magic = 0x1.8p52, max_exponent = 1000;
#else
static const real exp2_poly[] = {1.5453162945e-4f, 1.3390863365e-3f, 9.6180825773e-3f,
                                 5.5503571142e-2f, 0.24022650761f,   0.69314718803f};
static const real exp2_whole[] = {1.3276472168e-3f, 9.6755413310e-3f, 5.5507132729e-2f,
                                  0.24022119724f,   0.69314696707f,   1.0000000717f};
enum { MANTISSA = 23 };
static const real round_magic = 0x1.8p23f, max_exponent = 120;
#endif

enum { EXP2_MOST = 4 };

/* Of n vectors at once, |u| held below `most`: their chains of dependent operations are
 * written interleaved, one alone would wait for each of its operations. */
INLINE void exp2_parts(int n, real most, vec *u, vec *power, vec *q)
{
    vec rounded[EXP2_MOST];

    for (int i = 0; i < n; i++)
        u[i] = vec_clamp(u[i], -most, most);
    for (int i = 0; i < n; i++)
        rounded[i] = u[i] + round_magic; /* its low bits hold k */
    for (int i = 0; i < n; i++) {
        u[i] -= rounded[i] - round_magic;
        q[i] = vec_set(exp2_poly[0]);
    }

    for (size_t k = 1; k < COUNT_OF(exp2_poly); k++)
        for (int i = 0; i < n; i++)
            q[i] = vec_fma(q[i], u[i], vec_set(exp2_poly[k]));
    for (int i = 0; i < n; i++) {
        q[i] *= u[i];
        power[i] = (vec)((ivec)vec_set(1) + ((ivec)rounded[i] << MANTISSA));
    }
}

/* 2^u of n vectors, in place, from a polynomial of 2^f itself (minimax; relative error
 * below 8e-8 in float, 1e-21 in double) whose exponent k is added to. NaN stays NaN as
 * long as it is one that arithmetic makes. */
INLINE void exp2_all(int n, real most, vec *u)
{
    vec rounded[EXP2_MOST], p[EXP2_MOST];

    for (int i = 0; i < n; i++)
        u[i] = vec_clamp(u[i], -most, most);
    for (int i = 0; i < n; i++)
        rounded[i] = u[i] + round_magic;
    for (int i = 0; i < n; i++) {
        u[i] -= rounded[i] - round_magic;
        p[i] = vec_set(exp2_whole[0]);
    }

    for (size_t k = 1; k < COUNT_OF(exp2_whole); k++)
        for (int i = 0; i < n; i++)
            p[i] = vec_fma(p[i], u[i], vec_set(exp2_whole[k]));
    for (int i = 0; i < n; i++)
        u[i] = (vec)((ivec)p[i] + ((ivec)rounded[i] << MANTISSA));
}

static const real log2_e = (real)1.4426950408889634;

/* 1 / (1 + exp(-x)) */
INLINE vec vec_sigmoid(vec x)
{
    vec u = x * -log2_e;
    exp2_all(1, max_exponent, &u);
    return 1 / (u + 1);
}

/* With e = exp(2x) - 1: tanh(x) = e / (e + 2), exact to rounding around zero. */
INLINE vec vec_tanh(vec x)
{
    vec u = x * (2 * log2_e), power, q;
    exp2_parts(1, max_exponent, &u, &power, &q);
    vec e = vec_fma(power, q, power - 1);
    return e / (e + 2);
}

/* Keras 2's hard_sigmoid: clip(0.2 x + 0.5, 0, 1) */
INLINE vec recurrent_activation(vec x, bool hard)
{
    return hard ? vec_clamp(vec_fma(x, vec_set((real)0.2), vec_set((real)0.5)), 0, 1)
                : vec_sigmoid(x);
}

/* Its derivative from its value y. */
INLINE vec recurrent_slope(vec y, bool hard)
{
    ivec inside = (y > 0) & (y < 1);
    return hard ? vec_select(inside, vec_set((real)0.2), vec_set(0)) : vec_fma(-y, y, y);
}

/* What a cell makes of its candidate. NaN stays NaN. */
INLINE vec cell_activation(vec x, enum cell_activation f)
{
    switch (f) {
    case CELL_RELU:
        return vec_select(x < vec_set(0), vec_set(0), x);
    case CELL_SIGMOID:
        return vec_sigmoid(x);
    case CELL_LINEAR:
        return x;
    default:
        return vec_tanh(x);
    }
}

/* Its derivative from its value y. */
INLINE vec cell_slope(vec y, enum cell_activation f)
{
    switch (f) {
    case CELL_RELU:
        return vec_select(y > vec_set(0), vec_set(1), vec_set(0));
    case CELL_SIGMOID:
        return vec_fma(-y, y, y);
    case CELL_LINEAR:
        return vec_set(1);
    default:
        return vec_fma(-y, y, vec_set(1));
    }
}

/* Calls body(..., f), f a constant. */
#define WITH_ACTIVATION(f, body, ...)                                                    \
    switch (f) {                                                                         \
    case CELL_RELU:                                                                      \
        body(__VA_ARGS__, CELL_RELU);                                                    \
        break;                                                                           \
    case CELL_SIGMOID:                                                                   \
        body(__VA_ARGS__, CELL_SIGMOID);                                                 \
        break;                                                                           \
    case CELL_LINEAR:                                                                    \
        body(__VA_ARGS__, CELL_LINEAR);                                                  \
        break;                                                                           \
    default:                                                                             \
        body(__VA_ARGS__, CELL_TANH);                                                    \
    }

static void sigmoid(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_sigmoid(vec_set(x[i]))[0];
}

static void tanh_all(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_tanh(vec_set(x[i]))[0];
}

#endif
