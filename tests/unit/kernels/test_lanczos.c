/* First eigenvectors against those that an operator was made from. */
#include "kernels/lanczos.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

enum { N = 300, BLOCK = 8, STEPS = 6, WIDTH = 12 };

/* H diag(values) H, where H = I - 2 v v^T, |v| = 1: its eigenvectors are H's columns. */
struct mirrored {
    double v[N], values[N];
    int applied;
};

static void mirror(const struct mirrored *mirrored, double *vector)
{
    double dot = 0;

    for (int i = 0; i < N; i++)
        dot += mirrored->v[i] * vector[i];
    for (int i = 0; i < N; i++)
        vector[i] -= 2 * dot * mirrored->v[i];
}

static void apply(void *context, const struct tall *of, struct tall *to)
{
    struct mirrored *mirrored = context;
    int n = of->n_columns;

    mirrored->applied++;
    for (int c = 0; c < n; c++) {
        double vector[N];
        for (int i = 0; i < N; i++)
            vector[i] = (double)of->values[i * n + c];
        mirror(mirrored, vector);
        for (int i = 0; i < N; i++)
            vector[i] *= mirrored->values[i];
        mirror(mirrored, vector);
        for (int i = 0; i < N; i++)
            to->values[i * n + c] = (float)vector[i];
    }
}

static void draw(struct mirrored *mirrored)
{
    const struct rng rng = {.seed = 8, .purpose = RNG_TEST};
    double square = 0;

    for (int i = 0; i < N; i++) {
        mirrored->v[i] = rng_normal(&rng, (uint32_t)i);
        square += mirrored->v[i] * mirrored->v[i];
    }
    for (int i = 0; i < N; i++)
        mirrored->v[i] /= sqrt(square);
}

/* What the first `width` vectors of the operator come to; the caller frees the values. */
static struct tall find(struct mirrored *mirrored, int n_threads)
{
    const struct rng rng = {.seed = 9, .purpose = RNG_TEST};
    struct tall start = {N, BLOCK, xcalloc(N * BLOCK, sizeof(float))};
    struct tall vectors = {N, WIDTH, xcalloc(N * WIDTH, sizeof(float))};

    for (uint32_t i = 0; i < N * BLOCK; i++)
        start.values[i] = (float)(2 * rng_uniform(&rng, i) - 1);
    mirrored->applied = 0;
    lanczos_eigenvectors(apply, mirrored, &start, STEPS, n_threads, &vectors);
    assert_int_equal(mirrored->applied, STEPS + 1);
    free(start.values);
    return vectors;
}

/* vectors^T vectors, (WIDTH, WIDTH). */
static void products(const struct tall *vectors, double *gram)
{
    tall_products(vectors, vectors, 1, gram);
}

/* Part of column c that lies in the eigenvectors from `first` to before `end`. */
static double part_within(const struct mirrored *mirrored, const struct tall *vectors,
                          int c, int first, int end)
{
    double vector[N], sum = 0;

    for (int i = 0; i < N; i++)
        vector[i] = (double)vectors->values[i * WIDTH + c];
    mirror(mirrored, vector);
    for (int i = first; i < end; i++)
        sum += vector[i] * vector[i];
    return sum;
}

/* Values that fall slowly, as those of texts do: the first vectors are the eigenvectors,
 * in order, and the others lie within little more than their number. */
static void test_slowly_falling(void **state)
{
    (void)state;
    struct mirrored mirrored;
    double gram[WIDTH * WIDTH];

    draw(&mirrored);
    for (int i = 0; i < N; i++)
        mirrored.values[i] = 1 / (1 + 0.1 * i);
    struct tall vectors = find(&mirrored, 1);

    for (int c = 0; c < 6; c++)
        assert_true(part_within(&mirrored, &vectors, c, c, c + 1) > 0.999);
    for (int c = 6; c < WIDTH; c++)
        assert_true(part_within(&mirrored, &vectors, c, 0, 2 * WIDTH) > 0.99);
    products(&vectors, gram);
    for (int i = 0; i < WIDTH * WIDTH; i++)
        assert_true(fabs(gram[i] - (i / WIDTH == i % WIDTH)) < 1e-4);
    free(vectors.values);
}

/* An operator of rank 5, two of whose values are the same, is exhausted by the first
 * block: what follows is rounding, and must not come back as further vectors. */
static void test_exhausted(void **state)
{
    (void)state;
    struct mirrored mirrored;
    double gram[WIDTH * WIDTH];

    draw(&mirrored);
    for (int i = 0; i < N; i++)
        mirrored.values[i] = (double[]){9, 4, 4, 2, 1, 0}[i < 5 ? i : 5];
    struct tall vectors = find(&mirrored, 1);

    for (int c = 0; c < 5; c++) {
        bool is_twin = c == 1 || c == 2;
        assert_true(part_within(&mirrored, &vectors, c, is_twin ? 1 : c,
                                is_twin ? 3 : c + 1) > 0.99999);
    }
    products(&vectors, gram);
    for (int i = 0; i < WIDTH; i++)
        for (int j = 0; j < WIDTH; j++) {
            double expected = i == j && i < 5 ? 1 : 0;
            assert_true(fabs(gram[i * WIDTH + j] - expected) < 1e-4 || i >= 5 || j >= 5);
            assert_true(isfinite(gram[i * WIDTH + j]));
        }
    for (int c = 5; c < WIDTH; c++)
        assert_true(part_within(&mirrored, &vectors, c, 0, 5) < 1e-6);
    free(vectors.values);
}

static void test_threads(void **state)
{
    (void)state;
    struct mirrored mirrored;

    draw(&mirrored);
    for (int i = 0; i < N; i++)
        mirrored.values[i] = exp(-0.05 * i);
    struct tall one = find(&mirrored, 1), three = find(&mirrored, 3);
    assert_memory_equal(one.values, three.values, N * WIDTH * sizeof(float));
    free(one.values);
    free(three.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_slowly_falling),
                                       cmocka_unit_test(test_exhausted),
                                       cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
