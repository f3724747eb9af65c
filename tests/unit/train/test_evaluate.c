/* Loss and hits over rows, against the rows judged one by one. */
#include "../../classifier.h"
#include "train/evaluate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 61, LENGTH = 9, VOCABULARY = 20, CLASSES = 3 };

static uint16_t x[ROWS][LENGTH];
static int32_t y[ROWS], length[ROWS];
static struct dataset data = {
    .facts = {
        .num_words = VOCABULARY, .maxlen = LENGTH, .n_labels = CLASSES, .pad_pre = true}};
static const struct rows *all = &data.part[DATASET_TEST];

static struct comm comm;
static struct model *model;
static struct ensemble ensemble; /* of it alone */
static real *weights;

static int set_up(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    struct rng rng = {.seed = 21, .purpose = RNG_TEST};
    struct classifier config = {.cell = CELL_LSTM,
                                .embedding = 5,
                                .layers = 1,
                                .units = {6},
                                .pad_pre = true,
                                .vocabulary = VOCABULARY,
                                .maxlen = LENGTH,
                                .classes = CLASSES,
                                .lookup_bytes = CHAIN_LOOKUP_BYTES};

    for (int r = 0; r < ROWS; r++) {
        rng.row = (uint32_t)r;
        y[r] = r % CLASSES;
        length[r] = (int32_t)rng_below(&rng, 0, LENGTH + 1);
        for (int t = LENGTH - length[r]; t < LENGTH; t++)
            x[r][t] = (uint16_t)(1 + rng_below(&rng, 1 + (uint32_t)t, VOCABULARY - 1));
    }

    data.part[DATASET_TEST] = (struct rows){.n = ROWS,
                                            .maxlen = LENGTH,
                                            .id_bytes = 2,
                                            .pad_pre = true,
                                            .x = x,
                                            .y = y,
                                            .length = length};

    comm_init_alone(&comm);
    if (kernels_select("baseline", &kernels) ||
        classifier_new_evaluator(&config, kernels, 8, &model))
        return 1;
    weights = xaligned(model_params(model)->size, sizeof *weights);
    model_init_weights(model, 3, weights);
    model_pack(model, weights);
    const struct ensemble_config lone = {.n = 0};
    ensemble_init(&ensemble, &lone, &model);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ensemble_release(&ensemble);
    model_free(model);
    free(weights);
    comm_finalize(&comm);
    return 0;
}

/* In the order of `rows`, each as if it were judged alone. */
static void check_logits(const struct evaluator *evaluator, const int32_t *rows, int n)
{
    real found[ROWS * CLASSES], expected[CLASSES];
    assert_int_equal(evaluate_logits(evaluator, &data, DATASET_TEST, rows, n, found), OK);

    for (int i = 0; i < n; i++) {
        struct lane lane = {all, &rows[i], 1, NULL};
        (void)model_evaluate(model, &lane, expected);
        assert_memory_equal(found + i * CLASSES, expected, sizeof expected);
    }
}

/* By each number of rows a lane, which is also what the last lane lacks. */
static void check(const int32_t *rows, int n)
{
    double loss = 0;
    int64_t correct = 0;
    struct balance balance;
    for (int i = 0; i < n; i++) {
        struct lane lane = {all, &rows[i], 1, NULL};
        struct lane_result result = model_evaluate(model, &lane, NULL);
        loss += result.loss / n;
        correct += result.correct;
    }

    balance_new(1, true, &balance);
    for (int lane_rows = 1; lane_rows <= 8; lane_rows++) {
        struct evaluator evaluator = {&comm, &balance, &ensemble, lane_rows, NULL,
                                      0,     NULL,     NULL,      0};
        struct score score = {0};
        assert_int_equal(evaluate(&evaluator, &data, DATASET_TEST, rows, n, &score), OK);

        assert_int_equal(score.n, n);
        assert_int_equal(score.correct, correct);
        assert_true(fabs(score.loss - loss) < 1e-12);
        assert_true(score_accuracy(&score) == (double)correct / n);
        check_logits(&evaluator, rows, n);
    }
    balance_release(&balance);
}

static void test_all_rows(void **state)
{
    (void)state;
    int32_t rows[ROWS];
    for (int i = 0; i < ROWS; i++)
        rows[i] = i;
    check(rows, ROWS);
}

static void test_some_rows(void **state)
{
    (void)state;
    static const int32_t rows[] = {60, 3, 3, 17, 0};
    check(rows, 5);
    check(rows + 1, 1);
}

static void test_no_rows(void **state)
{
    (void)state;
    struct balance balance;
    struct score score = {.loss = 1, .correct = 1, .n = 1};
    balance_new(1, true, &balance);
    struct evaluator evaluator = {&comm, &balance, &ensemble, 4, NULL, 0, NULL, NULL, 0};
    const int32_t none = 0;
    assert_int_equal(evaluate(&evaluator, &data, DATASET_TEST, &none, 0, &score), OK);
    assert_true(score.n == 0 && score.loss == 0 && score.correct == 0);
    assert_true(score_accuracy(&score) == 0);
    balance_release(&balance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_rows),
                                       cmocka_unit_test(test_some_rows),
                                       cmocka_unit_test(test_no_rows)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
