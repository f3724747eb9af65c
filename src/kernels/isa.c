/* One kernel set: compiled once per instruction set (KERNELS_ISA) and number type. Here
 * stand the loops over flat arrays and the table; the headers hold the rest of this one
 * translation unit. */
#include "kernels/kernels.h"

#include "kernels/vec.h"
#include "kernels/matmul.h"
#include "kernels/sparse.h"
#include "kernels/lstm.h"
#include "kernels/gru.h"
#include "kernels/curves.h"
#include "kernels/simple.h"
#include "kernels/attention.h"
#include "kernels/draws.h"
#include "kernels/embedding.h"
#include "kernels/normal.h"
#include "kernels/optimizers.h"
#include "kernels/dots.h"
#include "kernels/softmax.h"
#include "kernels/ones.h"

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

/* Adds the products of whole vectors; returns how many numbers these have. */
INLINE size_t dot_vectors(size_t n, const real *a, const real *b, vec sum[DOT_VECTORS])
{
    size_t i = 0;

    for (; i + DOT_VECTORS * WIDTH <= n; i += DOT_VECTORS * WIDTH)
        for (size_t v = 0; v < DOT_VECTORS; v++)
            sum[v] =
                vec_fma(vec_load(a + i + v * WIDTH), vec_load(b + i + v * WIDTH), sum[v]);
    for (; i + WIDTH <= n; i += WIDTH)
        sum[0] = vec_fma(vec_load(a + i), vec_load(b + i), sum[0]);
    return i;
}

static void dot_some(size_t n, const real *a, const real *b, real *sums)
{
    vec sum[DOT_VECTORS];

    for (int v = 0; v < DOT_VECTORS; v++)
        sum[v] = vec_load(sums + v * WIDTH);
    dot_vectors(n, a, b, sum);
    for (int v = 0; v < DOT_VECTORS; v++)
        vec_store(sums + v * WIDTH, sum[v]);
}

INLINE real dot_total(const vec sum[DOT_VECTORS])
{
    return vec_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

static real dot_end(const real *sums)
{
    vec sum[DOT_VECTORS];

    for (int v = 0; v < DOT_VECTORS; v++)
        sum[v] = vec_load(sums + v * WIDTH);
    return dot_total(sum);
}

static real dot(size_t n, const real *a, const real *b)
{
    vec sum[DOT_VECTORS] = {{0}, {0}, {0}, {0}};
    size_t i = dot_vectors(n, a, b, sum);

    real total = dot_total(sum);
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

static void add_each(int rows, int vectors, real *a, size_t a_row, const real *b,
                     size_t b_row)
{
    for (int r = 0; r < rows; r++, a += a_row, b += b_row)
        for (int j = 0; j < vectors * WIDTH; j += WIDTH)
            vec_store(a + j, vec_load(a + j) + vec_load(b + j));
}

static void copy_each(int rows, int vectors, real *a, size_t a_row, const real *b,
                      size_t b_row)
{
    for (int r = 0; r < rows; r++, a += a_row, b += b_row)
        for (int j = 0; j < vectors * WIDTH; j += WIDTH)
            vec_store(a + j, vec_load(b + j));
}

static void multiply_by(size_t n, real *a, const real *b)
{
    for (size_t i = 0; i < n; i++)
        a[i] *= b[i];
}

static void product(size_t n, const real *a, const real *b, real *y)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        vec_store(y + i, vec_load(a + i) * vec_load(b + i));
    for (; i < n; i++)
        y[i] = a[i] * b[i];
}

static void add_product(size_t n, const real *a, const real *b, real *y)
{
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        vec_store(y + i, vec_fma(vec_load(a + i), vec_load(b + i), vec_load(y + i)));
    for (; i < n; i++)
        y[i] += a[i] * b[i];
}

static size_t count(size_t n, const real *x)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i] != 0;
    return sum;
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

#define UPDATE_ROW(NAME, stem) [UPDATE_##NAME] = stem,
#define IDLE_ROW(NAME, stem) [UPDATE_##NAME] = stem##_idle,
#define ACTIVATION_ROW(NAME, stem) [ACTIVATION_##NAME] = activate_##stem,
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
    .matmul_sparse = matmul_sparse,
    .add_rows = add_rows,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .gru_gates = gru_gates,
    .gru_output = gru_output,
    .gru_backward_output = gru_backward_output,
    .gru_backward_gates = gru_backward_gates,
    .simple_forward = simple_forward,
    .simple_backward = simple_backward,
    .attention_backward = attention_backward,
    .uniform = uniform,
    .keep_bits = keep_bits,
    .drop = drop,
    .add_dropped_back = add_dropped_back,
    .gather = gather,
    .scatter = scatter,
    .embed = embed,
    .embed_backward = embed_backward,
    .relu = relu,
    .relu_backward = relu_backward,
    .dot = dot,
    .dot_some = dot_some,
    .dot_end = dot_end,
    .axpy = axpy,
    .scale = scale,
    .add = add,
    .add_each = add_each,
    .copy_each = copy_each,
    .multiply = multiply_by,
    .normalize = normalize,
    .normalize_backward = normalize_backward,
    .scale_shift = scale_shift,
    .activate = {ACTIVATION_LIST(ACTIVATION_ROW)},
    .product = product,
    .multiply_add = add_product,
    .dots = dots,
    .outer = outer,
    .count = count,
    .largest = largest,
    .maxima = maxima,
    .exp_sum = exp_sum,
    .exp_each = exp_each,
    .sum_rows = sum_rows,
    .labels_loss = labels_loss,
    .divide = divide,
    .sum_squares = sum_squares,
    .update = {UPDATE_LIST(UPDATE_ROW)},
    .idle = {UPDATE_LIST(IDLE_ROW)},
    .average = average,
    .sigmoid = sigmoid,
    .tanh = tanh_all,
};
