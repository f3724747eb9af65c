/* Packed weight matrices, in double precision: each product beside loops over Keras's
 * matrix, and what is packed comes back; for every kernel set. */
#include "layers/linear.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

/* A matrix of in_blocks x in_width rows, whose out_blocks x out_width columns stand in a
 * wider one of Keras. */
struct shape {
    int in_blocks, in_width, out_blocks, out_width;
    int first, source_columns; /* 0: not wider */
};

static const struct shape shapes[] = {
    {1, 1, 1, 1, 0, 0},   {1, 5, 4, 3, 0, 0},   {1, 8, 1, 16, 0, 0},
    {1, 33, 3, 17, 0, 0}, {2, 7, 4, 9, 0, 0},   {2, 8, 1, 5, 0, 0},
    {1, 6, 2, 5, 0, 15},  {2, 3, 1, 7, 14, 21}, {1, 40, 1, 40, 40, 80}};

/* A laid-out matrix and its numbers. */
struct fixture {
    struct linear linear;
    struct arena arenas[3];
    int rows, columns; /* of the matrix as Keras has it, without what is beside it */
    real *kernel, *bias;
};

static double number(int i)
{
    return (double)(i * 7919 % 2001 - 1000) / 997;
}

static real *numbers(size_t n, int salt)
{
    real *result = xaligned(n, sizeof *result);
    for (size_t i = 0; i < n; i++)
        result[i] = (real)number((int)i * 31 + salt);
    return result;
}

static void set_up(struct fixture *fixture, const struct kernels *kernels,
                   const struct shape *shape)
{
    struct linear *linear = &fixture->linear;
    linear_init(linear, kernels, shape->in_blocks, shape->in_width, shape->out_blocks,
                shape->out_width);
    if (shape->source_columns)
        linear_take_columns(linear, shape->first, shape->source_columns);
    fixture->rows = shape->in_blocks * shape->in_width;
    fixture->columns = shape->out_blocks * shape->out_width;
    assert_int_equal(linear->source_columns,
                     shape->source_columns ? shape->source_columns : fixture->columns);
    assert_int_equal(linear->columns % kernels->panel, 0);

    struct space space = {0};
    linear_layout(linear, &space);
    assert_null(linear->w);
    struct arena *parts[] = {&space.weights, &space.lane, &space.backward};
    for (int i = 0; i < 3; i++) {
        parts[i]->base = xaligned(parts[i]->used, 1);
        parts[i]->used = 0;
        fixture->arenas[i] = *parts[i];
    }
    linear_layout(linear, &space);
    size_t n_columns = (size_t)linear->source_columns;
    fixture->kernel = numbers((size_t)fixture->rows * n_columns, 1);
    fixture->bias = numbers(n_columns, 2);
    linear_pack(linear, fixture->kernel);
}

static void tear_down(struct fixture *fixture)
{
    for (int i = 0; i < 3; i++)
        free(fixture->arenas[i].base);
    free(fixture->kernel);
    free(fixture->bias);
}

/* Element (d, j) of the matrix, d and j counted without padding. */
static real weight(const struct fixture *fixture, int d, int j)
{
    const struct linear *linear = &fixture->linear;
    return fixture->kernel[d * linear->source_columns + linear->source_first + j];
}

/* Where element i of blocks of n elements stands once blocks are whole vectors. */
static int padded(const struct fixture *fixture, int i, int n)
{
    return i / n * round_up(n, fixture->linear.kernels->width) + i % n;
}

static int padded_in(const struct fixture *fixture, int d)
{
    return padded(fixture, d, fixture->linear.in_width);
}

static int padded_out(const struct fixture *fixture, int j)
{
    return padded(fixture, j, fixture->linear.out_width);
}

/* Element (r, column) of a panel matrix of n rows. */
static real *in_panels(const struct fixture *fixture, real *matrix, int n, int r,
                       int column)
{
    int panel = fixture->linear.kernels->panel;
    return &matrix[(column / panel * n + r) * panel + column % panel];
}

enum { N = 5 }; /* rows of x and dy */

static real *make_x(const struct fixture *fixture)
{
    real *x = xaligned((size_t)(N * fixture->linear.inputs), sizeof *x);
    for (int r = 0; r < N; r++)
        for (int d = 0; d < fixture->rows; d++)
            x[r * fixture->linear.inputs + padded_in(fixture, d)] =
                (real)number(r * 100 + d);
    return x;
}

static real *make_dy(const struct fixture *fixture)
{
    real *dy = xaligned((size_t)(N * fixture->linear.columns), sizeof *dy);
    for (int r = 0; r < N; r++)
        for (int j = 0; j < fixture->columns; j++)
            *in_panels(fixture, dy, N, r, padded_out(fixture, j)) =
                (real)number(r * 77 + j + 5);
    return dy;
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) < 1e-13 * (1 + fabs(expected)) * 40))
        fail_msg("%.17g, expected %.17g", found, expected);
}

/* y = b + x W */
static void check_product(const struct fixture *fixture)
{
    const struct linear *linear = &fixture->linear;
    size_t panel = (size_t)linear_panel(linear);
    real *x = make_x(fixture), *y = xaligned((size_t)(N * linear->columns), sizeof *y);
    real *bias = xaligned((size_t)linear->columns, sizeof *bias);
    linear_pack_bias(linear, fixture->bias, false, bias);
    struct matmul m = {.rows = N,
                       .vectors = linear->vectors,
                       .n_terms = 1,
                       .term = {linear_term(linear, x)},
                       .bias = bias,
                       .c = y,
                       .c_row = panel,
                       .c_panel = N * panel};
    linear->kernels->matmul(&m);

    for (int r = 0; r < N; r++)
        for (int j = 0; j < fixture->columns; j++) {
            double sum = fixture->bias[linear->source_first + j];
            for (int d = 0; d < fixture->rows; d++)
                sum += number(r * 100 + d) * weight(fixture, d, j);
            near(*in_panels(fixture, y, N, r, padded_out(fixture, j)), sum);
        }

    free(x);
    free(y);
    free(bias);
}

/* dx = dy W^T; its padding is zero. */
static void check_back(const struct fixture *fixture)
{
    const struct linear *linear = &fixture->linear;
    size_t n = (size_t)(N * linear->inputs);
    real *dy = make_dy(fixture), *dx = numbers(n, 3), sum_of_all = 0;
    struct matmul back = linear_back(linear, N, dy, N * (size_t)linear_panel(linear), dx);
    linear->kernels->matmul(&back);

    for (int r = 0; r < N; r++)
        for (int d = 0; d < fixture->rows; d++) {
            double sum = 0;
            for (int j = 0; j < fixture->columns; j++)
                sum += number(r * 77 + j + 5) * weight(fixture, d, j);
            real *found = &dx[r * linear->inputs + padded_in(fixture, d)];
            near(*found, sum);
            *found = 0;
        }
    for (size_t i = 0; i < n; i++)
        sum_of_all += (real)fabs((double)dx[i]);
    assert_true(sum_of_all == 0);

    free(dy);
    free(dx);
}

/* dx of two matrices by one product: the bits of two. */
static void check_backs(struct fixture *fixture)
{
    const struct linear *linear = &fixture->linear;
    struct shape shape = {1,
                          linear->in_width + 3,
                          linear->out_blocks,
                          linear->out_width,
                          linear->source_first,
                          linear->source_columns};
    struct fixture other;
    set_up(&other, linear->kernels, &shape);

    int first = linear->inputs, both = first + other.linear.inputs;
    size_t panel = N * (size_t)linear_panel(linear);
    real *dy = make_dy(fixture), *dx = numbers((size_t)(N * both), 3);
    real *apart = numbers((size_t)(N * both), 4);
    real *backs = xaligned(linear_backs_size(linear, &other.linear), sizeof *backs);
    struct matmul m = linear_back(linear, N, dy, panel, apart);
    struct matmul more = linear_back(&other.linear, N, dy, panel, apart + first);

    m.c_row = more.c_row = (size_t)both;
    linear->kernels->matmul(&m);
    linear->kernels->matmul(&more);

    linear_pack_backs(linear, &other.linear, backs);
    m.vectors = both / linear->kernels->width;
    m.term[0].b = backs;
    m.c = dx;
    linear->kernels->matmul(&m);
    assert_memory_equal(dx, apart, (size_t)(N * both) * sizeof *dx);

    free(dy);
    free(dx);
    free(apart);
    free(backs);
    tear_down(&other);
}

/* dw = x^T dy, added twice; what is beside the matrix stays. */
static void check_gradient(struct fixture *fixture)
{
    struct linear *linear = &fixture->linear;
    size_t n = (size_t)(fixture->rows * linear->source_columns);
    real *x = make_x(fixture), *dy = make_dy(fixture), *gradient = numbers(n, 4);
    size_t panel = N * (size_t)linear_panel(linear);
    linear_zero_gradient(linear);
    linear_add_gradient(linear, N, x, dy, panel);
    linear_add_gradient(linear, N, x, dy, panel);
    linear_unpack(linear, gradient);

    for (int d = 0; d < fixture->rows; d++)
        for (int column = 0; column < linear->source_columns; column++) {
            int j = column - linear->source_first,
                i = d * linear->source_columns + column;
            double sum = 0;
            for (int r = 0; r < N; r++)
                sum += 2 * number(r * 100 + d) * number(r * 77 + j + 5);
            bool is_ours = j >= 0 && j < fixture->columns;
            near(gradient[i], is_ours ? sum : (double)(real)number(i * 31 + 4));
        }

    free(x);
    free(dy);
    free(gradient);
}

/* w and dw are packed alike. */
static void check_round_trip(struct fixture *fixture)
{
    struct linear *linear = &fixture->linear;
    size_t n = (size_t)(fixture->rows * linear->source_columns);
    size_t n_columns = (size_t)linear->source_columns;
    real *kernel = xaligned(n, sizeof *kernel), *bias = xaligned(n_columns, sizeof *bias);
    real *packed = xaligned((size_t)linear->columns, sizeof *packed);

    memcpy(linear->dw, linear->w,
           (size_t)linear->depth * (size_t)linear->columns * sizeof *linear->w);
    memcpy(kernel, fixture->kernel, n * sizeof *kernel);
    linear_unpack(linear, kernel);
    assert_memory_equal(kernel, fixture->kernel, n * sizeof *kernel);

    linear_pack_bias(linear, fixture->bias, false, packed);
    linear_pack_bias(linear, fixture->bias, true, packed);
    linear_unpack_bias(linear, packed, bias);
    for (int j = 0; j < linear->source_columns; j++) {
        int own = j - linear->source_first;
        bool is_ours = own >= 0 && own < fixture->columns;
        assert_true(bias[j] == (is_ours ? 2 * fixture->bias[j] : 0));
        if (is_ours)
            packed[padded_out(fixture, own)] = 0;
    }
    for (int j = 0; j < linear->columns; j++)
        assert_true(packed[j] == 0);

    free(kernel);
    free(bias);
    free(packed);
}

static void for_each_shape(const struct kernels *kernels, void (*check)(struct fixture *))
{
    for (size_t s = 0; s < COUNT_OF(shapes); s++) {
        struct fixture fixture;
        set_up(&fixture, kernels, &shapes[s]);
        check(&fixture);
        tear_down(&fixture);
    }
}

static void check_product_and_gradients(struct fixture *fixture)
{
    check_product(fixture);
    check_back(fixture);
    check_backs(fixture);
    check_gradient(fixture);
}

static void check_products(const struct kernels *kernels)
{
    for_each_shape(kernels, check_product_and_gradients);
}

static void check_round_trips(const struct kernels *kernels)
{
    for_each_shape(kernels, check_round_trip);
}

static void test_products(void **state)
{
    (void)state;
    for_each_kernel_set(check_products);
}

static void test_round_trip(void **state)
{
    (void)state;
    for_each_kernel_set(check_round_trips);
}

/* Where nothing trains, there is no transpose and no gradient. */
static void test_evaluator(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    struct space space = {0};
    struct linear linear;

    assert_int_equal(kernels_select("baseline", &kernels), OK);
    linear_init(&linear, kernels, 1, 3, 1, 2);
    linear_layout(&linear, &space);
    char *base = space.weights.base = xaligned(space.weights.used, 1);
    space = (struct space){.weights = {base, 0}};
    linear_layout(&linear, &space);

    assert_non_null(linear.w);
    assert_null(linear.w_t);
    assert_null(linear.dw);
    const real kernel[6] = {1, 2, 3, 4, 5, 6};
    linear_pack(&linear, kernel);
    assert_true(linear.w[0] == 1 && linear.w[1] == 2 && linear.w[kernels->panel] == 3);
    free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_evaluator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
