#include "kernels/eigen.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* a, b <- c a - s b, s a + c b, of n numbers that stand `step` apart. */
static void rotate(int n, size_t step, double c, double s, double *a, double *b)
{
    for (size_t i = 0; i < (size_t)n * step; i += step) {
        double left = a[i], right = b[i];
        a[i] = c * left - s * right;
        b[i] = s * left + c * right;
    }
}

/* Makes element (p, q) zero. Source: Golub & Van Loan, Matrix Computations, 8.5. */
static void annihilate(int n, int p, int q, double *matrix, double *vectors)
{
    size_t order = (size_t)n, row_p = (size_t)p * order, row_q = (size_t)q * order;
    double off = matrix[row_p + (size_t)q];
    double theta = (matrix[row_q + (size_t)q] - matrix[row_p + (size_t)p]) / (2 * off);
    double t = 1 / (fabs(theta) + sqrt(theta * theta + 1));
    t = theta < 0 ? -t : t;
    double c = 1 / sqrt(t * t + 1), s = t * c;

    rotate(n, 1, c, s, matrix + row_p, matrix + row_q);
    rotate(n, order, c, s, matrix + p, matrix + q);
    matrix[row_p + (size_t)q] = matrix[row_q + (size_t)p] = 0;
    rotate(n, 1, c, s, vectors + row_p, vectors + row_q);
}

/* Whether the element counts beside those of the diagonal. */
static bool counts(int n, int p, int q, const double *matrix)
{
    size_t order = (size_t)n;
    double off = fabs(matrix[(size_t)p * order + (size_t)q]);
    double diagonal =
        fabs(matrix[(size_t)p * (order + 1)]) + fabs(matrix[(size_t)q * (order + 1)]);
    return off > DBL_MIN && off > diagonal * DBL_EPSILON / 4;
}

static void diagonalise(int n, double *matrix, double *vectors)
{
    enum { MOST_SWEEPS = 40 }; /* about 8 are needed */
    bool changes = true;

    for (int sweep = 0; sweep < MOST_SWEEPS && changes; sweep++) {
        changes = false;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (counts(n, p, q, matrix)) {
                    annihilate(n, p, q, matrix, vectors);
                    changes = true;
                }
    }
}

static void swap_rows(int n, double *a, double *b)
{
    for (int i = 0; i < n; i++) {
        double kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* Falling values; a sign for each vector. */
static void order(int n, double *values, double *vectors)
{
    for (int i = 0; i < n; i++) {
        int most = i;
        for (int j = i + 1; j < n; j++)
            most = values[j] > values[most] ? j : most;
        double kept = values[i];
        values[i] = values[most];
        values[most] = kept;
        double *row = vectors + (size_t)i * (size_t)n;
        if (most != i)
            swap_rows(n, row, vectors + (size_t)most * (size_t)n);

        int greatest = 0;
        for (int j = 1; j < n; j++)
            greatest = fabs(row[j]) > fabs(row[greatest]) ? j : greatest;
        double sign = row[greatest] < 0 ? -1 : 1;
        for (int j = 0; j < n; j++)
            row[j] *= sign;
    }
}

void eigen_symmetric(int n, double *matrix, double *values, double *vectors)
{
    size_t size = (size_t)n;

    memset(vectors, 0, size * size * sizeof *vectors);
    for (size_t i = 0; i < size; i++)
        vectors[i * (size + 1)] = 1;

    diagonalise(n, matrix, vectors);
    for (size_t i = 0; i < size; i++)
        values[i] = matrix[i * (size + 1)];
    order(n, values, vectors);
}
