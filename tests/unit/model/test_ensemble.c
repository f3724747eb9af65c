/* What an ensemble gives, against its members judged one by one: means of probabilities
 * and weighted sums of logits, losses and hits of them; a lone model's bits. */
#include "model/ensemble.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../classifier.h"
#include "data/sparse.h"

enum { ROWS = 7, LENGTH = 6, VOCABULARY = 17, N_NGRAMS = 5, MEMBERS = 3, CLASSES = 4 };
static const int corpus_lengths[ROWS] = {6, 0, 1, 3, 5, 2, 4};

#include "corpus_rows.h"

/* Three models of the same rows: two of ids, one of n-grams. */
struct fixture {
    struct corpus corpus;
    uint8_t multi_hot[ROWS][CLASSES];
    struct sparse ngrams;
    struct lane lane;
    const struct kernels *kernels;
    struct model *models[MEMBERS];
    real *weights[MEMBERS];
    real logits[MEMBERS][ROWS * CLASSES];
    double p[MEMBERS][ROWS * CLASSES]; /* (ROWS, classes) */
    int outputs, classes;
};

static const uint64_t ngram_starts[ROWS + 1] = {0, 2, 2, 3, 6, 7, 9, 10};
static const uint32_t ngram_indices[] = {0, 3, 4, 0, 1, 2, 3, 1, 4, 2};

static struct chain_config chain_of(int member, enum loss loss)
{
    struct chain_config chain = {
        .vocabulary = VOCABULARY, .length = LENGTH, .n_ngrams = N_NGRAMS};

    if (member == 2) {
        chain_add(&chain, LAYER_NGRAMS);
    } else {
        chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3 + member;
        add_recurrent(&chain, member ? CELL_GRU : CELL_LSTM, 4, false, false);
    }
    add_output(&chain, loss == LOSS_BINARY ? 2 : CLASSES);
    chain.layer[chain.n_layers - 1].output.loss = loss;
    chain_complete(&chain);
    return chain;
}

/* Weights large enough that models differ; `scale` 300: probabilities next to 0 and 1. */
static void draw_weights(struct fixture *fixture, int member, real scale)
{
    const struct model *model = fixture->models[member];
    size_t n = model_params(model)->size;
    real *weights = fixture->weights[member] = xaligned(n, sizeof *weights);

    for (size_t i = 0; i < n; i++) {
        double x = sin((double)(i + 1) * (member + 2));
        weights[i] = (real)x * scale;
    }
    if (member == 2) /* no idf */
        memset(weights + N_NGRAMS * fixture->outputs, 0, N_NGRAMS * sizeof *weights);
    model_pack(fixture->models[member], weights);
}

static void set_up(struct fixture *fixture, enum loss loss, real scale)
{
    *fixture = (struct fixture){.classes = loss == LOSS_BINARY ? 2 : CLASSES,
                                .outputs = loss == LOSS_BINARY ? 1 : CLASSES};
    struct corpus *corpus = &fixture->corpus;
    fill_corpus(corpus, false, fixture->classes);
    fixture->ngrams = (struct sparse){ROWS, N_NGRAMS, ngram_starts, ngram_indices};
    corpus->rows.ngrams = &fixture->ngrams;
    if (loss == LOSS_MULTI_LABEL) {
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < CLASSES; c++)
                fixture->multi_hot[r][c] = (r * c) % 3 == 1;
        corpus->rows.y = NULL;
        corpus->rows.n_labels = CLASSES;
        corpus->rows.multi_hot = fixture->multi_hot[0];
    }
    fixture->lane = (struct lane){&corpus->rows, corpus->order, ROWS, NULL};

    assert_int_equal(kernels_select("baseline", &fixture->kernels), OK);
    for (int m = 0; m < MEMBERS; m++) {
        struct chain_config chain = chain_of(m, loss);
        assert_int_equal(
            model_new_evaluator(&chain, fixture->kernels, ROWS, &fixture->models[m]), OK);
        draw_weights(fixture, m, scale);
        (void)model_evaluate(fixture->models[m], &fixture->lane, fixture->logits[m]);
        for (int r = 0; r < ROWS; r++)
            (void)model_judge(fixture->models[m],
                              fixture->logits[m] + r * fixture->outputs,
                              fixture->p[m] + r * fixture->classes);
    }
}

static void tear_down(struct fixture *fixture)
{
    for (int m = 0; m < MEMBERS; m++) {
        model_free(fixture->models[m]);
        free(fixture->weights[m]);
    }
}

static double mean_p(const struct fixture *fixture, int i)
{
    double sum = 0;

    for (int m = 0; m < MEMBERS; m++)
        sum += fixture->p[m][i];
    return sum / MEMBERS;
}

/* The loss that the fixture's labels have with these logits is the model's own. */
static void check_score(struct fixture *fixture, const real *logits,
                        struct lane_result found)
{
    struct lane_result expected = model_score(fixture->models[1], &fixture->lane, logits);

    assert_memory_equal(&found.loss, &expected.loss, sizeof found.loss);
    assert_int_equal(found.correct, expected.correct);
    assert_int_equal(found.labels.true_positives, expected.labels.true_positives);
    assert_int_equal(found.labels.false_positives, expected.labels.false_positives);
}

static void check_mean(enum loss loss)
{
    struct fixture fixture;
    struct ensemble ensemble;
    const struct ensemble_config config = {.n = MEMBERS, .rule = ENSEMBLE_MEAN};
    real logits[ROWS * CLASSES], again[ROWS * CLASSES];
    double p[CLASSES];

    set_up(&fixture, loss, (real)1.5);
    ensemble_init(&ensemble, &config, fixture.models);
    struct lane_result result = ensemble_evaluate(&ensemble, &fixture.lane, logits);
    for (int r = 0; r < ROWS; r++) {
        (void)ensemble_judge(&ensemble, logits + r * fixture.outputs, p);
        for (int c = 0; c < fixture.classes; c++)
            assert_true(fabs(p[c] - mean_p(&fixture, r * fixture.classes + c)) < 1e-6);
    }
    check_score(&fixture, logits, result);

    for (int r = 0; r < ROWS; r++) { /* a row alone */
        struct lane lane = {&fixture.corpus.rows, &fixture.corpus.order[r], 1, NULL};
        (void)ensemble_evaluate(&ensemble, &lane, again + r * fixture.outputs);
    }
    assert_memory_equal(logits, again, (size_t)(ROWS * fixture.outputs) * sizeof *logits);
    ensemble_release(&ensemble);
    tear_down(&fixture);
}

static void test_mean(void **state)
{
    (void)state;
    check_mean(LOSS_BINARY);
    check_mean(LOSS_CATEGORICAL);
    check_mean(LOSS_MULTI_LABEL);
    check_mean(LOSS_SIGMOIDS);
}

/* Where all are sure, the mean is, and the loss of what is wrong stays a number. */
static void test_saturated(void **state)
{
    (void)state;
    static const enum loss losses[] = {LOSS_BINARY, LOSS_CATEGORICAL, LOSS_MULTI_LABEL};
    const struct ensemble_config config = {.n = MEMBERS, .rule = ENSEMBLE_MEAN};

    for (size_t l = 0; l < COUNT_OF(losses); l++) {
        struct fixture fixture;
        struct ensemble ensemble;
        real logits[ROWS * CLASSES];

        set_up(&fixture, losses[l], 3000);
        ensemble_init(&ensemble, &config, fixture.models);
        assert_true(isfinite(ensemble_evaluate(&ensemble, &fixture.lane, logits).loss));
        for (int i = 0; i < ROWS * fixture.outputs; i++)
            assert_true(isfinite(logits[i]));
        ensemble_release(&ensemble);
        tear_down(&fixture);
    }
}

static void test_sum(void **state)
{
    (void)state;
    double weights[MEMBERS] = {0.25, 0.5, 2}, bias[CLASSES] = {0.125, -1, 3, 0};
    const struct ensemble_config config = {
        .n = MEMBERS, .rule = ENSEMBLE_SUM, .weights = weights, .bias = bias};
    struct fixture fixture;
    struct ensemble ensemble;
    real logits[ROWS * CLASSES];

    set_up(&fixture, LOSS_CATEGORICAL, 1);
    ensemble_init(&ensemble, &config, fixture.models);
    struct lane_result result = ensemble_evaluate(&ensemble, &fixture.lane, logits);
    for (int i = 0; i < ROWS * CLASSES; i++) {
        double sum = 0;
        for (int m = 0; m < MEMBERS; m++)
            sum += weights[m] * (double)fixture.logits[m][i];
        assert_true(logits[i] == (real)(sum + bias[i % CLASSES]));
    }
    check_score(&fixture, logits, result);

    struct lane_result unasked = ensemble_evaluate(&ensemble, &fixture.lane, NULL);
    assert_memory_equal(&result.loss, &unasked.loss, sizeof result.loss);
    ensemble_release(&ensemble);
    tear_down(&fixture);
}

/* What is found of labels is the ensemble's, once, and not its members'. */
static void test_labels(void **state)
{
    (void)state;
    const struct ensemble_config config = {.n = MEMBERS, .rule = ENSEMBLE_MEAN};
    struct label_counts all = {0, 0, 0};
    real logits[ROWS * CLASSES];
    struct fixture fixture;
    struct ensemble ensemble;

    set_up(&fixture, LOSS_MULTI_LABEL, 1);
    ensemble_init(&ensemble, &config, fixture.models);
    struct lane_result result = ensemble_evaluate(&ensemble, &fixture.lane, logits);
    for (int i = 0; i < fixture.lane.n_rows * CLASSES; i++) {
        int row = fixture.lane.rows[i / CLASSES];
        bool is_there = rows_multi_hot(fixture.lane.from, row)[i % CLASSES] != 0;
        all.true_positives += is_there && logits[i] > 0;
        all.false_positives += !is_there && logits[i] > 0;
        all.false_negatives += is_there && !(logits[i] > 0);
    }

    assert_true(all.true_positives + all.false_negatives > 0);
    assert_memory_equal(&all, &result.labels, sizeof all);
    ensemble_release(&ensemble);
    tear_down(&fixture);
}

static void test_lone(void **state)
{
    (void)state;
    const struct ensemble_config config = {.n = 0};
    struct fixture fixture;
    struct ensemble ensemble;
    real logits[ROWS * CLASSES];

    set_up(&fixture, LOSS_CATEGORICAL, 1);
    struct lane_result expected = model_evaluate(fixture.models[0], &fixture.lane, NULL);
    ensemble_init(&ensemble, &config, fixture.models);
    struct lane_result found = ensemble_evaluate(&ensemble, &fixture.lane, logits);

    assert_memory_equal(&found, &expected, sizeof found);
    assert_memory_equal(logits, fixture.logits[0], sizeof logits);
    assert_null(ensemble.logits);
    ensemble_release(&ensemble);
    tear_down(&fixture);
}

static void test_agree(void **state)
{
    (void)state;
    struct chain_config binary = chain_of(0, LOSS_BINARY);
    struct chain_config classes = chain_of(1, LOSS_CATEGORICAL);
    struct chain_config sigmoids = chain_of(1, LOSS_SIGMOIDS);
    struct chain_config linear = chain_of(2, LOSS_CATEGORICAL);

    assert_true(ensemble_agree(&classes, &linear));
    assert_false(ensemble_agree(&binary, &classes));
    assert_false(ensemble_agree(&sigmoids, &linear));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean), cmocka_unit_test(test_saturated),
        cmocka_unit_test(test_sum),  cmocka_unit_test(test_labels),
        cmocka_unit_test(test_lone), cmocka_unit_test(test_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
