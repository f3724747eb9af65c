/* The activations of activation.h with their slopes, over flat arrays. Included by isa.c
 * only. Sources: Keras's functions of the same names; Klambauer et al. 2017 (selu);
 * Hendrycks and Gimpel 2016 (gelu). */
#ifndef RNNTRAIN_KERNELS_CURVES_H
#define RNNTRAIN_KERNELS_CURVES_H

#include "kernels/activation.h"
#include "kernels/activations.h"

struct point {
    vec y, slope;
};

typedef struct point curve(vec x, real alpha);

INLINE void follow(size_t n, real alpha, const real *x, real *y, real *slope, curve *at)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        struct point p = at(vec_load(x + i), alpha);
        vec_store(y + i, p.y);
        if (slope)
            vec_store(slope + i, p.slope);
    }
    if (i == n)
        return;

    real part[WIDTH] = {0};
    size_t n_bytes = (n - i) * sizeof *x;
    memcpy(part, x + i, n_bytes);
    struct point p = at(vec_load(part), alpha);
    memcpy(y + i, &p.y, n_bytes);
    if (slope)
        memcpy(slope + i, &p.slope, n_bytes);
}

INLINE vec vec_abs(vec x)
{
    return vec_select(x < 0, -x, x);
}

/* ln 2 in two parts, products of the first with exponents being exact. */
#ifdef RNNTRAIN_DOUBLE
static const real ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
#else
static const real ln2_high = 0x1.63p-1f, ln2_low = -2.12194440e-4f;
#endif

/* exp(x) = 2^k 2^f, f from what x has beyond k ln 2, so that large x are as exact as
 * small ones. */
INLINE vec vec_exp(vec x)
{
    const real most = (real)0.69314718 * max_exponent;
    x = vec_clamp(x, -most, most);
    vec rounded = x * log2_e + round_magic; /* its low bits hold k */
    vec k = rounded - round_magic;
    vec f = (x - k * ln2_high) - k * ln2_low;

    f *= log2_e;
    vec p = vec_set(exp2_whole[0]);
    for (size_t i = 1; i < COUNT_OF(exp2_whole); i++)
        p = vec_fma(p, f, vec_set(exp2_whole[i]));
    return (vec)((ivec)p + ((ivec)rounded << MANTISSA));
}

/* exp(x) - 1, exact to rounding around zero. */
INLINE vec vec_expm1(vec x)
{
    vec u = x * log2_e, power, q;
    exp2_parts(1, max_exponent, &u, &power, &q);
    return vec_fma(power, q, power - 1);
}

/* log(1 + u), u in [0, 1]: 2 atanh(s), s = u / (2 + u) at most 1/3, as a series. */
INLINE vec vec_log1p(vec u)
{
    enum { TERMS = sizeof(real) == sizeof(float) ? 9 : 19 };
    vec s = u / (u + 2), square = s * s, sum = vec_set((real)1 / (2 * TERMS - 1));

    for (int i = 2 * TERMS - 3; i >= 1; i -= 2)
        sum = vec_fma(sum, square, vec_set((real)1 / (real)i));
    return 2 * s * sum;
}

/* With t = 3 / (3 + z), erfc(z) exp(z^2) / t as a polynomial in 2t - 1: a Chebyshev fit
 * for z >= 0, relative error below 3e-8 (float) and 4e-16 (double). */
#ifdef RNNTRAIN_DOUBLE
static const real erfc_poly[] = {
    2.3183140775046786231e-12, 1.3433763579088607549e-9,  -1.1893885619092367844e-9,
    -1.3174436327282527759e-8, 1.6652640553590824622e-8,  7.2413148027705351637e-8,
    -1.37228426997053514e-7,   -3.2798388174368305972e-7, 9.2258296402014064107e-7,
    1.5801189369395156943e-6,  -5.8238574076360063716e-6, -1.0131578675156922742e-5,
    3.5853923636812827569e-5,  9.2258999977895082234e-5,  -1.8276991424949871961e-4,
    -1.0113539579816232812e-3, -4.0413887394316184599e-4, 8.9424115379584366643e-3,
    3.9842587095666312604e-2,  0.1034890873003248704,     0.19674278570136932395,
    0.29446481772329300458,    0.3580023023627798936};
#else
static const real erfc_poly[] = {2.2609878524e-5f,  7.0309889228e-5f, -1.6928352617e-4f,
                                 -9.9112356751e-4f, -4.107903472e-4f, 8.9339071984e-3f,
                                 3.984410023e-2f,   0.10349057075f,   0.19674265853f,
                                 0.29446474468f,    0.3580023041f};
#endif

/* exp(-z^2) and erfc(z), z >= 0. */
INLINE vec vec_erfc(vec z, vec *bell)
{
    vec t = 3 / (z + 3), s = t + t - 1, p = vec_set(erfc_poly[0]);

    for (size_t k = 1; k < COUNT_OF(erfc_poly); k++)
        p = vec_fma(p, s, vec_set(erfc_poly[k]));
    *bell = vec_exp(-z * z);
    return *bell * t * p;
}

INLINE struct point relu_at(vec x, real alpha)
{
    (void)alpha;
    return (struct point){vec_select(x < 0, vec_set(0), x),
                          vec_select(x > 0, vec_set(1), vec_set(0))};
}

INLINE struct point linear_at(vec x, real alpha)
{
    (void)alpha;
    return (struct point){x, vec_set(1)};
}

INLINE struct point tanh_at(vec x, real alpha)
{
    vec y = vec_tanh(x);

    (void)alpha;
    return (struct point){y, vec_fma(-y, y, vec_set(1))};
}

INLINE struct point sigmoid_at(vec x, real alpha)
{
    vec y = vec_sigmoid(x);

    (void)alpha;
    return (struct point){y, vec_fma(-y, y, y)};
}

/* scale x where x > 0, else scale alpha (exp(x) - 1) */
INLINE struct point scaled_elu(vec x, real alpha, real scale)
{
    ivec is_positive = x > 0;
    vec e = vec_expm1(vec_select(is_positive, vec_set(0), x));

    return (struct point){
        vec_select(is_positive, x * scale, e * (alpha * scale)),
        vec_select(is_positive, vec_set(scale), (e + 1) * (alpha * scale))};
}

INLINE struct point elu_at(vec x, real alpha)
{
    return scaled_elu(x, alpha, 1);
}

INLINE struct point selu_at(vec x, real alpha)
{
    (void)alpha;
    return scaled_elu(x, (real)1.6732632423543772, (real)1.0507009873554805);
}

INLINE struct point softplus_at(vec x, real alpha)
{
    vec above = vec_select(x > 0, x, vec_set(0));

    (void)alpha;
    return (struct point){above + vec_log1p(vec_exp(-vec_abs(x))), vec_sigmoid(x)};
}

INLINE struct point softsign_at(vec x, real alpha)
{
    vec below = vec_abs(x) + 1;

    (void)alpha;
    return (struct point){x / below, 1 / (below * below)};
}

/* x F(x), F the normal distribution's integral, whose slope is exp(-x^2 / 2) /
 * sqrt(2 pi); F(-|x|) is half of erfc(|x| / sqrt(2)). */
INLINE struct point gelu_at(vec x, real alpha)
{
    const real root_half = (real)0.70710678118654752440;
    const real density = (real)0.39894228040143267794;
    vec bell, tail = (real)0.5 * vec_erfc(vec_abs(x) * root_half, &bell);
    vec integral = vec_select(x > 0, 1 - tail, tail);

    (void)alpha;
    return (struct point){x * integral, vec_fma(x * density, bell, integral)};
}

/* sigmoid(x), and sigmoid(-x) as exact. */
INLINE vec vec_shares(vec x, vec *other)
{
    vec e = vec_exp(-x), share = 1 / (e + 1);

    *other = e * share;
    return share;
}

/* (1 + tanh(u)) / 2 is sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3). */
INLINE struct point gelu_tanh_at(vec x, real alpha)
{
    const real twice = (real)1.5957691216057307117, cubic = (real)0.044715;
    vec square = x * x, slope = twice * vec_fma(square, vec_set(3 * cubic), vec_set(1));
    vec other, share = vec_shares(x * twice * vec_fma(square, vec_set(cubic), vec_set(1)),
                                  &other);
    vec y = x * share;

    (void)alpha;
    return (struct point){y, vec_fma(y * other, slope, share)};
}

INLINE struct point swish_at(vec x, real alpha)
{
    vec other, share = vec_shares(x, &other), y = x * share;

    (void)alpha;
    return (struct point){y, vec_fma(y, other, share)};
}

INLINE struct point leaky_relu_at(vec x, real alpha)
{
    return (struct point){vec_select(x > 0, x, x * alpha),
                          vec_select(x > 0, vec_set(1), vec_set(alpha))};
}

INLINE struct point exponential_at(vec x, real alpha)
{
    vec y = vec_exp(x);

    (void)alpha;
    return (struct point){y, y};
}

/* Two loops each: without slopes nothing of them is computed. */
#define CURVE_RULE(NAME, stem)                                                           \
    static void activate_##stem(size_t n, real alpha, const real *x, real *y,            \
                                real *slope)                                             \
    {                                                                                    \
        if (slope)                                                                       \
            follow(n, alpha, x, y, slope, stem##_at);                                    \
        else                                                                             \
            follow(n, alpha, x, y, NULL, stem##_at);                                     \
    }
ACTIVATION_LIST(CURVE_RULE)
#undef CURVE_RULE

#endif
