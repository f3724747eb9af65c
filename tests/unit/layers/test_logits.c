/* The matrix of many outputs against one dot product a logit and one sum after another,
 * bit for bit; and the exponentials of vectors against those of numbers. */
#include "layers/logits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

enum { ROWS = 13 };

static real *numbers(size_t n, uint32_t row)
{
    struct rng rng = {.seed = 8, .purpose = RNG_TEST, .row = row};
    real *x = xaligned(n, sizeof *x);

    for (size_t i = 0; i < n; i++)
        x[i] = (real)(2 * rng_uniform(&rng, (uint32_t)i) - 1);
    return x;
}

struct fixture {
    struct logits logits;
    char *arenas[3];
    real *kernel, *bias, *x, *dy;
};

static void set_up(struct fixture *fixture, const struct kernels *kernels, int blocks,
                   int width, int units)
{
    struct logits *logits = &fixture->logits;
    int inputs = blocks * round_up(width, kernels->width) + kernels->width;
    struct space space = {0};

    logits_init(logits, kernels, blocks, width, inputs, units, ROWS);
    logits_layout(logits, &space);
    struct arena *parts[] = {&space.weights, &space.lane, &space.backward};
    for (int i = 0; i < 3; i++) {
        fixture->arenas[i] = parts[i]->base = xaligned(parts[i]->used, 1);
        parts[i]->used = 0;
    }
    logits_layout(logits, &space);

    fixture->kernel = numbers((size_t)(blocks * width * units), 1);
    fixture->bias = numbers((size_t)units, 2);
    fixture->x = numbers((size_t)(ROWS * inputs), 3);
    fixture->dy = numbers((size_t)(ROWS * logits->columns), 4);
    logits_pack(logits, fixture->kernel, fixture->bias);
}

static void tear_down(struct fixture *fixture)
{
    for (int i = 0; i < 3; i++)
        free(fixture->arenas[i]);
    free(fixture->kernel);
    free(fixture->bias);
    free(fixture->x);
    free(fixture->dy);
}

/* The weights of one unit over all inputs, zeros in the pads; the caller's to free. */
static real *unit_weights(const struct fixture *fixture, int unit)
{
    const struct logits *logits = &fixture->logits;
    real *w = xaligned((size_t)logits->inputs, sizeof *w);

    for (int d = 0; d < logits->in_blocks * logits->in_width; d++)
        w[d / logits->in_width * logits->block + d % logits->in_width] =
            fixture->kernel[d * logits->units + unit];
    return w;
}

static void expect_same(const char *what, const struct logits *logits, const real *found,
                        const real *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&found[i], &expected[i], sizeof *found) != 0)
            fail_msg("%s: %s %zu of %d inputs and %d units is %.9g, expected %.9g",
                     logits->kernels->name, what, i, logits->inputs, logits->units,
                     (double)found[i], (double)expected[i]);
}

static void check_forward(struct fixture *fixture)
{
    struct logits *logits = &fixture->logits;
    size_t inputs = (size_t)logits->inputs, columns = (size_t)logits->columns;
    real *y = xaligned(ROWS * columns, sizeof *y), *expected = xaligned(ROWS, sizeof *y);
    real *alone = xaligned(columns, sizeof *y);

    logits_forward(logits, ROWS, fixture->x, y);
    for (int c = 0; c < logits->units; c++) {
        real *w = unit_weights(fixture, c), found[ROWS];
        for (size_t r = 0; r < ROWS; r++) {
            expected[r] = logits->kernels->dot(inputs, fixture->x + r * inputs, w) +
                          fixture->bias[c];
            found[r] = y[r * columns + (size_t)c];
        }
        expect_same("logit of row", logits, found, expected, ROWS);
        free(w);
    }

    logits_forward(logits, 1, fixture->x + 7 * inputs, alone);
    expect_same("logit of a row alone,", logits, alone, y + 7 * columns,
                (size_t)logits->units);
    free(y);
    free(expected);
    free(alone);
}

/* What the few units of an output have: sums in the order of rows, and of units. */
static void naive_backward(const struct fixture *fixture, real *dx, real *d_kernel,
                           real *d_bias)
{
    const struct logits *logits = &fixture->logits;
    const struct kernels *kernels = logits->kernels;
    size_t inputs = (size_t)logits->inputs;

    for (int c = 0; c < logits->units; c++) {
        real *w = unit_weights(fixture, c), *dw = xaligned(inputs, sizeof *dw);
        d_bias[c] = 0;
        for (size_t r = 0; r < ROWS; r++) {
            real d = fixture->dy[r * (size_t)logits->columns + (size_t)c];
            d_bias[c] += d;
            kernels->axpy(inputs, d, fixture->x + r * inputs, dw);
            if (c == 0)
                kernels->scale(inputs, d, w, dx + r * inputs);
            else
                kernels->axpy(inputs, d, w, dx + r * inputs);
        }
        for (int k = 0; k < logits->in_blocks * logits->in_width; k++)
            d_kernel[k * logits->units + c] =
                dw[k / logits->in_width * logits->block + k % logits->in_width];
        free(w);
        free(dw);
    }
}

static void check_backward(struct fixture *fixture)
{
    struct logits *logits = &fixture->logits;
    size_t n_dx = ROWS * (size_t)logits->inputs, units = (size_t)logits->units;
    size_t n_kernel = (size_t)(logits->in_blocks * logits->in_width) * units;
    real *dx = xaligned(n_dx, sizeof *dx), *expected_dx = xaligned(n_dx, sizeof *dx);
    real *d_kernel = xaligned(n_kernel + 1, sizeof *dx),
         *expected_kernel = xaligned(n_kernel, sizeof *dx);
    real *d_bias = xaligned(units, sizeof *dx),
         *expected_bias = xaligned(units, sizeof *dx);

    d_kernel[n_kernel] = 77; /* nothing is written behind the last column */
    logits_backward(logits, 0, ROWS, fixture->x, fixture->dy, dx);
    logits_gradient(logits, 0, 1, d_kernel, d_bias);
    naive_backward(fixture, expected_dx, expected_kernel, expected_bias);
    expect_same("dx", logits, dx, expected_dx, n_dx);
    expect_same("gradient of weight", logits, d_kernel, expected_kernel, n_kernel);
    expect_same("gradient of bias", logits, d_bias, expected_bias, units);
    assert_true(d_kernel[n_kernel] == 77);

    real *all[] = {dx, expected_dx, d_kernel, expected_kernel, d_bias, expected_bias};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        free(all[i]);
}

/* The gradients of lanes in slots 4 .. 7, of other rows each, and their sum in the tree
 * against the sum of what each gives alone. */
static void check_join(struct fixture *fixture)
{
    enum { FIRST = 4, LANES = 4 };
    struct logits *logits = &fixture->logits;
    size_t units = (size_t)logits->units, inputs = (size_t)logits->inputs;
    size_t n = (size_t)(logits->in_blocks * logits->in_width + 1) * units;
    real *alone[LANES], *joint = xaligned(n, sizeof *joint),
                        *dx = xaligned(ROWS * inputs, sizeof *dx);

    for (int i = 0; i < LANES; i++) {
        size_t row = (size_t)(2 * i);
        logits_backward(logits, FIRST + i, ROWS - 2 * i, fixture->x + row * inputs,
                        fixture->dy + row * (size_t)logits->columns, dx);
        alone[i] = xaligned(n, sizeof *dx);
        logits_gradient(logits, FIRST + i, 1, alone[i], alone[i] + n - units);
    }
    logits_gradient(logits, FIRST, LANES, joint, joint + n - units);

    logits->kernels->add(n, alone[0], alone[1]);
    logits->kernels->add(n, alone[2], alone[3]);
    logits->kernels->add(n, alone[0], alone[2]);
    expect_same("gradient of lanes", logits, joint, alone[0], n);
    for (int i = 0; i < LANES; i++)
        free(alone[i]);
    free(joint);
    free(dx);
}

static void check_sizes(const struct kernels *kernels)
{
    static const int units[] = {17, 64, 101, 600}, widths[] = {3, 32, 70, 256};

    for (size_t u = 0; u < COUNT_OF(units); u++)
        for (size_t w = 0; w < COUNT_OF(widths); w++)
            for (int blocks = 1; blocks <= 2; blocks++) {
                struct fixture fixture;
                set_up(&fixture, kernels, blocks, widths[w], units[u]);
                check_forward(&fixture);
                check_backward(&fixture);
                check_join(&fixture);
                tear_down(&fixture);
            }
}

static void test_same_bits(void **state)
{
    (void)state;
    for_each_kernel_set(check_sizes);
}

static void check_exponentials(const struct kernels *kernels)
{
    enum { N = 20003 };
    real *x = numbers(N, 5);
    double *e = xaligned(N, sizeof *e), sum = 0;

    for (int i = 0; i < N; i++)
        x[i] *= (real)(i % 3 == 0 ? 1e-6 : i % 3 == 1 ? 30 : 800);
    x[5] = x[6] = 0;
    double found = kernels->exp_sum(N, x, 0.25, e);
    for (int i = 0; i < N; i++) {
        double expected = kernels_exp((double)x[i] - 0.25);
        if (memcmp(&expected, &e[i], sizeof expected) != 0)
            fail_msg("%s: exp(%.9g) is %.17g, expected %.17g", kernels->name,
                     (double)x[i] - 0.25, e[i], expected);
        sum += expected;
    }
    assert_memory_equal(&sum, &found, sizeof sum);

    x[3] = NAN;
    assert_true(isnan(kernels->exp_sum(9, x, 0, e)));
    free(x);
    free(e);
}

static void test_exponentials(void **state)
{
    (void)state;
    for_each_kernel_set(check_exponentials);
}

static void check_largest(const struct kernels *kernels)
{
    real x[40];

    for (int n = 1; n <= 40; n++)
        for (int at = 0; at < n; at++) {
            for (int i = 0; i < n; i++)
                x[i] = (real)(-100 - i);
            x[at] = -50;
            assert_true(kernels->largest((size_t)n, x) == -50);
        }
}

static void test_largest(void **state)
{
    (void)state;
    for_each_kernel_set(check_largest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_exponentials),
        cmocka_unit_test(test_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
