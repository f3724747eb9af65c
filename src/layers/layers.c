#include "layers/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dense(relu). */

void dense_init(struct dense *dense, const struct kernels *kernels, int in_blocks,
                int in_width, int units, int rows)
{
    linear_init(&dense->linear, kernels, in_blocks, in_width, 1, units);
    dense->rows = rows;
}

void dense_layout(struct dense *dense, struct space *space)
{
    size_t columns = (size_t)dense->linear.columns, size = (size_t)dense->rows * columns;
    linear_layout(&dense->linear, space);
    dense->b = arena_take(&space->weights, columns, sizeof(real));
    dense->db = arena_take(&space->backward, columns, sizeof(real));
    dense->y = arena_take(&space->lane, size, sizeof(real));
    dense->dy = arena_take(&space->backward, size, sizeof(real));
    dense->dz = arena_take(&space->backward, size, sizeof(real));
}

void dense_pack(struct dense *dense, const real *kernel, const real *bias)
{
    linear_pack(&dense->linear, kernel);
    linear_pack_bias(&dense->linear, bias, false, dense->b);
}

void dense_forward(struct dense *dense, int rows, const real *x)
{
    size_t columns = (size_t)dense->linear.columns;
    struct matmul m = {
        .rows = rows,
        .vectors = dense->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&dense->linear, x)},
        .bias = dense->b,
        .c = dense->y,
        .c_row = columns,
        .c_panel = (size_t)linear_panel(&dense->linear),
    };
    dense->linear.kernels->matmul(&m);
    dense->linear.kernels->relu((size_t)rows * columns, dense->y);
}

/* dy (R, columns) row-major to the panel matrix that the products read. */
static void to_panels(const struct dense *dense, int rows, size_t panel)
{
    size_t width = (size_t)linear_panel(&dense->linear);
    size_t columns = (size_t)dense->linear.columns;
    for (size_t p = 0; p < columns / width; p++)
        for (size_t r = 0; r < (size_t)rows; r++)
            memcpy(dense->dz + p * panel + r * width, dense->dy + r * columns + p * width,
                   width * sizeof(real));
}

void dense_backward(struct dense *dense, int rows, const real *x, real *dx)
{
    struct linear *linear = &dense->linear;
    const struct kernels *kernels = linear->kernels;
    size_t columns = (size_t)linear->columns;
    size_t panel = (size_t)dense->rows * (size_t)linear_panel(linear);
    kernels->relu_backward((size_t)rows * columns, dense->y, dense->dy);
    to_panels(dense, rows, panel);
    linear_zero_gradient(linear);
    memset(dense->db, 0, columns * sizeof *dense->db);
    linear_add_gradient(linear, rows, x, dense->dz, panel);
    kernels->add_rows(rows, linear->vectors, dense->dz, panel, dense->db);
    struct matmul back = linear_back(linear, rows, dense->dz, panel, dx);
    kernels->matmul(&back);
}

void dense_unpack(const struct dense *dense, real *kernel, real *bias)
{
    linear_unpack(&dense->linear, kernel);
    linear_unpack_bias(&dense->linear, dense->db, bias);
}

/* Dense that gives logits. */

void output_init(struct output *output, const struct kernels *kernels, int in_blocks,
                 int in_width, int inputs, int units)
{
    *output = (struct output){
        .kernels = kernels,
        .in_blocks = in_blocks,
        .in_width = in_width,
        .inputs = inputs,
        .units = units,
    };
}

void output_layout(struct output *output, struct space *space)
{
    size_t units = (size_t)output->units, size = units * (size_t)output->inputs;
    output->w = arena_take(&space->weights, size, sizeof(real));
    output->dw = arena_take(&space->backward, size, sizeof(real));
    output->b = arena_take(&space->weights, units, sizeof(real));
    output->db = arena_take(&space->backward, units, sizeof(real));
}

/* Where Keras's element (d, c) stands in w. */
static size_t output_at(const struct output *output, int d, int c)
{
    int block = output->inputs / output->in_blocks;
    int row = d / output->in_width * block + d % output->in_width;
    return (size_t)c * (size_t)output->inputs + (size_t)row;
}

void output_pack(struct output *output, const real *kernel, const real *bias)
{
    for (int d = 0; d < output->in_blocks * output->in_width; d++)
        for (int c = 0; c < output->units; c++)
            output->w[output_at(output, d, c)] = *kernel++;
    memcpy(output->b, bias, (size_t)output->units * sizeof *bias);
}

void output_unpack(const struct output *output, real *kernel, real *bias)
{
    for (int d = 0; d < output->in_blocks * output->in_width; d++)
        for (int c = 0; c < output->units; c++)
            *kernel++ = output->dw[output_at(output, d, c)];
    memcpy(bias, output->db, (size_t)output->units * sizeof *bias);
}

void output_forward(const struct output *output, int rows, const real *x, real *logits)
{
    size_t inputs = (size_t)output->inputs, units = (size_t)output->units;
    for (size_t r = 0; r < (size_t)rows; r++)
        for (size_t c = 0; c < units; c++)
            logits[r * units + c] =
                output->kernels->dot(inputs, x + r * inputs, output->w + c * inputs) +
                output->b[c];
}

void output_backward(struct output *output, int rows, const real *x, const real *d_logits,
                     real *dx)
{
    size_t inputs = (size_t)output->inputs, units = (size_t)output->units;
    memset(output->dw, 0, units * inputs * sizeof *output->dw);
    memset(output->db, 0, units * sizeof *output->db);
    for (size_t r = 0; r < (size_t)rows; r++)
        for (size_t c = 0; c < units; c++) {
            real d = d_logits[r * units + c];
            output->db[c] += d;
            output->kernels->axpy(inputs, d, x + r * inputs, output->dw + c * inputs);
            if (c == 0)
                output->kernels->scale(inputs, d, output->w, dx + r * inputs);
            else
                output->kernels->axpy(inputs, d, output->w + c * inputs, dx + r * inputs);
        }
}

/* Losses. */

static double sigmoid_of(double logit)
{
    return 1 / (1 + kernels_exp(-logit));
}

double binary_crossentropy(real logit, int y, real *d_logit)
{
    double x = (double)logit;
    *d_logit = (real)(sigmoid_of(x) - y);
    return kernels_softplus(x) - y * x;
}

static double largest(int n, const real *x)
{
    double max = (double)x[0];
    for (int i = 1; i < n; i++)
        max = (double)x[i] > max ? (double)x[i] : max;
    return max;
}

double categorical_crossentropy(int classes, const real *logits, int y, real *d_logits)
{
    double max = largest(classes, logits), sum = 0;
    for (int c = 0; c < classes; c++)
        sum += kernels_exp((double)logits[c] - max);
    for (int c = 0; c < classes; c++)
        d_logits[c] = (real)(kernels_exp((double)logits[c] - max) / sum - (c == y));
    return max + kernels_log(sum) - (double)logits[y];
}

void class_probabilities(int classes, const real *logits, double *probabilities)
{
    if (classes == 2) {
        probabilities[1] = sigmoid_of((double)logits[0]);
        probabilities[0] = 1 - probabilities[1];
        return;
    }
    double max = largest(classes, logits), sum = 0;
    for (int c = 0; c < classes; c++)
        sum += probabilities[c] = kernels_exp((double)logits[c] - max);
    for (int c = 0; c < classes; c++)
        probabilities[c] /= sum;
}

int class_decision(int classes, const real *logits)
{
    if (classes == 2)
        return logits[0] > 0;
    int best = 0;
    for (int c = 1; c < classes; c++)
        best = logits[c] > logits[best] ? c : best;
    return best;
}

/* Initialisers. */

static struct rng init_stream(uint64_t seed, int stream)
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
