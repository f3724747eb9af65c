/* Layers that treat each vector by itself, on sequences and behind them, against a naive
 * model in libm's functions; a row alone, evaluators and models that share weights have
 * the same bits. What a spatial dropout drops. In double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { ROWS = 5, LENGTH = 6, VOCABULARY = 9, WIDTH = 5, UNITS = 7, CLASSES = 3 };
enum { MOST = LENGTH * UNITS };

struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

static void fill_corpus(struct corpus *corpus)
{
    static const int lengths[ROWS] = {6, 6, 4, 1, 0};

    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = lengths[r];
        corpus->order[r] = r;
        corpus->y[r] = r % CLASSES;
        for (int t = 0; t < lengths[r]; t++)
            corpus->x[r][LENGTH - lengths[r] + t] =
                (uint16_t)(1 + (5 * r + 3 * t) % (VOCABULARY - 1));
    }

    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = true,
                                 .x = corpus->x,
                                 .y = corpus->y,
                                 .length = corpus->length};
}

static struct layer_config *add_normalization(struct chain_config *chain,
                                              enum layer_kind kind, double epsilon)
{
    struct layer_config *layer = chain_add(chain, kind);

    layer->normalization.epsilon = epsilon;
    layer->frozen = kind == LAYER_BATCH_NORMALIZATION;
    return layer;
}

static void add_dense(struct chain_config *chain, enum activation how, bool no_bias)
{
    struct layer_config *layer = chain_add(chain, LAYER_DENSE);

    layer->dense.units = UNITS;
    layer->dense.activation = how;
    layer->dense.no_bias = no_bias;
}

static struct chain_config begin(void)
{
    struct chain_config chain = {
        .vocabulary = VOCABULARY, .length = LENGTH, .pad_pre = true};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = WIDTH;
    return chain;
}

static struct chain_config all_kinds(void)
{
    struct chain_config chain = begin();

    add_normalization(&chain, LAYER_LAYER_NORMALIZATION, 1e-3);
    add_dense(&chain, ACTIVATION_TANH, false);
    add_normalization(&chain, LAYER_BATCH_NORMALIZATION, 2)->normalization.no_center =
        true;
    chain_add(&chain, LAYER_ACTIVATION)->activation.how = ACTIVATION_LEAKY_RELU;
    chain.layer[chain.n_layers - 1].activation.alpha = 0.125;
    chain_add(&chain, LAYER_FLATTEN);
    add_normalization(&chain, LAYER_LAYER_NORMALIZATION, 0.5)->normalization.no_scale =
        true;
    add_dense(&chain, ACTIVATION_GELU, true);
    add_normalization(&chain, LAYER_BATCH_NORMALIZATION, 1.5);
    add_dense(&chain, ACTIVATION_SOFTPLUS, false);
    chain_add(&chain, LAYER_ACTIVATION)->activation.how = ACTIVATION_SELU;
    add_output(&chain, CLASSES);
    chain_complete(&chain);
    return chain;
}

/* Weights of one layer after the other, in the order in which Keras has them. */
static const double *take(const double **weights, int n)
{
    const double *first = *weights;

    *weights += n;
    return first;
}

static void naive_normal(const double **weights, int n, double epsilon, bool has_gamma,
                         bool has_beta, double *x)
{
    const double *gamma = has_gamma ? take(weights, n) : NULL;
    const double *beta = has_beta ? take(weights, n) : NULL;
    double mean = 0, variance = 0;

    for (int j = 0; j < n; j++)
        mean += x[j] / n;
    for (int j = 0; j < n; j++)
        variance += pow(x[j] - mean, 2) / n;
    for (int j = 0; j < n; j++)
        x[j] = (gamma ? gamma[j] : 1) * (x[j] - mean) / sqrt(variance + epsilon) +
               (beta ? beta[j] : 0);
}

static void naive_moving(const double **weights, int n, double epsilon, bool has_beta,
                         double *x)
{
    const double *gamma = take(weights, n), *beta = has_beta ? take(weights, n) : NULL;
    const double *mean = take(weights, n), *variance = take(weights, n);

    for (int j = 0; j < n; j++)
        x[j] = gamma[j] * (x[j] - mean[j]) / sqrt(variance[j] + epsilon) +
               (beta ? beta[j] : 0);
}

static void naive_dense(const double **weights, int inputs, int units, bool has_bias,
                        const double *x, double *y)
{
    const double *w = take(weights, inputs * units);
    const double *b = has_bias ? take(weights, units) : NULL;

    for (int j = 0; j < units; j++) {
        y[j] = b ? b[j] : 0;
        for (int k = 0; k < inputs; k++)
            y[j] += x[k] * w[k * units + j];
    }
}

/* Every position has the same weights: `*weights` is behind them afterwards. */
static void naive_positions(const double **weights, const uint16_t *ids, double *flat)
{
    const double *table = take(weights, VOCABULARY * WIDTH), *first = *weights;

    for (int t = 0; t < LENGTH; t++) {
        double x[WIDTH], *y = flat + t * UNITS;

        *weights = first;
        memcpy(x, table + ids[t] * WIDTH, sizeof x);
        naive_normal(weights, WIDTH, 1e-3, true, true, x);
        naive_dense(weights, WIDTH, UNITS, true, x, y);
        for (int j = 0; j < UNITS; j++)
            y[j] = tanh(y[j]);
        naive_moving(weights, UNITS, 2, false, y);
        for (int j = 0; j < UNITS; j++)
            y[j] = y[j] > 0 ? y[j] : 0.125 * y[j];
    }
}

static void naive_logits(const double *weights, const uint16_t *ids, double *logits)
{
    double flat[MOST], hidden[UNITS], last[UNITS];

    naive_positions(&weights, ids, flat);
    naive_normal(&weights, MOST, 0.5, false, true, flat);
    naive_dense(&weights, MOST, UNITS, false, flat, hidden);
    for (int j = 0; j < UNITS; j++)
        hidden[j] *= erfc(-hidden[j] / sqrt(2)) / 2;

    naive_moving(&weights, UNITS, 1.5, true, hidden);
    naive_dense(&weights, UNITS, UNITS, true, hidden, last);
    for (int j = 0; j < UNITS; j++) {
        double x = log(1 + exp(last[j]));
        last[j] = 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    }
    naive_dense(&weights, UNITS, CLASSES, true, last, logits);
}

static void expect_bits(struct model *model, const struct corpus *corpus,
                        const double *expected)
{
    for (int r = 0; r < ROWS; r++) {
        double logits[CLASSES];
        struct lane lane = {&corpus->rows, corpus->order + r, 1, NULL};
        (void)model_evaluate(model, &lane, logits);
        assert_memory_equal(logits, expected + r * CLASSES, sizeof logits);
    }
}

static void check_evaluators(const struct chain_config *chain,
                             const struct kernels *kernels, const struct corpus *corpus,
                             const double *weights, const double *expected)
{
    struct model *model = NULL, *sharer = NULL;

    assert_int_equal(model_new_evaluator(chain, kernels, 2, &model), OK);
    model_pack(model, weights);
    model_learn(model);
    expect_bits(model, corpus, expected);
    assert_int_equal(model_new_sharer(model, &sharer), OK);
    expect_bits(sharer, corpus, expected);
    model_free(sharer);
    model_free(model);
}

static void check_logits(const struct kernels *kernels)
{
    const struct chain_config chain = all_kinds();
    double logits[ROWS * CLASSES], expected[CLASSES];
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus);
    assert_int_equal(model_new(&chain, kernels, ROWS, &model), OK);
    size_t n = model_params(model)->size;
    double *weights = xaligned(n, sizeof *weights);
    for (size_t i = 0; i < n; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);

    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    model_pack(model, weights);
    (void)model_evaluate(model, &lane, logits);
    for (int r = 0; r < ROWS; r++) {
        naive_logits(weights, corpus.x[r], expected);
        for (int c = 0; c < CLASSES; c++)
            if (!(fabs(logits[r * CLASSES + c] - expected[c]) < 1e-10))
                fail_msg("%s: row %d: logit %.12f, expected %.12f", kernels->name, r,
                         logits[r * CLASSES + c], expected[c]);
    }

    expect_bits(model, &corpus, logits);
    check_evaluators(&chain, kernels, &corpus, weights, logits);
    free(weights);
    model_free(model);
}

static void test_logits(void **state)
{
    (void)state;
    for_each_kernel_set(check_logits);
}

/* Embedding, or a Dense that gives its inputs; a spatial dropout; all positions. */
static struct chain_config dropping_chain(bool on_dense)
{
    struct chain_config chain = begin();

    if (on_dense)
        add_dense(&chain, ACTIVATION_LINEAR, true);
    add_dropout(&chain, 0.5, RNG_DROPOUT_EMBEDDING);
    chain.layer[chain.n_layers - 1].dropout.spatial = true;
    chain_add(&chain, LAYER_FLATTEN);
    add_output(&chain, 2);
    chain_complete(&chain);
    return chain;
}

/* The gradients of the output's weights are 0 where what they multiply was dropped: the
 * same numbers at all positions, those of the row's keep bits. */
static void check_dropped(const struct chain_config *chain, const struct kernels *kernels,
                          const struct corpus *corpus, int r)
{
    int width = chain->layer[1].kind == LAYER_DENSE ? UNITS : WIDTH, n_kept = 0;
    int place = chain->n_layers - 3;
    struct rng rng = {.seed = 7,
                      .step = 3,
                      .row = (uint32_t)r,
                      .purpose = (uint32_t)chain->layer[place].dropout.purpose};
    uint32_t bits = rng_keep_bits(&rng, 0, rng_drop_threshold(0.5));
    struct model *model = NULL;

    assert_int_equal(model_new(chain, kernels, 1, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.1 + 0.6 * fabs(sin(1.7 * (double)i));
    model_pack(model, weights);
    struct lane lane = {&corpus->rows, corpus->order + r, 1, NULL};
    (void)model_gradient(model, &lane, 7, 3, gradient, NULL);

    const double *of_output = gradient + params->tensors[params->n_tensors - 2].offset;
    for (int t = 0; t < LENGTH; t++)
        for (int j = 0; j < width; j++) {
            bool is_kept = bits >> j & 1;
            assert_int_equal(of_output[t * width + j] != 0, is_kept);
            n_kept += is_kept;
        }
    assert_true(n_kept >= 0 && n_kept % LENGTH == 0);

    free(weights);
    free(gradient);
    model_free(model);
}

static void check_spatial(const struct kernels *kernels)
{
    struct corpus corpus;

    fill_corpus(&corpus);
    for (int r = 0; r < ROWS; r++)
        for (int on_dense = 0; on_dense < 2; on_dense++) {
            struct chain_config chain = dropping_chain(on_dense);
            check_dropped(&chain, kernels, &corpus, r);
        }
}

static void test_spatial_dropout(void **state)
{
    (void)state;
    for_each_kernel_set(check_spatial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logits),
        cmocka_unit_test(test_spatial_dropout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
