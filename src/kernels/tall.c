#include "kernels/tall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "kernels/eigen.h"

enum { BLOCK_ROWS = 512 };

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

struct gram_job {
    const struct tall *tall;
    double *sums; /* (blocks, columns, columns): the lower triangles */
};

/* Four rows at a time. */
static void gram_of_block(void *context, int block)
{
    const struct gram_job *job = context;
    int32_t rows = block_rows(job->tall, block);
    size_t n = (size_t)job->tall->n_columns;
    const float *values = block_values(job->tall, block);
    double *sums = job->sums + (size_t)block * n * n;
    double *wide = xcalloc(4 * n, sizeof *wide);

    for (int32_t i = 0; i < rows; i += 4) {
        for (size_t r = 0; r < 4; r++)
            for (size_t c = 0; c < n; c++)
                wide[r * n + c] =
                    i + (int32_t)r < rows ? (double)values[((size_t)i + r) * n + c] : 0;
        for (size_t a = 0; a < n; a++) {
            double *sum = sums + a * n, x = wide[a], y = wide[n + a];
            double z = wide[2 * n + a], w = wide[3 * n + a];
            for (size_t b = 0; b <= a; b++)
                sum[b] += (x * wide[b] + y * wide[n + b]) +
                          (z * wide[2 * n + b] + w * wide[3 * n + b]);
        }
    }
    free(wide);
}

void tall_gram(const struct tall *tall, int n_threads, double *gram)
{
    size_t n = (size_t)tall->n_columns, n_sums = (size_t)n_blocks(tall);
    struct gram_job job = {tall, xcalloc(n_sums * n * n + 1, sizeof *job.sums)};

    blocks_run(n_blocks(tall), n_threads, gram_of_block, &job);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0;
            for (size_t block = 0; block < n_sums; block++)
                sum += job.sums[(block * n + a) * n + b];
            gram[a * n + b] = gram[b * n + a] = sum;
        }
    free(job.sums);
}

void tall_axes(const struct tall *tall, int n_threads, double *energy, double *axes)
{
    size_t n = (size_t)tall->n_columns;
    double *gram = xcalloc(n * n, sizeof *gram);

    tall_gram(tall, n_threads, gram);
    eigen_symmetric((int)n, gram, energy, axes);
    free(gram);
}

struct multiply_job {
    struct tall *tall;
    const double *right;
};

static void multiply_block(void *context, int block)
{
    const struct multiply_job *job = context;
    int32_t rows = block_rows(job->tall, block);
    size_t n = (size_t)job->tall->n_columns;
    float *values = block_values(job->tall, block);
    double *sums = xcalloc(n, sizeof *sums);

    for (int32_t i = 0; i < rows; i++, values += n) {
        for (size_t c = 0; c < n; c++)
            sums[c] = 0;
        for (size_t k = 0; k < n; k++) {
            const double *right = job->right + k * n;
            double value = (double)values[k];
            for (size_t c = 0; c < n; c++)
                sums[c] += value * right[c];
        }
        for (size_t c = 0; c < n; c++)
            values[c] = (float)sums[c];
    }
    free(sums);
}

void tall_multiply(struct tall *tall, int n_threads, const double *right)
{
    struct multiply_job job = {tall, right};
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

    tall_gram(tall, n_threads, gram);
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
