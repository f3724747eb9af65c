/* A row's result does not depend on the rows beside it: alone, in a lane of 16 and in one
 * of 250 it has the same bits, in every kernel set; nor on who computes the pads before
 * it, nor on whether the model could also train, or shares its weights with others. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../classifier.h"
#include "../../kernel_sets.h"

enum { ROWS = 250, LENGTH = 40, VOCABULARY = 160, UNITS_OUT = 4 };

struct fixture {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS];
    struct rows all;
};

static void fill(struct fixture *fixture)
{
    struct rng rng = {.seed = 8, .purpose = RNG_TEST};

    memset(fixture, 0, sizeof *fixture);
    for (int r = 0; r < ROWS; r++) {
        fixture->length[r] = (int32_t)rng_below(&rng, (uint32_t)r, LENGTH + 1);
        rng.row = (uint32_t)r + 1;
        for (int t = LENGTH - fixture->length[r]; t < LENGTH; t++)
            fixture->x[r][t] =
                (uint16_t)(1 + rng_below(&rng, (uint32_t)t, VOCABULARY - 1));
        rng.row = 0;
    }
    fixture->all = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = true,
                                 .x = fixture->x,
                                 .y = fixture->y,
                                 .length = fixture->length};
}

/* The n rows from `first` on as one lane; their numbers are in `numbers`, the longest
 * first. */
static struct lane take_lane(const struct fixture *fixture, int first, int n,
                             int32_t numbers[ROWS])
{
    for (int i = 0; i < n; i++)
        numbers[i] = first + i;
    rows_sort_by_length(&fixture->all, numbers, n);
    return (struct lane){&fixture->all, numbers, n, NULL};
}

/* Logits of all rows, computed `together` at a time. */
static void evaluate_all(const struct fixture *fixture, struct model *model, int together,
                         real (*logits)[UNITS_OUT])
{
    int32_t numbers[ROWS];
    real part[ROWS][UNITS_OUT];

    for (int first = 0; first < ROWS; first += together) {
        int n = ROWS - first < together ? ROWS - first : together;
        struct lane lane = take_lane(fixture, first, n, numbers);
        (void)model_evaluate(model, &lane, part[0]);
        for (int i = 0; i < n; i++)
            memcpy(logits[numbers[i]], part[i], sizeof part[i]);
    }
}

static void check_gradient(size_t n, const real *looked_up, const real *computed)
{
    for (size_t i = 0; i < n; i++)
        if (fabs((double)(looked_up[i] - computed[i])) >
            2e-5 * (1 + fabs((double)computed[i])))
            fail_msg("gradient of parameter %zu: %g looked up, %g computed", i,
                     (double)looked_up[i], (double)computed[i]);
}

/* Training without lookup computes every pad and every product with an embedding, with
 * lookup every pad, evaluation each of them once: the same losses. And the gradients of
 * both are the same sums in another order. */
static void check_shared(const struct fixture *fixture, struct model *model,
                         struct model *plain)
{
    enum { TOGETHER = 50 };
    int32_t numbers[ROWS];
    size_t n = model_params(model)->size;
    real *gradient = xaligned(n, sizeof *gradient), *other = xaligned(n, sizeof *other);

    for (int first = 0; first < ROWS; first += TOGETHER) {
        struct lane lane = take_lane(fixture, first, TOGETHER, numbers);
        double shared = model_evaluate(model, &lane, NULL).loss;
        double looked_up = model_gradient(model, &lane, 1, 0, gradient, NULL).loss;
        double whole = model_gradient(plain, &lane, 1, 0, other, NULL).loss;
        assert_memory_equal(&shared, &whole, sizeof shared);
        assert_memory_equal(&looked_up, &whole, sizeof whole);
        check_gradient(n, gradient, other);
    }
    free(gradient);
    free(other);
}

/* The rows computed `together` at a time against `expected`. */
static void expect_same(const struct fixture *fixture, struct model *model, int together,
                        real (*expected)[UNITS_OUT], const char *kernels)
{
    static real logits[ROWS][UNITS_OUT];
    const struct chain_config *chain = model_chain(model);
    evaluate_all(fixture, model, together, logits);
    for (int r = 0; r < ROWS; r++)
        if (memcmp(logits[r], expected[r], sizeof logits[r]))
            fail_msg("%s: row %d of length %d has other bits among %d (%s, mask %d)",
                     kernels, r, fixture->length[r], together, chain->layer[1].name,
                     chain->mask);
}

/* Models that only evaluate: one that learns as it goes, and one that has learnt
 * everything, with two more that share its weights. */
static void check_evaluators(const struct fixture *fixture, const struct kernels *kernels,
                             const struct classifier *config, const real *weights,
                             real (*expected)[UNITS_OUT])
{
    enum { TOGETHER = 9, SHARERS = 2 };
    struct model *model = NULL, *sharers[SHARERS] = {NULL};
    assert_int_equal(classifier_new_evaluator(config, kernels, TOGETHER, &model), OK);
    model_pack(model, weights);
    expect_same(fixture, model, TOGETHER, expected, kernels->name);

    model_pack(model, weights);
    model_learn(model);
    for (int i = 0; i < SHARERS; i++) {
        assert_int_equal(model_new_sharer(model, &sharers[i]), OK);
        expect_same(fixture, sharers[i], TOGETHER - i, expected, kernels->name);
    }
    expect_same(fixture, model, TOGETHER, expected, kernels->name);

    model_free(sharers[0]);
    expect_same(fixture, sharers[1], 1, expected, kernels->name);

    model_free(sharers[1]);
    model_free(model);
}

static void check(const struct kernels *kernels, const struct classifier *config)
{
    static const int sizes[] = {1, 3, 16};
    static struct fixture fixture;
    static real expected[ROWS][UNITS_OUT];
    struct model *model = NULL, *narrow = NULL, *plain = NULL;
    struct classifier computing = *config;

    fill(&fixture);
    assert_int_equal(classifier_new(config, kernels, ROWS, &model), OK);
    real *weights = xaligned(model_params(model)->size, sizeof *weights);
    model_init_weights(model, 4, weights);
    model_pack(model, weights);
    evaluate_all(&fixture, model, ROWS, expected);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        expect_same(&fixture, model, sizes[i], expected, kernels->name);

    computing.lookup_bytes = 0;
    assert_int_equal(classifier_new(&computing, kernels, ROWS, &plain), OK);
    model_pack(plain, weights);
    check_shared(&fixture, model, plain);

    /* in a workspace with room for fewer rows than the vocabulary has */
    assert_true(LENGTH + 1 < VOCABULARY);
    assert_int_equal(classifier_new(config, kernels, 1, &narrow), OK);
    model_pack(narrow, weights);
    expect_same(&fixture, narrow, 1, expected, kernels->name);

    check_evaluators(&fixture, kernels, config, weights, expected);
    free(weights);
    model_free(model);
    model_free(narrow);
    model_free(plain);
}

static void check_all(const struct kernels *kernels)
{
    for (int variant = 0; variant < 48; variant++) {
        struct classifier config = {.cell = variant % 2 ? CELL_GRU : CELL_LSTM,
                                    .bidirectional = variant / 2 % 2,
                                    .mask = variant / 4 % 2,
                                    .head = (enum head)(variant / 8 % 4),
                                    .layers = 1 + variant % 3 / 2,
                                    .reset_after = variant % 5 == 0,
                                    .dense = variant % 3 ? 40 : 0,
                                    .pad_pre = true,
                                    .vocabulary = VOCABULARY,
                                    .maxlen = LENGTH,
                                    .embedding = 12,
                                    .units = {20, 20},
                                    .classes = UNITS_OUT,
                                    .lookup_bytes = CHAIN_LOOKUP_BYTES};
        check(kernels, &config);
    }
}

static void test_row_independence(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_row_independence)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
