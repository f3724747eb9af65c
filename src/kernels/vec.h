/* Vectors of reals for the instruction set that this file is compiled for: the types, and
 * the few operations that GCC's and Clang's vector extensions do not spell. Included by
 * the parts of kernels_isa.c only. */
#ifndef RNNTRAIN_KERNELS_VEC_H
#define RNNTRAIN_KERNELS_VEC_H

#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
enum { VECTOR_BYTES = 64 };
#elif defined(__AVX2__)
enum { VECTOR_BYTES = 32 };
#else
enum { VECTOR_BYTES = 16 };
#endif

#ifdef RNNTRAIN_DOUBLE
typedef int64_t ireal;
#else
typedef int32_t ireal;
#endif

enum { WIDTH = VECTOR_BYTES / sizeof(real) };
enum { CACHE_LINE = 64 }; /* bytes */
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef ireal ivec __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))

/* The intrinsic of this width and type: VEC_SUFFIX(add) is _mm256_add_ps in an AVX2 float
 * build, VEC_SUFFIX(fmaq) vfmaq_f32 in one for AArch64. */
#if defined(__AVX512F__)
#define VEC_PREFIX(op) _mm512_##op
#elif defined(__AVX2__)
#define VEC_PREFIX(op) _mm256_##op
#elif defined(__SSE2__)
#define VEC_PREFIX(op) _mm_##op
#endif
#if defined(__aarch64__) && defined(RNNTRAIN_DOUBLE)
#define VEC_SUFFIX(op) v##op##_f64
#elif defined(__aarch64__)
#define VEC_SUFFIX(op) v##op##_f32
#elif defined(RNNTRAIN_DOUBLE)
#define VEC_SUFFIX(op) VEC_PREFIX(op##_pd)
#else
#define VEC_SUFFIX(op) VEC_PREFIX(op##_ps)
#endif

/* x in every element: a broadcast, where adding x to zeros would keep the addition. */
INLINE vec vec_set(real x)
{
#if defined(__SSE2__)
    return VEC_SUFFIX(set1)(x);
#elif defined(__aarch64__)
    return VEC_SUFFIX(dupq_n)(x);
#else
    return (vec){0} + x;
#endif
}

INLINE vec vec_load(const real *p)
{
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void vec_store(real *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* a * b + c, rounded once where the processor can. */
INLINE vec vec_fma(vec a, vec b, vec c)
{
#if defined(__FMA__)
    return VEC_SUFFIX(fmadd)(a, b, c);
#elif defined(__aarch64__)
    return VEC_SUFFIX(fmaq)(c, a, b);
#else
    return a * b + c;
#endif
}

INLINE vec vec_select(ivec mask, vec yes, vec no)
{
    return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* x held within [low, high]; NaN stays NaN (x86: the second operand is returned for NaN).
 */
INLINE vec vec_clamp(vec x, real low, real high)
{
#if defined(__SSE2__)
    return VEC_SUFFIX(min)(vec_set(high), VEC_SUFFIX(max)(vec_set(low), x));
#else
    x = vec_select(x < vec_set(low), vec_set(low), x);
    return vec_select(x > vec_set(high), vec_set(high), x);
#endif
}

/* 0 where x is below it; NaN stays NaN. */
INLINE vec vec_relu(vec x)
{
#if defined(__SSE2__)
    return VEC_SUFFIX(max)(vec_set(0), x);
#else
    return vec_select(x < vec_set(0), vec_set(0), x);
#endif
}

INLINE vec vec_sqrt(vec x)
{
#if defined(__SSE2__)
    return VEC_SUFFIX(sqrt)(x);
#elif defined(__aarch64__)
    return VEC_SUFFIX(sqrtq)(x);
#else
    for (int i = 0; i < WIDTH; i++)
        x[i] = (real)sqrt((double)x[i]); /* exact in float too: sqrt rounds correctly */
    return x;
#endif
}

/* All elements added pairwise: halves first. */
INLINE real vec_sum(vec v)
{
    real x[WIDTH];
    memcpy(x, &v, sizeof v);
    for (int half = WIDTH / 2; half >= 1; half /= 2)
        for (int i = 0; i < half; i++)
            x[i] += x[i + half];
    return x[0];
}

/* All ones where bit i of `bits` is set, i being the element's place in the vector. */
INLINE ivec vec_mask(uint32_t bits)
{
    ivec place;
    for (int i = 0; i < WIDTH; i++)
        place[i] = (ireal)1 << i;
    return (((ivec){0} + (ireal)bits) & place) == place;
}

/* x where its bit is set, else 0. */
INLINE vec vec_keep(uint32_t bits, vec x)
{
#if defined(__AVX512F__)
    return VEC_SUFFIX(maskz_mov)(bits, x);
#else
    return (vec)(vec_mask(bits) & (ivec)x);
#endif
}

#endif
