/* Each kernel set against plain loops in long double: products over odd shapes, the error
 * of the activations over the whole range, dropout bits, updates, our own exp and log. */
#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

/* Numbers in (-1, 1) that no two arrays share. */
static void fill(real *x, size_t n, uint32_t row)
{
    struct rng rng = {.seed = 3, .purpose = RNG_TEST, .row = row};
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(2 * rng_uniform(&rng, (uint32_t)i) - 1);
}

struct product {
    int rows, depth, columns; /* columns: a multiple of a panel */
    real *a, *b, *c;
};

/* C = bias + A B with A row-major and B packed. */
static void multiply(const struct kernels *kernels, const struct product *p, int rows,
                     int vectors, const real *bias)
{
    size_t panel = (size_t)kernels->panel;
    struct matmul m = {
        .rows = rows,
        .vectors = vectors,
        .n_terms = 1,
        .term = {{p->a, (size_t)p->depth, 0, p->depth, p->depth, p->b, NULL}},
        .bias = bias,
        .c = p->c,
        .c_row = panel,
        .c_panel = (size_t)p->rows * panel};
    kernels->matmul(&m);
}

static real packed_at(const struct kernels *kernels, const real *packed, int rows, int r,
                      int j)
{
    int panel = kernels->panel;
    return packed[((size_t)(j / panel) * (size_t)rows + (size_t)r) * (size_t)panel +
                  (size_t)(j % panel)];
}

/* It has the same bits as among the others, whose product is in p->c. */
static void check_last_row_alone(const struct kernels *kernels, const struct product *p,
                                 int vectors, const real *bias)
{
    size_t n = (size_t)(p->rows * p->columns);
    real *all = xaligned(n, sizeof *all);
    struct product last = *p;

    memcpy(all, p->c, n * sizeof *all);
    last.a = p->a + (size_t)(p->rows - 1) * (size_t)p->depth;
    multiply(kernels, &last, 1, vectors, bias);
    for (int j = 0; j < vectors * kernels->width; j++) {
        real alone = packed_at(kernels, p->c, p->rows, 0, j);
        real among = packed_at(kernels, all, p->rows, p->rows - 1, j);
        if (memcmp(&alone, &among, sizeof alone))
            fail_msg("%s: a row of %d has other bits alone", kernels->name, p->rows);
    }
    free(all);
}

static void check_product(const struct kernels *kernels, int rows, int depth, int vectors)
{
    int columns = round_up(vectors * kernels->width, kernels->panel);
    struct product p = {rows, depth, columns, NULL, NULL, NULL};
    size_t n_a = (size_t)(rows * depth), n_b = (size_t)(depth * columns);
    real *bias = xaligned((size_t)columns, sizeof *bias);

    p.a = xaligned(n_a, sizeof(real));
    p.b = xaligned(n_b, sizeof(real));
    p.c = xaligned((size_t)(rows * columns), sizeof(real));
    fill(p.a, n_a, 1);
    fill(p.b, n_b, 2);
    fill(bias, (size_t)columns, 3);

    multiply(kernels, &p, rows, vectors, bias);
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < vectors * kernels->width; j++) {
            long double sum = bias[j];
            for (int k = 0; k < depth; k++)
                sum += (long double)p.a[r * depth + k] *
                       packed_at(kernels, p.b, depth, k, j);
            if (fabsl(sum - packed_at(kernels, p.c, rows, r, j)) >
                2e-6 * sqrt(depth + 1.0))
                fail_msg("%s: %d x %d x %d vectors: row %d, column %d", kernels->name,
                         rows, depth, vectors, r, j);
        }
    check_last_row_alone(kernels, &p, vectors, bias);

    free(bias);
    free(p.a);
    free(p.b);
    free(p.c);
}

static void check_products(const struct kernels *kernels)
{
    static const int depths[] = {1, 7, 32, 65, 130};
    for (int rows = 1; rows <= 33; rows++)
        for (size_t d = 0; d < COUNT_OF(depths); d++)
            for (int vectors = 1; vectors <= 9; vectors += 1 + (rows > 8) * 2)
                check_product(kernels, rows, depths[d], vectors);
}

static void test_products(void **state)
{
    (void)state;
    for_each_kernel_set(check_products);
}

static void check_outer_product(const struct kernels *kernels, int positions, int rows,
                                int vectors)
{
    int columns = round_up(vectors * kernels->width, kernels->panel);
    size_t n_a = (size_t)(positions * rows), n_b = (size_t)(positions * columns);
    real *a = xaligned(n_a, sizeof *a), *b = xaligned(n_b, sizeof *b);
    real *c = xaligned((size_t)(rows * columns), sizeof *c);

    fill(a, n_a, 4);
    fill(b, n_b, 5);

    struct matmul_outer m = {positions,
                             rows,
                             vectors,
                             a,
                             (size_t)rows,
                             b,
                             (size_t)kernels->panel,
                             (size_t)(positions * kernels->panel),
                             c,
                             NULL};
    kernels->matmul_outer(&m);
    kernels->matmul_outer(&m); /* adds: twice the product */

    for (int r = 0; r < rows; r++)
        for (int j = 0; j < vectors * kernels->width; j++) {
            long double sum = 0;
            for (int k = 0; k < positions; k++)
                sum += 2 * (long double)a[k * rows + r] *
                       packed_at(kernels, b, positions, k, j);
            if (fabsl(sum - packed_at(kernels, c, rows, r, j)) > 4e-6 + 4e-7 * positions)
                fail_msg("%s: outer product over %d positions, row %d", kernels->name,
                         positions, r);
        }

    free(a);
    free(b);
    free(c);
}

static void check_outer_products(const struct kernels *kernels)
{
    static const int positions[] = {1, 2, 63, 64, 65, 130};
    for (size_t p = 0; p < COUNT_OF(positions); p++)
        for (int rows = 1; rows <= 17; rows += 2)
            for (int vectors = 1; vectors <= 6; vectors++)
                check_outer_product(kernels, positions[p], rows, vectors);
}

static void test_outer_products(void **state)
{
    (void)state;
    for_each_kernel_set(check_outer_products);
}

static long double exact_sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}

struct errors {
    double absolute, relative;
};

/* The largest errors over a grid of [from, to]. */
static struct errors worst_error(void (*f)(size_t, const real *, real *),
                                 long double (*exact)(long double), double from,
                                 double to)
{
    enum { STEPS = 400000 };
    struct errors worst = {0, 0};
    for (int i = 0; i <= STEPS; i++) {
        real x = (real)(from + (to - from) * i / STEPS), y;
        f(1, &x, &y);
        double expected = (double)exact(x), error = fabs((double)y - expected);
        worst.absolute = fmax(worst.absolute, error);
        if (expected != 0)
            worst.relative = fmax(worst.relative, error / fabs(expected));
    }
    return worst;
}

/* The bounds that kernels.h states. */
static void check_activations(const struct kernels *kernels)
{
    assert_true(worst_error(kernels->sigmoid, exact_sigmoid, -90, 90).absolute < 1.2e-7);
    assert_true(worst_error(kernels->sigmoid, exact_sigmoid, -4, 90).relative < 5e-7);
    assert_true(worst_error(kernels->tanh, tanhl, -30, 30).relative < 4e-7);
    assert_true(worst_error(kernels->tanh, tanhl, -1e-3, 1e-3).relative < 4e-7);

    real special[] = {0, (real)INFINITY, -(real)INFINITY, 1e30f, -1e30f, (real)NAN};
    real y[COUNT_OF(special)];
    kernels->sigmoid(COUNT_OF(special), special, y);
    assert_true(y[0] == (real)0.5 && y[1] == 1 && y[3] == 1 && isnan(y[5]));
    assert_true(y[2] >= 0 && y[2] < 1e-30f && y[4] >= 0 && y[4] < 1e-30f);
    kernels->tanh(COUNT_OF(special), special, y);
    assert_true(y[0] == 0 && y[1] == 1 && y[2] == -1 && y[3] == 1 && y[4] == -1 &&
                isnan(y[5]));
}

static void test_activations(void **state)
{
    (void)state;
    for_each_kernel_set(check_activations);
}

static void test_own_exp_and_log(void **state)
{
    (void)state;
    double worst[4] = {0};

    for (int i = -69999; i <= 69999; i++) {
        double x = i / 100.0, positive = exp(x / 2);
        worst[0] = fmax(worst[0], fabs(kernels_exp(x) / (double)expl(x) - 1));
        if (fabs(x) > 1e-3)
            worst[1] = fmax(
                worst[1],
                fabs(kernels_log(positive) / (double)logl((long double)positive) - 1));
        long double softplus = x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
        worst[2] = fmax(worst[2],
                        (double)fabsl(kernels_softplus(x) - softplus) / (double)softplus);
        long double sigmoid = 1 / (1 + expl(-x));
        worst[3] =
            fmax(worst[3], (double)fabsl(kernels_sigmoid(x) - sigmoid) / (double)sigmoid);
    }

    for (int i = 0; i < 4; i++)
        assert_true(worst[i] < 4 * 2.3e-16);
    assert_true(isnan(kernels_exp(NAN)));
    assert_true(kernels_exp(-1e4) == 0 && isinf(kernels_exp(1e4)));
    assert_true(kernels_sigmoid(-1e4) == 0 && kernels_sigmoid(1e4) == 1);
}

static void test_flushes_subnormal_numbers(void **state)
{
    (void)state;
    volatile float least = FLT_MIN, half = 0.5f;
    uint64_t mode = kernels_begin();
    volatile float result = least * half, subnormal = FLT_MIN / 2,
                   product = subnormal * 8;
    kernels_end(mode);
    assert_true(result == 0 && product == 0);
    assert_true(least * half > 0);
}

static void check_dropout_bits(const struct kernels *kernels)
{
    struct rng rng = {
        .seed = 0x123456789abcdefull, .purpose = 4, .step = 77, .row = 12345};
    static const double rates[] = {0, 0.2, 0.5, 0.99};
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        uint32_t threshold = rng_drop_threshold(rates[i]), bits[23];
        kernels->keep_bits(&rng, 5, (int)COUNT_OF(bits), threshold, bits);
        for (uint32_t w = 0; w < COUNT_OF(bits); w++)
            assert_int_equal(bits[w], rng_keep_bits(&rng, 5 + w, threshold));
    }
}

static void check_uniform(const struct kernels *kernels)
{
    enum { N = 100 };
    const uint32_t first = UINT32_MAX - 40; /* element numbers are of 32 bits */
    struct rng rng = {.seed = 0x123456789abcdefull, .purpose = RNG_INIT, .row = 3};
    real drawn[N + 1] = {0};

    kernels->uniform(&rng, first, N, 0.05, drawn);
    for (uint32_t i = 0; i < N; i++)
        assert_true(drawn[i] == (real)(0.05 * (2 * rng_uniform(&rng, first + i) - 1)));
    assert_true(drawn[N] == 0);
}

static void test_uniform(void **state)
{
    (void)state;
    for_each_kernel_set(check_uniform);
}

static void test_dropout_bits(void **state)
{
    (void)state;
    for_each_kernel_set(check_dropout_bits);
}

static void check_embedding_of(const struct kernels *kernels, int width)
{
    enum { ROWS = 3, VOCABULARY = 5 };
    static const int32_t ids[ROWS] = {4, 0, 4};
    int stride = round_up(width, kernels->width), words = (width + 31) / 32;
    size_t n_table = (size_t)(VOCABULARY * width), n_x = (size_t)(ROWS * stride);
    real *table = xaligned(n_table, sizeof *table),
         *grad = xaligned(n_table, sizeof *grad);
    real *x = xaligned(n_x, sizeof *x);
    uint32_t bits[ROWS * 5];
    struct rng rng = {.seed = 1, .purpose = RNG_TEST};

    fill(table, n_table, 6);
    kernels->keep_bits(&rng, 0, ROWS * words, rng_drop_threshold(0.3), bits);
    struct embedding e = {.n = ROWS,
                          .width = width,
                          .ids = ids,
                          .bits = bits,
                          .bits_row = (size_t)words,
                          .scale = 2,
                          .n_next = ROWS,
                          .next = ids};

    kernels->embed(&e, table, x, (size_t)stride);
    for (int r = 0; r < ROWS; r++)
        for (int j = 0; j < stride; j++) {
            bool kept = j < width && bits[r * words + j / 32] >> j % 32 & 1;
            real expected = kept ? 2 * table[ids[r] * width + j] : 0;
            assert_true(x[r * stride + j] == expected);
        }

    kernels->embed_backward(&e, x, (size_t)stride, grad);
    for (int j = 0; j < width; j++) {
        assert_true(grad[1 * width + j] == 0);
        real both = 2 * x[2 * stride + j] + 2 * x[j]; /* x is 0 where it was dropped */
        assert_true(fabs((double)(grad[4 * width + j] - both)) < 1e-6);
    }

    free(table);
    free(grad);
    free(x);
}

static void check_embedding(const struct kernels *kernels)
{
    for (int width = 1; width <= 130; width += width < 40 ? 1 : 13)
        check_embedding_of(kernels, width);
}

static void test_embedding(void **state)
{
    (void)state;
    for_each_kernel_set(check_embedding);
}

static void check_flat_of(const struct kernels *kernels, size_t n)
{
    real *a = xaligned(n, sizeof *a), *b = xaligned(n, sizeof *b),
         *c = xaligned(n, sizeof *c);

    fill(a, n, 7);
    fill(b, n, 8);

    long double dot = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        dot += (long double)a[i] * b[i];
        squares += (long double)a[i] * a[i];
    }
    assert_true(fabsl(kernels->dot(n, a, b) - dot) < 1e-6 * (double)(n + 10));
    assert_true(fabsl(kernels->sum_squares(n, a) - squares) < 1e-12 * (double)(n + 10));

    memcpy(c, b, n * sizeof *c);
    kernels->axpy(n, 3, a, c);
    kernels->add(n, c, a);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs((double)(c[i] - (b[i] + 4 * a[i]))) < 2e-6);

    free(a);
    free(b);
    free(c);
}

/* A dot product of whole vectors in two parts, the first of whole groups. */
static void check_dot_in_parts(const struct kernels *kernels)
{
    enum { WIDEST = 16, MOST = 13 };
    real a[MOST * WIDEST], b[MOST * WIDEST], sums[DOT_VECTORS * WIDEST];
    size_t width = (size_t)kernels->width, first = DOT_VECTORS * width;

    fill(a, COUNT_OF(a), 7);
    fill(b, COUNT_OF(b), 8);
    for (size_t n = first; n <= MOST * width; n += width) {
        memset(sums, 0, sizeof sums);
        kernels->dot_some(first, a, b, sums);
        kernels->dot_some(n - first, a + first, b + first, sums);
        assert_true(kernels->dot_end(sums) == kernels->dot(n, a, b));
    }
}

static void check_flat_arrays(const struct kernels *kernels)
{
    check_dot_in_parts(kernels);
    for (size_t n = 1; n < 70; n++)
        check_flat_of(kernels, n);
    check_flat_of(kernels, 1023);
    check_flat_of(kernels, 1024);
    check_flat_of(kernels, 5000);
}

static void test_flat_arrays(void **state)
{
    (void)state;
    for_each_kernel_set(check_flat_arrays);
}

/* Keras's formulas in double against the kernels, any number of elements. */
static void check_updates_of(const struct kernels *kernels, size_t n)
{
    real *g = xaligned(n, sizeof *g), *w = xaligned(n, sizeof *w);
    real *m = xaligned(n, sizeof *m), *v = xaligned(n, sizeof *v);
    struct update adam = {
        .rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-7f, .scale = 0.5f};

    fill(g, n, 9);
    fill(w, n, 10);
    fill(m, n, 11);
    for (size_t i = 0; i < n; i++)
        v[i] = (real)0.1 + m[i] * m[i];

    real *w0 = xaligned(n, sizeof *w0), *m0 = xaligned(n, sizeof *m0);
    memcpy(w0, w, n * sizeof *w);
    memcpy(m0, m, n * sizeof *m);

    real *const slots[] = {m, v}, *const velocity[] = {m}, *const mean[] = {v};
    kernels->update[UPDATE_ADAM](n, &adam, g, slots, w);
    for (size_t i = 0; i < n; i++) {
        double gi = 0.5 * (double)g[i], mi = (double)m0[i];
        double vi = 0.1 + mi * mi;
        mi += 0.1 * (gi - mi);
        vi += 0.001 * (gi * gi - vi);
        assert_true(fabs((double)w[i] - ((double)w0[i] - 0.01 * mi / (sqrt(vi) + 1e-7))) <
                    1e-6);
        assert_true(fabs((double)m[i] - mi) < 1e-6 && fabs((double)v[i] - vi) < 1e-6);
    }

    memcpy(w, w0, n * sizeof *w);
    memcpy(m, m0, n * sizeof *m);
    const struct update sgd = {.rate = 0.1f, .momentum = 0.9f, .scale = 0.5f};
    kernels->update[UPDATE_SGD](n, &sgd, g, velocity, w);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs((double)w[i] - ((double)w0[i] + 0.9 * (double)m0[i] -
                                         0.05 * (double)g[i])) < 1e-6);

    memcpy(w, w0, n * sizeof *w);
    for (size_t i = 0; i < n; i++)
        v[i] = (real)0.25;
    const struct update rmsprop = {
        .rate = 0.1f, .rho = 0.9f, .epsilon = 1e-7f, .scale = 0.5f};
    kernels->update[UPDATE_RMSPROP](n, &rmsprop, g, mean, w);
    for (size_t i = 0; i < n; i++) {
        double gi = 0.5 * (double)g[i], vi = 0.9 * 0.25 + 0.1 * gi * gi;
        assert_true(fabs((double)w[i] - ((double)w0[i] - 0.1 * gi / (sqrt(vi) + 1e-7))) <
                    1e-6);
    }

    free(g);
    free(w);
    free(m);
    free(v);
    free(w0);
    free(m0);
}

static void check_updates(const struct kernels *kernels)
{
    for (size_t n = 1; n < 40; n++)
        check_updates_of(kernels, n);
}

static void test_updates(void **state)
{
    (void)state;
    for_each_kernel_set(check_updates);
}

static void test_unknown_set(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    assert_int_equal(kernels_select("mmx", &kernels), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "--isa mmx"));
    assert_null(kernels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_outer_products),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_own_exp_and_log),
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_dropout_bits),
        cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_flat_arrays),
        cmocka_unit_test(test_updates),
        cmocka_unit_test(test_unknown_set),
        cmocka_unit_test(test_flushes_subnormal_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
