/* Eigenvectors against the matrix that they are of. */
#include "kernels/eigen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

static void assert_near(double value, double expected, double most)
{
    assert_true(fabs(value - expected) <= most);
}

/* A v = value v, vectors of length 1 at right angles, values falling. */
static void check(int n, const double *matrix)
{
    size_t size = (size_t)n * (size_t)n;
    double *copy = xcalloc(size, sizeof *copy), *vectors = xcalloc(size, sizeof *vectors);
    double *values = xcalloc((size_t)n, sizeof *values);

    memcpy(copy, matrix, size * sizeof *copy);
    eigen_symmetric(n, copy, values, vectors);
    for (int i = 0; i < n; i++) {
        const double *v = vectors + i * n;
        assert_true(i == 0 || values[i] <= values[i - 1]);
        for (int r = 0; r < n; r++) {
            double sum = 0, product = 0;
            for (int c = 0; c < n; c++) {
                sum += matrix[r * n + c] * v[c];
                product += vectors[r * n + c] * v[c];
            }
            assert_near(sum, values[i] * v[r], 1e-10);
            assert_near(product, r == i ? 1 : 0, 1e-12);
        }
    }
    free(copy);
    free(values);
    free(vectors);
}

static void test_matrices(void **state)
{
    (void)state;
    const struct rng rng = {.seed = 5, .purpose = RNG_TEST};
    double matrix[40 * 40] = {0};

    check(1, (double[]){-3});
    check(2, (double[]){0, 1, 1, 0});
    check(3, (double[]){2, 0, 0, 0, 2, 0, 0, 0, 2});
    check(40, matrix);
    for (uint32_t i = 0; i < 40; i++)
        for (uint32_t j = 0; j <= i; j++)
            matrix[i * 40 + j] = matrix[j * 40 + i] = rng_normal(&rng, i * 40 + j);
    check(40, matrix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_matrices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
