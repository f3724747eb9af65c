#include "vectors/factor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "kernels/tall.h"

enum {
    OVERSAMPLING =
        10, /* columns beyond those that are wanted, and up to a multiple of: */
    MULTIPLE = 16,
    POWERS = 2, /* passes over the matrix and its transpose before the last ones */
    BLOCK_ROWS = 64
};

struct product {
    const struct cooccurrence *matrix;
    bool transposed;
    const struct tall *from;
    struct tall *to;
};

/* to = matrix from, some rows; a row's elements in their order. */
static void multiply_block(void *context, int block)
{
    const struct product *product = context;
    const struct cooccurrence *matrix = product->matrix;
    const float *own = product->transposed ? matrix->column : matrix->row;
    const float *others = product->transposed ? matrix->row : matrix->column;
    size_t n = (size_t)product->from->n_columns;
    int32_t first = block * BLOCK_ROWS, end = first + BLOCK_ROWS;

    for (int32_t i = first; i < end && i < matrix->n; i++) {
        float *sum = product->to->values + (size_t)i * n;
        memset(sum, 0, n * sizeof *sum);
        for (int64_t e = matrix->start[i]; e < matrix->start[i + 1]; e++) {
            int32_t j = matrix->columns[e];
            float value = matrix->logs[e] - (own[i] + others[j]);
            if (value <= 0)
                continue;
            const float *row = product->from->values + (size_t)j * n;
            for (size_t c = 0; c < n; c++)
                sum[c] += value * row[c];
        }
    }
}

static void multiply(const struct cooccurrence *matrix, bool transposed,
                     const struct tall *from, struct tall *to, int n_threads)
{
    struct product product = {matrix, transposed, from, to};
    blocks_run((matrix->n + BLOCK_ROWS - 1) / BLOCK_ROWS, n_threads, multiply_block,
               &product);
}

/* left: an orthonormal basis of what the matrix makes of random vectors, and of what its
 * powers do; right = matrix^T left. */
static void find_range(const struct cooccurrence *matrix, uint64_t seed, int n_threads,
                       struct tall *left, struct tall *right)
{
    tall_draw(right, (struct rng){.seed = seed, .purpose = RNG_INIT});
    for (int power = 0;; power++) {
        multiply(matrix, false, right, left, n_threads);
        tall_orthonormalise(left, n_threads);
        if (power == POWERS)
            break;
        multiply(matrix, true, left, right, n_threads);
        tall_orthonormalise(right, n_threads);
    }
    tall_orthonormalise(left, n_threads);
    multiply(matrix, true, left, right, n_threads);
}

/* left <- left U sqrt(S), of which right^T right = U S^2 U^T. */
static void turn(struct tall *left, const struct tall *right, int width, int n_threads)
{
    size_t n = (size_t)left->n_columns;
    double *values = xcalloc(n, sizeof *values);
    double *vectors = xcalloc(n * n, sizeof *vectors);
    double *rotation = xcalloc(n * n, sizeof *rotation);

    tall_axes(right, n_threads, values, vectors);
    for (size_t c = 0; c < (size_t)width && c < n; c++)
        for (size_t k = 0; k < n; k++)
            rotation[k * n + c] =
                vectors[c * n + k] * (values[c] > 0 ? sqrt(sqrt(values[c])) : 0);
    tall_multiply(left, n_threads, rotation);

    free(values);
    free(vectors);
    free(rotation);
}

static float *scale(const struct tall *left, int width, double deviation)
{
    size_t n_rows = (size_t)left->n_rows, n = (size_t)left->n_columns, w = (size_t)width;
    float *vectors = xcalloc(n_rows * w + 1, sizeof *vectors);
    double sum = 0, squares = 0, count = (double)n_rows * width;

    for (size_t i = 0; i < n_rows; i++)
        for (size_t c = 0; c < w; c++) {
            double value = (double)left->values[i * n + c];
            sum += value;
            squares += value * value;
        }
    double variance = squares / count - sum / count * (sum / count);
    double factor = variance > 0 ? deviation / sqrt(variance) : 0;
    for (size_t i = 0; i < n_rows; i++)
        for (size_t c = 0; c < w; c++)
            vectors[i * w + c] = (float)((double)left->values[i * n + c] * factor);
    return vectors;
}

float *factor_vectors(const struct cooccurrence *matrix, int width, double deviation,
                      uint64_t seed, int n_threads)
{
    int n = (width + OVERSAMPLING + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
    struct tall left = tall_new(matrix->n, n), right = tall_new(matrix->n, n);

    find_range(matrix, seed, n_threads, &left, &right);
    turn(&left, &right, width, n_threads);
    float *vectors = scale(&left, width, deviation);
    free(left.values);
    free(right.values);
    return vectors;
}
