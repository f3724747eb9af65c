/* Sparse products and sums, exponentials, maxima, counts and the relu of a product of
 * each kernel set against plain loops, of each number of vectors a tile may have. */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

enum { ROWS = 9, COLUMNS = 7, MOST = 40 };

/* Numbers in (-1, 1), every fourth of which is zero. */
static void fill(real *x, size_t n, uint32_t row)
{
    struct rng rng = {.seed = 4, .purpose = RNG_TEST, .row = row};

    for (size_t i = 0; i < n; i++)
        x[i] = i % 4 == 3 ? 0 : (real)(2 * rng_uniform(&rng, (uint32_t)i) - 1);
}

/* Row r of S has the columns r, r + 2, ..., but every third row has none; rows of C lie a
 * vector apart over each other. */
static void check_sparse(const struct kernels *kernels, int vectors)
{
    size_t width = (size_t)kernels->width, n = (size_t)vectors * width;
    size_t n_c = n + ROWS * width;
    real *b = xaligned(COLUMNS * n, sizeof *b), *c = xaligned(n_c, sizeof *c);
    real *expected = xaligned(n_c, sizeof *c), value[ROWS * COLUMNS];
    int32_t first[ROWS + 1], column[ROWS * COLUMNS], n_elements = 0;

    fill(b, COLUMNS * n, 1);
    fill(c, n_c, 2);
    fill(value, ROWS * COLUMNS, 3);
    memcpy(expected, c, n_c * sizeof *c);
    for (int r = 0; r < ROWS; r++) {
        first[r] = n_elements;
        for (int k = r; k < COLUMNS && r % 3; k += 2) {
            for (size_t j = 0; j < n; j++)
                expected[(size_t)r * width + j] +=
                    value[n_elements] * b[(size_t)k * n + j];
            column[n_elements++] = k;
        }
    }
    first[ROWS] = n_elements;

    const struct matmul_sparse s = {ROWS, vectors, first, column, value, b, n, c, width};
    kernels->matmul_sparse(&s);
    for (size_t i = 0; i < n_c; i++)
        if (!(fabs((double)(c[i] - expected[i])) < 1e-6))
            fail_msg("%s: %d vectors, number %zu", kernels->name, vectors, i);
    free(b);
    free(c);
    free(expected);
}

/* Each number has its greatest twice: the first counts. What is no number, and comes
 * first, stays. */
static void check_maxima(const struct kernels *kernels, int vectors)
{
    size_t n = (size_t)(vectors * kernels->width), row = n + (size_t)kernels->width;
    real *x = xaligned(ROWS * row, sizeof *x), *y = xaligned(n, sizeof *y);
    int32_t *where = xcalloc(n, sizeof *where);

    fill(x, ROWS * row, 5);
    for (size_t j = 0; j < n; j++)
        x[j % 4 * row + j] = x[(4 + j % 5) * row + j] = j == 2 ? -(real)0.5 : 2;
    x[1] = (real)NAN;

    kernels->maxima(ROWS, x, row, vectors, 100, y, where);
    assert_true(isnan(y[1]) && where[1] == 100);
    for (size_t j = 3; j < n; j++)
        if (!(y[j] == 2) || where[j] != 100 + (int)(j % 4))
            fail_msg("%s: %d vectors, number %zu", kernels->name, vectors, j);

    kernels->maxima(1, x, row, vectors, 0, y, where);
    assert_memory_equal(y + 2, x + 2, (n - 2) * sizeof *x);
    assert_int_equal(where[n - 1], 0);
    free(x);
    free(y);
    free(where);
}

/* The numbers that come out are those of the product and a relu behind it. */
static void check_relu(const struct kernels *kernels, int vectors)
{
    size_t panel = (size_t)kernels->panel, n = (size_t)vectors * (size_t)kernels->width;
    size_t columns = (n + panel - 1) / panel * panel;
    real *a = xaligned(ROWS * COLUMNS, sizeof *a);
    real *b = xaligned(COLUMNS * columns, sizeof *b);
    real *c[2] = {xaligned(ROWS * columns, sizeof *b),
                  xaligned(ROWS * columns, sizeof *b)};

    fill(a, ROWS * COLUMNS, 6);
    fill(b, COLUMNS * columns, 7);
    a[0] = (real)NAN;
    for (int k = 0; k < 2; k++) {
        struct matmul m = {.rows = ROWS,
                           .vectors = vectors,
                           .n_terms = 1,
                           .term = {{a, COLUMNS, 0, COLUMNS, COLUMNS, b, NULL}},
                           .relu = k == 1,
                           .c = c[k],
                           .c_row = panel,
                           .c_panel = ROWS * panel};
        kernels->matmul(&m);
    }
    kernels->relu(ROWS * columns, c[0]);
    assert_memory_equal(c[0], c[1], ROWS * columns * sizeof *b);

    free(a);
    free(b);
    free(c[0]);
    free(c[1]);
}

static void check_count(const struct kernels *kernels)
{
    real x[MOST];

    fill(x, MOST, 8);
    x[0] = (real)NAN;
    for (size_t n = 0; n <= MOST; n++)
        assert_int_equal(kernels->count(n, x), n - n / 4);
}

/* The same bits as a plain loop's, of every sort of width and of no row. */
static void check_sums(const struct kernels *kernels)
{
    enum { WIDEST = 100 };
    static const uint32_t index[] = {3, 0, 8, 8, 1, 2, 7, 4, 5, 6, 0, 3};
    float *x = xaligned(ROWS * WIDEST, sizeof *x), y[WIDEST + 1];

    for (int i = 0; i < ROWS * WIDEST; i++)
        x[i] = (float)(i % 89 - 40) / (float)(1 + i % 7);
    for (size_t stride = 4; stride <= WIDEST; stride += 4)
        for (size_t n = 0; n <= COUNT_OF(index); n++) {
            y[stride] = -7;
            kernels->sum_rows(n, index, x, stride, y);
            for (size_t c = 0; c < stride; c++) {
                double sum = 0;
                for (size_t i = 0; i < n; i++)
                    sum += (double)x[index[i] * stride + c];
                assert_true(y[c] == (float)sum);
            }
            assert_true(y[stride] == -7);
        }
    free(x);
}

static void check_exponentials(const struct kernels *kernels)
{
    double x[MOST + 1];

    for (size_t n = 0; n <= MOST; n++) {
        for (size_t i = 0; i <= n; i++)
            x[i] = (double)i * 1.37 - 30;
        kernels->exp_each(n, x);
        for (size_t i = 0; i < n; i++)
            assert_true(x[i] == kernels_exp((double)i * 1.37 - 30));
        assert_true(x[n] == (double)n * 1.37 - 30);
    }
}

static void check_all(const struct kernels *kernels)
{
    for (int vectors = 1; vectors <= MOST; vectors++) {
        check_sparse(kernels, vectors);
        check_maxima(kernels, vectors);
        check_relu(kernels, vectors);
    }
    check_count(kernels);
    check_sums(kernels);
    check_exponentials(kernels);
}

static void test_all(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
