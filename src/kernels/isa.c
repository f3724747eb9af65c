/* One kernel set: compiled once per instruction set (KERNELS_ISA) and number type. Here
 * stand the loops over flat arrays and the table; the headers hold the rest of this one
 * translation unit. */
#include "kernels/kernels.h"

#include "kernels/vec.h"
#include "kernels/matmul.h"
#include "kernels/lstm.h"
#include "kernels/gru.h"
#include "kernels/embedding.h"

static void relu(size_t n, real *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_backward(size_t n, const real *y, real *dy)
{
    for (size_t i = 0; i < n; i++)
        dy[i] = y[i] > 0 ? dy[i] : 0;
}

static real dot(size_t n, const real *a, const real *b)
{
    vec sum[4] = {{0}, {0}, {0}, {0}};
    size_t i = 0;

    for (; i + 4 * WIDTH <= n; i += 4 * WIDTH)
        for (size_t v = 0; v < 4; v++)
            sum[v] =
                vec_fma(vec_load(a + i + v * WIDTH), vec_load(b + i + v * WIDTH), sum[v]);
    for (; i + WIDTH <= n; i += WIDTH)
        sum[0] = vec_fma(vec_load(a + i), vec_load(b + i), sum[0]);

    real total = vec_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (; i < n; i++)
        total += a[i] * b[i];
    return total;
}

static void axpy(size_t n, real alpha, const real *x, real *y)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        vec_store(y + i, vec_fma(vec_set(alpha), vec_load(x + i), vec_load(y + i)));
    for (; i < n; i++)
        y[i] += alpha * x[i];
}

static void scale(size_t n, real alpha, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = alpha * x[i];
}

static void add(size_t n, real *a, const real *b)
{
    for (size_t i = 0; i < n; i++)
        a[i] += b[i];
}

enum { NORM_BLOCK = 1024 };

/* The blocks' sums are added pairwise like the lanes' gradients: a binary counter holds
 * the complete subtrees, `pending[level]` that of 2^level blocks. */
static double sum_squares(size_t n, const real *a)
{
    double pending[64] = {0};
    size_t n_blocks = 0;

    for (size_t i = 0; i < n; i += NORM_BLOCK, n_blocks++) {
        size_t end = n - i < NORM_BLOCK ? n : i + NORM_BLOCK;
        double sum = 0;
        for (size_t j = i; j < end; j++)
            sum += (double)a[j] * (double)a[j];
        int level = 0;
        for (size_t bits = n_blocks; bits & 1; bits >>= 1)
            sum = pending[level++] + sum;
        pending[level] = sum;
    }
    double total = 0;
    for (int level = 0; level < 64; level++)
        if (n_blocks >> level & 1)
            total = pending[level] + total;
    return total;
}

/* Keras's form: rate = lr sqrt(1 - beta2^t) / (1 - beta1^t);  m += (1 - beta1) (g - m);
 * v += (1 - beta2) (g^2 - v);  w -= rate m / (sqrt(v) + epsilon). */
INLINE void adam_one(const struct adam *a, vec g, vec *m, vec *v, vec *w)
{
    g *= a->scale;
    *m = vec_fma(vec_set(1 - a->beta1), g - *m, *m);
    *v = vec_fma(vec_set(1 - a->beta2), vec_fma(g, g, -*v), *v);
    *w -= a->rate * *m / (vec_sqrt(*v) + a->epsilon);
}

static void adam(size_t n, const struct adam *a, const real *g, real *m, real *v, real *w)
{
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
        adam_one(a, vec_load(whole ? g + i : part[0]), &vm, &vv, &vw);

        memcpy(m + i, &vm, count * sizeof *m);
        memcpy(v + i, &vv, count * sizeof *v);
        memcpy(w + i, &vw, count * sizeof *w);
    }
}

/* Keras 2's form: v = rho v + (1 - rho) g^2;  w -= lr g / (sqrt(v) + epsilon). */
static void rmsprop(size_t n, real rate, real rho, real epsilon, real scale,
                    const real *g, real *v, real *w)
{
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

/* Keras's form: m = momentum m - lr g;  w += m. */
static void sgd(size_t n, real rate, real momentum, real scale, const real *g, real *m,
                real *w)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = momentum * m[i] - rate * (g[i] * scale);
        w[i] += m[i];
    }
}

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define QUOTE_(a) #a
#define QUOTE(a) QUOTE_(a)

extern const struct kernels JOIN(kernels_, KERNELS_ISA);

const struct kernels JOIN(kernels_, KERNELS_ISA) = {
    .name = QUOTE(KERNELS_ISA),
    .width = WIDTH,
    .panel = PANEL,
    .matmul = matmul,
    .matmul_outer = matmul_outer,
    .add_rows = add_rows,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .gru_gates = gru_gates,
    .gru_output = gru_output,
    .gru_backward_output = gru_backward_output,
    .gru_backward_gates = gru_backward_gates,
    .keep_bits = keep_bits,
    .drop = drop,
    .gather = gather,
    .scatter = scatter,
    .embed = embed,
    .embed_backward = embed_backward,
    .relu = relu,
    .relu_backward = relu_backward,
    .dot = dot,
    .axpy = axpy,
    .scale = scale,
    .add = add,
    .sum_squares = sum_squares,
    .adam = adam,
    .rmsprop = rmsprop,
    .sgd = sgd,
    .sigmoid = sigmoid,
    .tanh = tanh_all,
};
