#include "kernels/tall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "kernels/eigen.h"

enum { BLOCK_ROWS = 512 };

struct tall tall_new(int32_t n_rows, int n_columns)
{
    struct tall tall = {n_rows, n_columns, NULL};
    tall.values = xaligned((size_t)n_rows * (size_t)n_columns + 1, sizeof *tall.values);
    return tall;
}

void tall_draw(struct tall *tall, struct rng rng)
{
    size_t n = (size_t)tall->n_columns;

    for (size_t i = 0; i < (size_t)tall->n_rows; i++) {
        rng.row = (uint32_t)i;
        for (size_t c = 0; c < n; c++)
            tall->values[i * n + c] = (float)(2 * rng_uniform(&rng, (uint32_t)c) - 1);
    }
}

static int n_blocks(const struct tall *tall)
{
    return (tall->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

/* Rows of a block. */
static int32_t block_rows(const struct tall *tall, int block)
{
    int32_t left = tall->n_rows - block * BLOCK_ROWS;
    return left < BLOCK_ROWS ? left : BLOCK_ROWS;
}

static float *block_values(const struct tall *tall, int block)
{
    return tall->values + (size_t)block * BLOCK_ROWS * (size_t)tall->n_columns;
}

struct products_job {
    const struct tall *left, *right;
    double *sums; /* (blocks, left's columns, right's) */
};

/* Four rows of floats, and zeros behind the last of `rows`. */
static void widen(const float *values, int32_t rows, size_t n, double *wide)
{
    size_t have = (size_t)(rows < 4 ? rows : 4) * n;

    for (size_t i = 0; i < have; i++)
        wide[i] = (double)values[i];
    memset(wide + have, 0, (4 * n - have) * sizeof *wide);
}

/* Four rows at a time. */
static void products_of_block(void *context, int block)
{
    const struct products_job *job = context;
    int32_t rows = block_rows(job->left, block);
    size_t m = (size_t)job->left->n_columns, n = (size_t)job->right->n_columns;
    const float *left = block_values(job->left, block);
    const float *right = block_values(job->right, block);
    double *sums = job->sums + (size_t)block * m * n;
    double *of_left = xcalloc(4 * m, sizeof *of_left);
    double *wide = xcalloc(4 * n, sizeof *wide);

    for (int32_t i = 0; i < rows; i += 4) {
        widen(left + (size_t)i * m, rows - i, m, of_left);
        widen(right + (size_t)i * n, rows - i, n, wide);
        for (size_t a = 0; a < m; a++) {
            double *sum = sums + a * n, x = of_left[a], y = of_left[m + a];
            double z = of_left[2 * m + a], w = of_left[3 * m + a];
            for (size_t b = 0; b < n; b++)
                sum[b] += (x * wide[b] + y * wide[n + b]) +
                          (z * wide[2 * n + b] + w * wide[3 * n + b]);
        }
    }
    free(of_left);
    free(wide);
}

void tall_products(const struct tall *left, const struct tall *right, int n_threads,
                   double *products)
{
    size_t n = (size_t)left->n_columns * (size_t)right->n_columns;
    int blocks = n_blocks(left);
    struct products_job job = {left, right,
                               xcalloc((size_t)blocks * n + 1, sizeof *job.sums)};

    blocks_run(blocks, n_threads, products_of_block, &job);
    memset(products, 0, n * sizeof *products);
    for (int block = 0; block < blocks; block++)
        for (size_t i = 0; i < n; i++)
            products[i] += job.sums[(size_t)block * n + i];
    free(job.sums);
}

void tall_axes(const struct tall *tall, int n_threads, double *energy, double *axes)
{
    size_t n = (size_t)tall->n_columns;
    double *gram = xcalloc(n * n, sizeof *gram);

    tall_products(tall, tall, n_threads, gram);
    eigen_symmetric((int)n, gram, energy, axes);
    free(gram);
}

struct multiply_job {
    const struct tall *from;
    struct tall *to;
    const double *right;
    bool adds;
};

static void multiply_block(void *context, int block)
{
    const struct multiply_job *job = context;
    int32_t rows = block_rows(job->from, block);
    size_t m = (size_t)job->from->n_columns, n = (size_t)job->to->n_columns;
    const float *from = block_values(job->from, block);
    float *to = block_values(job->to, block);
    double *sums = xcalloc(n, sizeof *sums);

    for (int32_t i = 0; i < rows; i++, from += m, to += n) {
        for (size_t c = 0; c < n; c++)
            sums[c] = job->adds ? (double)to[c] : 0;
        for (size_t k = 0; k < m; k++) {
            const double *right = job->right + k * n;
            double value = (double)from[k];
            for (size_t c = 0; c < n; c++)
                sums[c] += value * right[c];
        }
        for (size_t c = 0; c < n; c++)
            to[c] = (float)sums[c];
    }
    free(sums);
}

void tall_multiply(struct tall *tall, int n_threads, const double *right)
{
    struct multiply_job job = {tall, tall, right, false};
    blocks_run(n_blocks(tall), n_threads, multiply_block, &job);
}

void tall_add(struct tall *tall, const struct tall *from, int n_threads,
              const double *right)
{
    struct multiply_job job = {from, tall, right, true};
    blocks_run(n_blocks(tall), n_threads, multiply_block, &job);
}

/* gram = L L^T: L in its lower triangle; a diagonal of 0 where a column depends on those
 * before it. */
static void factorise(size_t n, double *gram)
{
    const double least = 1e-10; /* of a column that is the others' but for its rounding */

    for (size_t j = 0; j < n; j++) {
        double diagonal = gram[j * n + j], before = diagonal;
        for (size_t k = 0; k < j; k++)
            diagonal -= gram[j * n + k] * gram[j * n + k];
        bool depends = diagonal <= least * before;
        gram[j * n + j] = depends ? 0 : sqrt(diagonal);
        for (size_t i = j + 1; i < n; i++) {
            double sum = gram[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= gram[i * n + k] * gram[j * n + k];
            gram[i * n + j] = depends ? 0 : sum / gram[j * n + j];
        }
    }
}

/* right = L^-T, upper triangular; columns of a 0 on the diagonal are 0. */
static void invert(size_t n, const double *lower, double *right)
{
    for (size_t j = 0; j < n; j++) {
        double diagonal = lower[j * n + j];
        if (diagonal == 0)
            continue;
        right[j * n + j] = 1 / diagonal;
        for (size_t i = j; i-- > 0;) {
            double sum = 0;
            for (size_t k = i + 1; k <= j; k++)
                sum += lower[k * n + i] * right[k * n + j];
            right[i * n + j] = lower[i * n + i] == 0 ? 0 : -sum / lower[i * n + i];
        }
    }
}

/* right (columns, columns), upper triangular, such that the columns of tall right are
 * orthonormal; zeros for a column that depends on those before it. */
static void find_whitener(const struct tall *tall, int n_threads, double *right)
{
    size_t n = (size_t)tall->n_columns;
    double *gram = xcalloc(n * n, sizeof *gram);

    tall_products(tall, tall, n_threads, gram);
    factorise(n, gram);
    memset(right, 0, n * n * sizeof *right);
    invert(n, gram, right);
    free(gram);
}

void tall_orthonormalise(struct tall *tall, int n_threads)
{
    size_t n = (size_t)tall->n_columns;
    double *right = xcalloc(n * n, sizeof *right);

    find_whitener(tall, n_threads, right);
    tall_multiply(tall, n_threads, right);
    free(right);
}
