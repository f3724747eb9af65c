/* Fewer dimensions: the principal components of the vectors that were found. */
#include "input/vectors_private.h"

#include <stdlib.h>

#include "kernels/eigen.h"

/* The means of the found vectors' numbers. */
static void find_means(const struct vectors *vectors, double *means)
{
    int32_t n = vectors->n - vectors->n_of_match[VECTORS_MISSING];

    for (int32_t i = 0; i < vectors->n; i++)
        for (int j = 0; j < vectors->width && vectors->match[i]; j++)
            means[j] += (double)vectors_row(vectors, i)[j];
    for (int j = 0; j < vectors->width && n > 0; j++)
        means[j] /= n;
}

/* (width, width); sums over words in their order. */
static void find_covariance(const struct vectors *vectors, const double *means,
                            double *row, double *covariance)
{
    size_t width = (size_t)vectors->width;

    for (int32_t i = 0; i < vectors->n; i++) {
        if (!vectors->match[i])
            continue;
        for (size_t j = 0; j < width; j++)
            row[j] = (double)vectors_row(vectors, i)[j] - means[j];
        for (size_t j = 0; j < width; j++)
            for (size_t k = 0; k <= j; k++)
                covariance[j * width + k] += row[j] * row[k];
    }
    for (size_t j = 0; j < width; j++)
        for (size_t k = 0; k < j; k++)
            covariance[k * width + j] = covariance[j * width + k];
}

/* In place: the new row of a word begins in front of the old one. */
static void project(struct vectors *vectors, int width, const double *means, double *row,
                    const double *components)
{
    size_t before = (size_t)vectors->width;

    for (int32_t i = 0; i < vectors->n; i++) {
        for (size_t j = 0; j < before; j++)
            row[j] = (double)vectors_row(vectors, i)[j] - means[j];
        float *reduced = vectors->values + (size_t)i * (size_t)width;
        for (int c = 0; c < width; c++) {
            double sum = 0;
            for (size_t j = 0; j < before; j++)
                sum += row[j] * components[(size_t)c * before + j];
            reduced[c] = vectors->match[i] ? (float)sum : 0.0F;
        }
    }
    vectors->width = width;
}

void vectors_reduce(struct vectors *vectors, int width)
{
    size_t before = (size_t)vectors->width;
    double *means = xcalloc(before, sizeof *means), *row = xcalloc(before, sizeof *row);
    double *values = xcalloc(before, sizeof *values);
    double *covariance = xcalloc(before * before, sizeof *covariance);
    double *components = xcalloc(before * before, sizeof *components);

    find_means(vectors, means);
    find_covariance(vectors, means, row, covariance);
    eigen_symmetric(vectors->width, covariance, values, components);
    project(vectors, width, means, row, components);

    free(means);
    free(row);
    free(values);
    free(covariance);
    free(components);
}
