/* Poolings alone and side by side, over embeddings and recurrent layers, against the
 * naive model of reference.h, wherever pads stand; and the same bits from a model that
 * trains, from one that does not, from one that shares its weights, and row by row. In
 * double. */
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

enum { CLASSES = 4, ATTENTION_UNITS = 5 };
_Static_assert((int)LENGTH <= (int)REFERENCE_LENGTH, "rows too long for the reference");

/* What stands side by side; n 0: Flatten as a layer of its own. */
static const struct poolings {
    int n;
    enum pooling how[POOLING_WAYS];
    bool needs_recurrent;
} poolings[] = {
    {1, {POOLING_MAX}, false},
    {1, {POOLING_MEAN}, false},
    {0, {POOLING_FLATTEN}, false},
    {2, {POOLING_MAX, POOLING_MEAN}, false},
    {3, {POOLING_MEAN, POOLING_FLATTEN, POOLING_MAX}, false},
    {2, {POOLING_FLATTEN, POOLING_MEAN}, false},
    {3, {POOLING_MAX, POOLING_MEAN, POOLING_LAST}, true},
    {2, {POOLING_LAST, POOLING_MEAN}, true},
    {4, {POOLING_FLATTEN, POOLING_LAST, POOLING_MAX, POOLING_MEAN}, true},
    {1, {POOLING_ATTENTION}, false},
    {2, {POOLING_MAX, POOLING_ATTENTION}, false},
    {5,
     {POOLING_LAST, POOLING_ATTENTION, POOLING_FLATTEN, POOLING_MEAN, POOLING_MAX},
     true},
};

static struct chain_config chain_of(const struct classifier *config,
                                    const struct poolings *side_by_side)
{
    struct chain_config chain = classifier_chain(config);

    for (int i = 0; i < chain.n_layers && side_by_side->n > 0; i++)
        if (chain.layer[i].kind == LAYER_FLATTEN) {
            struct layer_config *layer = &chain.layer[i];
            *layer = (struct layer_config){.kind = LAYER_POOLING};
            layer->pooling.how = side_by_side->how[0];
            layer->pooling.n_more = side_by_side->n - 1;
            layer->pooling.units = ATTENTION_UNITS;
            for (int k = 1; k < side_by_side->n; k++)
                layer->pooling.more[k - 1] = side_by_side->how[k];
        }
    chain_complete(&chain);
    return chain;
}

/* exp(v . tanh(x W + b)); v is a column or, under a mask, a row. */
static double weight_of(const struct reference *reference, const char *layer, int width,
                        const double *x)
{
    struct reference_part hidden = {
        .of = reference, .inputs = width, .units = ATTENTION_UNITS};
    struct reference_part score = {.of = reference};
    size_t columns = 0;
    double score_of_x = 0;

    snprintf(hidden.layer, sizeof hidden.layer, "%s_hidden", layer);
    snprintf(score.layer, sizeof score.layer, "%s_score", layer);
    const double *v =
        find(&score, reference->config->mask ? "embeddings" : "kernel", &columns);
    for (int j = 0; j < ATTENTION_UNITS; j++)
        score_of_x += v[j] * tanh(from_inputs(&hidden, x, j));
    return exp(score_of_x);
}

static int run_attention(const struct reference *reference, const char *layer,
                         const struct reference_row *row, double *features)
{
    double sum = 0;

    memset(features, 0, (size_t)row->width * sizeof *features);
    for (int t = 0; t < reference->config->maxlen; t++) {
        if (!is_seen(reference->config, row, t))
            continue;
        double weight = weight_of(reference, layer, row->width, row->at[t]);
        sum += weight;
        for (int j = 0; j < row->width; j++)
            features[j] += weight * row->at[t][j];
    }
    for (int j = 0; j < row->width && sum > 0; j++)
        features[j] /= sum;
    return row->width;
}

/* Returns how many features there are. */
static int expected_features(const struct reference *reference,
                             const struct poolings *side_by_side,
                             const struct reference_row *row, double *features)
{
    const struct classifier *config = reference->config;
    static const enum head heads[] = {[POOLING_MAX] = HEAD_MAX,
                                      [POOLING_MEAN] = HEAD_MEAN,
                                      [POOLING_FLATTEN] = HEAD_FLATTEN,
                                      [POOLING_LAST] = HEAD_LAST};
    int n = 0;

    for (int k = 0; k < (side_by_side->n ? side_by_side->n : 1); k++) {
        struct classifier one = *config;
        if (side_by_side->how[k] == POOLING_ATTENTION) {
            n += run_attention(reference,
                               side_by_side->n > 1 ? "concatenate" : "attention", row,
                               features + n);
            continue;
        }
        one.head = heads[side_by_side->how[k]];
        n += run_head(&one, row, features + n);
    }
    return n;
}

static void expected_logits(const struct reference *reference,
                            const struct poolings *side_by_side, const uint16_t *ids,
                            double *logits)
{
    struct reference_row row, next;
    double features[(LENGTH + 4) * REFERENCE_WIDTH];

    run_embedding(reference, ids, &row);
    for (int i = 0; i < reference->config->layers; i++) {
        run_recurrent(reference, i, &row, &next);
        row = next;
    }

    struct reference_part dense = {.of = reference, .layer = "dense", .units = CLASSES};
    dense.inputs = expected_features(reference, side_by_side, &row, features);
    run_dense(&dense, features, logits);
}

static void check_same(struct model *model, const struct corpus *corpus,
                       const double *logits, const char *what)
{
    double alone[CLASSES];

    for (int r = 0; r < ROWS; r++) {
        struct lane lane = {&corpus->rows, corpus->order + r, 1, NULL};
        model_evaluate(model, &lane, alone);
        if (memcmp(alone, logits + r * CLASSES, sizeof alone) != 0)
            fail_msg("row %d alone: %s has other bits", r, what);
    }
}

static void check_models(const struct chain_config *chain, const struct kernels *kernels,
                         const struct corpus *corpus, const double *weights,
                         const double *logits)
{
    struct model *evaluator = NULL, *sharer = NULL;

    assert_int_equal(model_new_evaluator(chain, kernels, ROWS, &evaluator), OK);
    model_pack(evaluator, weights);
    check_same(evaluator, corpus, logits, "an evaluator");
    model_learn(evaluator);
    assert_int_equal(model_new_sharer(evaluator, &sharer), OK);
    check_same(sharer, corpus, logits, "a sharer");

    model_free(sharer);
    model_free(evaluator);
}

static void check(const struct classifier *config, const struct poolings *side_by_side,
                  const struct kernels *kernels)
{
    struct chain_config chain = chain_of(config, side_by_side);
    double logits[ROWS * CLASSES], expected[CLASSES];
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, config->pad_pre, CLASSES);
    assert_int_equal(model_new(&chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);

    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    model_pack(model, weights);
    model_evaluate(model, &lane, logits);

    struct reference reference = {config, params, weights};
    for (int r = 0; r < ROWS; r++) {
        expected_logits(&reference, side_by_side, corpus.x[r], expected);
        for (int j = 0; j < CLASSES; j++)
            if (!(fabs(logits[r * CLASSES + j] - expected[j]) < 1e-10))
                fail_msg("%s: row of %d words: logit %.12f, expected %.12f (layers %d, "
                         "directions %d, poolings %d from %d on, mask %d, pad_pre %d)",
                         kernels->name, corpus.length[r], logits[r * CLASSES + j],
                         expected[j], config->layers, config->bidirectional + 1,
                         side_by_side->n, (int)side_by_side->how[0], config->mask,
                         config->pad_pre);
    }
    check_models(&chain, kernels, &corpus, weights, logits);

    free(weights);
    model_free(model);
}

static void check_all(const struct kernels *kernels)
{
    for (int variant = 0; variant < 48; variant++)
        for (size_t i = 0; i < COUNT_OF(poolings); i++) {
            struct classifier config = {
                .cell = variant / 4 % 2 ? CELL_GRU : CELL_LSTM,
                .bidirectional = variant / 8 % 2,
                .layers = variant / 16,
                .head = HEAD_FLATTEN,
                .mask = variant & 1,
                .pad_pre = variant & 2,
                .classes = CLASSES,
                .vocabulary = VOCABULARY,
                .maxlen = LENGTH,
                .embedding = 1 + variant % 10,
                .units = {5, 9},
                .embedding_dropout = 0.5, /* none when evaluating */
                .lookup_bytes = variant % 3 ? CHAIN_LOOKUP_BYTES : 0,
            };

            if (config.layers > 0 || !poolings[i].needs_recurrent)
                check(&config, &poolings[i], kernels);
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
