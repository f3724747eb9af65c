/* Products of bf16: plain C against sums in double, each instruction against plain C, bit
 * for bit, over odd shapes and numbers near both ends of float's range. */
#include "kernels/bf16.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const order_names[BF16_ORDERS] = {
    [BF16_PAIRS] = "AVX512-BF16", [BF16_TILES] = "AMX"};

/* Numbers whose exponents are spread over `spread` powers of two from 2^least on; with
 * `spread` 256 some of them subnormal, none infinite. */
struct range {
    int least, spread;
};

static void fill(real *x, size_t n, uint32_t row, struct range range)
{
    struct rng rng = {.seed = 8, .purpose = RNG_TEST, .row = row};

    for (size_t i = 0; i < n; i++) {
        double mantissa = 2 * rng_uniform(&rng, (uint32_t)(2 * i)) - 1;
        double share = rng_uniform(&rng, (uint32_t)(2 * i + 1));
        x[i] = (real)ldexp(mantissa, range.least + (int)(share * range.spread));
    }
}

/* C = bias + A·B + A2·B2, or C += the same; A2 is a panel matrix. Each array ends where
 * the product may no longer read or write. */
struct product {
    const struct kernels *kernels;
    int rows, vectors, depth, depth_2;
    bool has_bias, accumulate, relu;
    struct range range;
    real *a, *a_2, *b, *b_2, *bias, *start;
    uint32_t *pairs, *pairs_2;
};

static size_t columns_of(const struct product *p)
{
    int panel = p->kernels->panel;
    return (size_t)round_up(p->vectors * p->kernels->width, panel);
}

static uint32_t *packed(const struct product *p, int depth, const real *b)
{
    size_t n = (size_t)kernels_pairs(depth) * columns_of(p);
    uint32_t *pairs = xaligned(n, sizeof *pairs);

    p->kernels->pack_pairs(depth, (int)columns_of(p), b, pairs);
    return pairs;
}

static real *filled(const struct product *p, size_t n, uint32_t row)
{
    real *x = xaligned(n, sizeof *x);

    fill(x, n, row, p->range);
    return x;
}

static void begin(struct product *p)
{
    size_t panel = (size_t)p->kernels->panel, columns = columns_of(p);
    size_t rows = (size_t)p->rows;

    p->a = filled(p, rows * (size_t)p->depth, 1);
    p->a_2 = filled(p, rows * (size_t)round_up(p->depth_2, (int)panel), 2);
    p->b = filled(p, (size_t)p->depth * columns, 3);
    p->b_2 = filled(p, (size_t)p->depth_2 * columns, 4);
    p->bias = filled(p, columns, 5);
    p->start = filled(p, rows * columns, 6);
    p->pairs = packed(p, p->depth, p->b);
    p->pairs_2 = packed(p, p->depth_2, p->b_2);
}

static void end(struct product *p)
{
    free(p->a);
    free(p->a_2);
    free(p->b);
    free(p->b_2);
    free(p->bias);
    free(p->start);
    free(p->pairs);
    free(p->pairs_2);
}

static real *multiply(const struct product *p, const struct bf16_products *products)
{
    size_t panel = (size_t)p->kernels->panel, n = (size_t)p->rows * columns_of(p);
    real *c = xaligned(n, sizeof *c);
    struct matmul_span ahead = {p->a, (size_t)(p->rows * p->depth)};
    struct matmul m = {
        .rows = p->rows,
        .vectors = p->vectors,
        .n_terms = 2,
        .term = {{p->a, (size_t)p->depth, 0, p->depth, p->depth, p->b, p->pairs},
                 {p->a_2, panel, (size_t)p->rows * panel, (int)panel, p->depth_2, p->b_2,
                  p->pairs_2}},
        .bias = p->has_bias ? p->bias : NULL,
        .accumulate = p->accumulate,
        .relu = p->relu,
        .c = c,
        .c_row = panel,
        .c_panel = (size_t)p->rows * panel,
        .ahead = &ahead,
        .n_ahead = 1,
    };

    memcpy(c, p->start, n * sizeof *c);
    products->matmul(&m);
    return c;
}

static double rounded(real x)
{
    uint32_t bits = bf16_bits((float)x) << 16;
    float y;
    memcpy(&y, &bits, sizeof y);
    return (double)y;
}

/* Column j of row k of a packed matrix of so many rows, or of row r of C. */
static size_t packed_at(const struct product *p, int rows, int k, int j)
{
    int panel = p->kernels->panel;
    return ((size_t)(j / panel) * (size_t)rows + (size_t)k) * (size_t)panel +
           (size_t)(j % panel);
}

/* An element of C, and the sum of the terms' magnitudes. */
static double element(const struct product *p, int r, int j, double *magnitude)
{
    int panel = p->kernels->panel;
    double sum = p->accumulate ? (double)p->start[packed_at(p, p->rows, r, j)]
                 : p->has_bias ? (double)p->bias[j]
                               : 0;

    *magnitude = fabs(sum);
    for (int k = 0; k < p->depth + p->depth_2; k++) {
        int i = k - p->depth;
        real a = i < 0 ? p->a[r * p->depth + k]
                       : p->a_2[(i / panel * p->rows + r) * panel + i % panel];
        real b = i < 0 ? p->b[packed_at(p, p->depth, k, j)]
                       : p->b_2[packed_at(p, p->depth_2, i, j)];
        sum += rounded(a) * rounded(b);
        *magnitude += fabs(rounded(a) * rounded(b));
    }
    return p->relu && sum < 0 ? 0 : sum;
}

static void check_sums(const struct product *p, const struct bf16_products *plain)
{
    real *c = multiply(p, plain);

    for (int r = 0; r < p->rows; r++)
        for (int j = 0; j < p->vectors * p->kernels->width; j++) {
            double magnitude, sum = element(p, r, j, &magnitude);
            double error = fabs((double)c[packed_at(p, p->rows, r, j)] - sum);
            assert_true(error <= 1e-5 * magnitude);
        }
    free(c);
}

/* Each row alone has the bits that it has among the others. */
static void check_rows(const struct product *p, const struct bf16_products *products)
{
    struct product alone = *p;
    real *all = multiply(p, products), *row;
    int last = p->rows - 1, panel = p->kernels->panel;

    alone.rows = 1;
    alone.a += last * p->depth;
    alone.a_2 = xaligned((size_t)round_up(p->depth_2, panel), sizeof(real));
    alone.start = xaligned(columns_of(p), sizeof(real));
    for (int i = 0; i < round_up(p->depth_2, panel); i++)
        alone.a_2[i] = p->a_2[(i / panel * p->rows + last) * panel + i % panel];
    for (int j = 0; j < (int)columns_of(p); j++)
        alone.start[j] = p->start[packed_at(p, p->rows, last, j)];

    row = multiply(&alone, products);
    for (int j = 0; j < p->vectors * p->kernels->width; j++)
        assert_memory_equal(&row[j], &all[packed_at(p, p->rows, last, j)], sizeof *row);

    free(alone.a_2);
    free(alone.start);
    free(all);
    free(row);
}

/* Columns of vectors that the product has not are left alone too. */
static void check_same(const struct product *p, const struct bf16_products *plain,
                       const struct bf16_products *native)
{
    size_t n = (size_t)p->rows * columns_of(p);
    real *one = multiply(p, plain), *other = multiply(p, native);

    assert_memory_equal(one, other, n * sizeof *one);
    free(one);
    free(other);
}

/* Columns of A in the second of two outer products. */
static int half_of(const struct product *p)
{
    return (p->depth + 1) / 2;
}

/* C += A^T·B over positions; behind it the same of the first columns of A. */
static real *multiply_outer(const struct product *p, const struct bf16_products *products)
{
    size_t panel = (size_t)p->kernels->panel;
    size_t n = (size_t)p->depth * columns_of(p),
           some = (size_t)half_of(p) * columns_of(p);
    real *c = xaligned(n + some, sizeof *c);
    struct matmul_outer m = {.positions = p->rows,
                             .rows = p->depth,
                             .vectors = p->vectors,
                             .a = p->a,
                             .a_row = (size_t)p->depth,
                             .b = p->start,
                             .b_panel = (size_t)p->rows * panel,
                             .c = c};
    struct matmul_outer also = m;

    also.rows = half_of(p);
    also.c = c + n;
    m.also = &also;
    memcpy(c, p->b, n * sizeof *c);
    memcpy(c + n, p->b, some * sizeof *c);
    products->matmul_outer(&m);
    return c;
}

static void check_outer_sums(const struct product *p, const struct bf16_products *plain)
{
    real *c = multiply_outer(p, plain);

    for (int k = 0; k < p->depth; k++)
        for (int j = 0; j < p->vectors * p->kernels->width; j++) {
            size_t at = packed_at(p, p->depth, k, j);
            double sum = (double)p->b[at], magnitude = fabs(sum);
            for (int r = 0; r < p->rows; r++) {
                double term = rounded(p->a[r * p->depth + k]) *
                              rounded(p->start[packed_at(p, p->rows, r, j)]);
                sum += term;
                magnitude += fabs(term);
            }
            assert_true(fabs((double)c[at] - sum) <= 1e-5 * magnitude);
        }
    free(c);
}

static void check_same_outer(const struct product *p, const struct bf16_products *plain,
                             const struct bf16_products *native)
{
    size_t n = (size_t)(p->depth + half_of(p)) * columns_of(p);
    real *one = multiply_outer(p, plain), *other = multiply_outer(p, native);

    assert_memory_equal(one, other, n * sizeof *one);
    free(one);
    free(other);
}

/* Calls `body` for products of many shapes: rows and depths around those of tiles and
 * blocks, one vector to more than a panel. */
static void for_each_product(const struct kernels *kernels, struct range range,
                             void (*body)(const struct product *p, enum bf16_order order),
                             enum bf16_order order)
{
    static const int rows[] = {1, 3, 16, 17, 32, 47, 130};
    static const int depths[] = {1, 31, 64, 100, 530};

    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(depths); i++) {
        int vectors = 1 + (int)i % 9;
        struct product p = {
            .kernels = kernels,
            .rows = rows[i % COUNT_OF(rows)],
            .vectors = vectors,
            .depth = depths[i / COUNT_OF(rows)],
            .depth_2 = kernels->width * (1 + (int)i % 6),
            .has_bias = i % 3 != 0,
            .accumulate = i % 4 == 3,
            .relu = i % 5 == 4,
            .range = range,
        };
        begin(&p);
        body(&p, order);
        end(&p);
    }
}

static const struct range usual = {-6, 8};

/* Sums of the plain form, by the set of that name. */
static const struct {
    const char *name;
    const struct bf16_products *plain;
} sets[] = {{"baseline+bf16", bf16_plain_baseline},
#if defined(__x86_64__)
            {"avx2+bf16", bf16_plain_avx2},
            {"avx512+bf16", bf16_plain_avx512}
#endif
};

static const struct bf16_products *plain_of(const struct product *p)
{
    for (size_t i = 0; i < COUNT_OF(sets); i++)
        if (!strcmp(sets[i].name, p->kernels->name))
            return sets[i].plain;
    fail();
    return NULL;
}

static void check_plain(const struct product *p, enum bf16_order order)
{
    const struct bf16_products *plain = &plain_of(p)[order];

    check_sums(p, plain);
    check_rows(p, plain);
    check_outer_sums(p, plain);
}

static void test_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        const struct kernels *kernels = NULL;
        if (kernels_select(sets[i].name, &kernels))
            continue; /* not on this processor */
        for (int order = 0; order < BF16_ORDERS; order++)
            for_each_product(kernels, usual, check_plain, (enum bf16_order)order);
    }
}

static void check_native(const struct product *p, enum bf16_order order)
{
    const struct bf16_products *plain = &plain_of(p)[order], *native = bf16_native(order);

    check_same(p, plain, native);
    check_same_outer(p, plain, native);
    check_rows(p, native);
}

/* With products that are subnormal or infinite; and with subnormal numbers counting as
 * zero elsewhere. */
static void check_instruction(enum bf16_order order)
{
    static const struct range ranges[] = {
        usual, {-76, 20}, {-76, 21}, {40, 40}, {-140, 160}};
    const struct kernels *kernels = NULL;

    if (!bf16_native(order)) {
        print_message("%s: not on this processor\n", order_names[order]);
        skip();
    }
    assert_int_equal(kernels_select("avx512+bf16", &kernels), OK);
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        uint64_t mode = i % 2 ? kernels_begin() : 0;
        for_each_product(kernels, ranges[i], check_native, order);
        if (i % 2)
            kernels_end(mode);
    }
}

static void test_pairs(void **state)
{
    (void)state;
    check_instruction(BF16_PAIRS);
}

static void test_tiles(void **state)
{
    (void)state;
    check_instruction(BF16_TILES);
}

/* Ties go to even, what is subnormal to zero, infinity and NaN stay. */
static void test_rounding(void **state)
{
    static const struct {
        float x;
        uint32_t bits;
    } cases[] = {
        {1, 0x3f80},
        {-2.5f, 0xc020},
        {0x1.01p0f, 0x3f80},
        {0x1.03p0f, 0x3f82},
        {0x1.01002p0f, 0x3f81},
        {0x1.fffp0f, 0x4000},
        {0x1.fffp127f, 0x7f80},
        {0x1p-126f, 0x0080},
        {0x1.fp-127f, 0},
        {-0x1p-149f, 0x8000},
        {INFINITY, 0x7f80},
        {-INFINITY, 0xff80},
        {NAN, 0x7fc0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(bf16_bits(cases[i].x), cases[i].bits);
}

static void test_names(void **state)
{
    const struct kernels *kernels = NULL;

    (void)state;
    assert_int_equal(kernels_select("auto+bf16", &kernels), OK);
    assert_non_null(kernels->pack_pairs);
    assert_int_equal(kernels_select("auto", &kernels), OK);
    assert_null(kernels->pack_pairs);
    assert_true(kernels_are_native(kernels));

    assert_int_equal(kernels_select("baseline+bf16", &kernels), OK);
    assert_string_equal(kernels->name, "baseline+bf16");
    assert_false(kernels_are_native(kernels));
    assert_int_equal(kernels_select("mmx+bf16", &kernels), ERR_USAGE);
    assert_int_equal(kernels_select("baseline+fp16", &kernels), ERR_USAGE);
    assert_int_equal(kernels_select("amx", &kernels), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain), cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_tiles), cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
