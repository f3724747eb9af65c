/* The whole model against the naive one of reference.h: logits and loss of every cell,
 * head, mask, stack and loss, wherever pads stand. In double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "corpus.h"
#include "reference.h"

enum { CLASSES = 4 };
_Static_assert((int)LENGTH <= (int)REFERENCE_LENGTH, "rows too long for the reference");

static void check_row(const struct classifier *config, const struct kernels *kernels,
                      int n_words, const double *logits, const double *expected)
{
    int n = config->classes == 2 ? 1 : config->classes;

    for (int j = 0; j < n; j++)
        if (!(fabs(logits[j] - expected[j]) < 1e-10))
            fail_msg("%s: row of %d words: logit %.12f, expected %.12f (cell %d, "
                     "directions %d, layers %d, head %d, mask %d, reset_after %d, "
                     "pad_pre %d)",
                     kernels->name, n_words, logits[j], expected[j], (int)config->cell,
                     config->bidirectional + 1, config->layers, (int)config->head,
                     config->mask, config->reset_after, config->pad_pre);
}

static void check(const struct classifier *config, const struct kernels *kernels)
{
    int n_logits = config->classes == 2 ? 1 : config->classes;
    double logits[ROWS * CLASSES], expected[CLASSES], loss = 0;
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, config->pad_pre, config->classes);
    assert_int_equal(classifier_new(config, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);

    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    model_pack(model, weights);
    struct lane_result result = model_evaluate(model, &lane, logits);

    struct reference reference = {config, params, weights};
    for (int r = 0; r < ROWS; r++) {
        reference_logits(&reference, corpus.x[r], expected);
        check_row(config, kernels, corpus.length[r], logits + r * n_logits, expected);
        loss += reference_loss(config, expected, corpus.y[r]);
    }
    assert_true(fabs(result.loss - loss) < 1e-9 * loss);

    free(weights);
    model_free(model);
}

static struct classifier config_of(int variant)
{
    static const int units[] = {1, 5, 8, 17};

    return (struct classifier){
        .cell = variant % 3 == 0 ? CELL_LSTM : CELL_GRU,
        .reset_after = variant % 3 == 2,
        .bidirectional = variant / 3 % 2,
        .layers = 1 + variant / 6 % 2,
        .head = (enum head)(variant / 12 % 4),
        .mask = variant / 48 % 2,
        .classes = variant / 96 % 2 ? CLASSES : 2,
        .pad_pre = variant / 192 % 2,
        .hard_sigmoid = variant / 384 % 2,
        .dense = variant % 2 ? 0 : 6,
        .vocabulary = VOCABULARY,
        .maxlen = LENGTH,
        .embedding = 1 + variant % 9,
        .units = {units[variant % 4], units[variant / 4 % 4]},
        .embedding_dropout = 0.5, /* none of them when evaluating */
        .rnn_dropout = 0.5,
        .dense_dropout = 0.5,
        .lookup_bytes = variant % 5 ? CHAIN_LOOKUP_BYTES : 0,
    };
}

static void check_all(const struct kernels *kernels)
{
    for (int variant = 0; variant < 768; variant++) {
        struct classifier config = config_of(variant);
        check(&config, kernels);
    }
}

static void test_all_models(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
