/* The optimizers' rules over flat arrays. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_OPTIMIZERS_H
#define RNNTRAIN_KERNELS_OPTIMIZERS_H

#include "kernels/update.h"
#include "kernels/vec.h"

/* Keras's form: rate = lr sqrt(1 - beta2^t) / (1 - beta1^t);  m += (1 - beta1) (g - m);
 * v += (1 - beta2) (g^2 - v);  w -= rate m / (sqrt(v) + epsilon). */
INLINE void adam_one(const struct update *u, vec g, vec *m, vec *v, vec *w)
{
    g *= u->scale;
    *m = vec_fma(vec_set(1 - u->beta1), g - *m, *m);
    *v = vec_fma(vec_set(1 - u->beta2), vec_fma(g, g, -*v), *v);
    *w -= u->rate * *m / (vec_sqrt(*v) + u->epsilon);
}

static void adam(size_t n, const struct update *u, const real *g, real *const *slot,
                 real *w)
{
    real *m = slot[0], *v = slot[1];

    for (size_t i = 0; i < n; i += WIDTH) {
        real part[4][WIDTH] = {{0}};
        size_t count = n - i < WIDTH ? n - i : WIDTH;
        bool whole = count == WIDTH;

        if (!whole) {
            memcpy(part[0], g + i, count * sizeof *g);
            memcpy(part[1], m + i, count * sizeof *m);
            memcpy(part[2], v + i, count * sizeof *v);
            memcpy(part[3], w + i, count * sizeof *w);
        }

        vec vm = vec_load(whole ? m + i : part[1]),
            vv = vec_load(whole ? v + i : part[2]);
        vec vw = vec_load(whole ? w + i : part[3]);
        adam_one(u, vec_load(whole ? g + i : part[0]), &vm, &vv, &vw);

        memcpy(m + i, &vm, count * sizeof *m);
        memcpy(v + i, &vv, count * sizeof *v);
        memcpy(w + i, &vw, count * sizeof *w);
    }
}

/* In registers: a sweep a step would read and write memory for each. */
static void adam_idle(size_t n, const struct update *updates, size_t steps,
                      real *const *slot, real *w)
{
    real *m = slot[0], *v = slot[1];

    for (size_t i = 0; i < n; i += WIDTH) {
        real part[3][WIDTH] = {{0}};
        size_t count = n - i < WIDTH ? n - i : WIDTH;
        vec vm, vv, vw;

        memcpy(part[0], m + i, count * sizeof *m);
        memcpy(part[1], v + i, count * sizeof *v);
        memcpy(part[2], w + i, count * sizeof *w);
        vm = vec_load(part[0]);
        vv = vec_load(part[1]);
        vw = vec_load(part[2]);
        for (size_t s = 0; s < steps; s++)
            adam_one(&updates[s], vec_set(0), &vm, &vv, &vw);

        memcpy(m + i, &vm, count * sizeof *m);
        memcpy(v + i, &vv, count * sizeof *v);
        memcpy(w + i, &vw, count * sizeof *w);
    }
}

/* Keras 2's form: v = rho v + (1 - rho) g^2;  w -= lr g / (sqrt(v) + epsilon). */
static void rmsprop(size_t n, const struct update *u, const real *g, real *const *slot,
                    real *w)
{
    real rate = u->rate, rho = u->rho, epsilon = u->epsilon, scale = u->scale;
    real *v = slot[0];

    for (size_t i = 0; i < n; i++) {
        real gi = g[i] * scale;
        v[i] = rho * v[i] + (1 - rho) * gi * gi;
#ifdef RNNTRAIN_DOUBLE
        w[i] -= rate * gi / (sqrt(v[i]) + epsilon);
#else
        w[i] -= rate * gi / (sqrtf(v[i]) + epsilon);
#endif
    }
}

/* w stays: nothing is taken from it. */
static void rmsprop_idle(size_t n, const struct update *updates, size_t steps,
                         real *const *slot, real *w)
{
    real *v = slot[0];

    (void)w;
    for (size_t s = 0; s < steps; s++)
        for (size_t i = 0; i < n; i++)
            v[i] *= updates[s].rho;
}

/* Keras's form: m = momentum m - lr g;  w += m. */
static void sgd(size_t n, const struct update *u, const real *g, real *const *slot,
                real *w)
{
    real rate = u->rate, momentum = u->momentum, scale = u->scale, *m = slot[0];

    for (size_t i = 0; i < n; i++) {
        m[i] = momentum * m[i] - rate * (g[i] * scale);
        w[i] += m[i];
    }
}

static void sgd_idle(size_t n, const struct update *updates, size_t steps,
                     real *const *slot, real *w)
{
    real *m = slot[0];

    for (size_t s = 0; s < steps; s++)
        for (size_t i = 0; i < n; i++) {
            m[i] *= updates[s].momentum;
            w[i] += m[i];
        }
}

static void average(size_t n, real share, const real *x, real *mean)
{
    for (size_t i = 0; i < n; i++)
        mean[i] += share * (x[i] - mean[i]);
}

#endif
