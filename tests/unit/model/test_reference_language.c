/* Language models against their definition: the loss of every word by a direction's state
 * in front of it and a softmax over words, of which some are drawn. In double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "corpus.h"
#include "layers/negatives.h"
#include "reference.h"

_Static_assert((int)LENGTH <= (int)REFERENCE_LENGTH, "rows too long for the reference");

enum { FEW = 3, ALL = VOCABULARY };

static struct chain_config chain_of(const struct classifier *config, int negatives)
{
    struct chain_config chain = classifier_chain(config);

    chain.n_layers = 1 + config->layers;
    for (int i = 1; i < chain.n_layers; i++)
        chain.layer[i].recurrent.sequences = true;
    struct layer_config *output = chain_add(&chain, LAYER_NEXT_WORD);
    output->output.units = config->vocabulary;
    output->output.loss = LOSS_CATEGORICAL;
    output->output.negatives = negatives;
    chain_complete(&chain);
    return chain;
}

/* What an evaluation draws. */
static void draw(const struct chain_config *chain, double chance[VOCABULARY])
{
    char *base = xaligned(4096, 1);
    struct arena arena = {.base = base};
    struct negatives negatives;
    const struct rng rng = {.purpose = (uint32_t)(RNG_LAYER + chain->n_layers - 1)};

    negatives_init(&negatives, VOCABULARY,
                   chain->layer[chain->n_layers - 1].output.negatives);
    negatives_layout(&negatives, &arena);
    negatives_draw(&negatives, &rng);
    memset(chance, 0, VOCABULARY * sizeof *chance);
    for (int i = 0; i < negatives.n; i++)
        chance[negatives.ids[i]] = negatives.chance[i];
    free(base);
}

/* Of a word by what a direction gives in front of it. */
static double word_loss(const struct reference *reference, int direction, const double *h,
                        int word, const double *chance)
{
    static const char *const names[] = {"forward_projection", "backward_projection"};
    const struct classifier *config = reference->config;
    struct reference_part output = {.of = reference, .layer = "next_word"};
    struct reference_part embedding = {.of = reference, .layer = "embedding"};
    size_t width = 0, columns = 0;
    const double *projection =
        find(&output, config->bidirectional ? names[direction] : "projection", &width);
    const double *table = find(&embedding, "embeddings", &columns);
    const double *b = find(&output, "bias", &columns);
    double y[REFERENCE_WIDTH] = {0}, right = 0, sum = 0;

    for (size_t e = 0; e < width; e++)
        for (int u = 0; u < config->units[config->layers - 1]; u++)
            y[e] += h[u] * projection[(size_t)u * width + e];
    for (int w = 1; w < VOCABULARY; w++) {
        double logit = b[w];
        for (size_t e = 0; e < width; e++)
            logit += y[e] * table[(size_t)w * width + e];
        if (w == word)
            right = logit;
        if (w == word || chance[w] > 0)
            sum += exp(logit) / (w == word ? 1 : chance[w]);
    }
    return log(sum) - right;
}

static double row_loss(const struct reference *reference, const uint16_t *ids,
                       const double *chance, int64_t *n)
{
    const struct classifier *config = reference->config;
    struct reference_row row, next;
    double loss = 0;

    run_embedding(reference, ids, &row);
    for (int i = 0; i < config->layers; i++) {
        run_recurrent(reference, i, &row, &next);
        row = next;
    }
    for (int d = 0; d < 1 + config->bidirectional; d++)
        for (int t = 0; t < LENGTH; t++) {
            int of = t + (d ? -1 : 1);
            if (!ids[t] || of < 0 || of == LENGTH || !ids[of])
                continue;
            loss += word_loss(reference, d, row.at[t] + d * config->units[0], ids[of],
                              chance);
            ++*n;
        }
    return loss;
}

static void check(const struct classifier *config, int negatives,
                  const struct kernels *kernels)
{
    struct chain_config chain = chain_of(config, negatives);
    double chance[VOCABULARY], loss = 0;
    struct model *model = NULL;
    struct corpus corpus;
    int64_t n = 0;

    fill_corpus(&corpus, config->pad_pre, 2);
    assert_int_equal(model_new_evaluator(&chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);

    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    const struct reference reference = {config, params, weights};
    model_pack(model, weights);
    struct lane_result result = model_evaluate(model, &lane, NULL);
    draw(&chain, chance);
    for (int r = 0; r < ROWS; r++)
        loss += row_loss(&reference, corpus.x[r], chance, &n);
    assert_true(result.n == n);
    if (!(fabs(result.loss - loss) < 1e-10 * loss))
        fail_msg(
            "%s: loss %.12f, expected %.12f (%d negatives, directions %d, pad_pre %d)",
            kernels->name, result.loss, loss, negatives, 1 + config->bidirectional,
            config->pad_pre);
    free(weights);
    model_free(model);
}

static void check_all(const struct kernels *kernels)
{
    for (int i = 0; i < 16; i++) {
        struct classifier config = {.cell = i & 1 ? CELL_GRU : CELL_LSTM,
                                    .bidirectional = i & 2,
                                    .mask = true,
                                    .pad_pre = i & 4,
                                    .vocabulary = VOCABULARY,
                                    .maxlen = LENGTH,
                                    .embedding = 7,
                                    .layers = i & 2 ? 1 : 2,
                                    .units = {5, 9},
                                    .classes = 2,
                                    .lookup_bytes = CHAIN_LOOKUP_BYTES};
        check(&config, i & 8 ? FEW : ALL, kernels);
    }
}

static void test_losses(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

/* Each word once, and sums that are weighed by chances are in the mean those over all. */
static void test_draws(void **state)
{
    enum { WORDS = 400, WANTED = 40, STEPS = 2000 };
    char *base = xaligned(WORDS * sizeof(int32_t) + WANTED * 16 + 256, 1);
    struct arena arena = {.base = base};
    struct negatives negatives;
    double sum = 0, all = 0;
    (void)state;

    negatives_init(&negatives, WORDS, WANTED);
    negatives_layout(&negatives, &arena);
    for (int step = 0; step < STEPS; step++) {
        const struct rng rng = {.seed = 4, .purpose = RNG_LAYER, .step = (uint32_t)step};
        negatives_draw(&negatives, &rng);
        assert_int_equal(negatives.n, WANTED);
        for (int i = 0; i < WANTED; i++) {
            int32_t id = negatives.ids[i];
            assert_in_range(id, 1, WORDS - 1);
            assert_int_equal(negatives.place[id], i + 1);
            sum += 1.0 / id / negatives.chance[i] / STEPS;
        }
    }
    for (int id = 1; id < WORDS; id++)
        all += 1.0 / id;
    if (!(fabs(sum - all) < 0.02 * all))
        fail_msg("the mean is %.4f, expected %.4f", sum, all);

    assert_int_equal(negatives_number(WORDS, WORDS), WORDS - 1);
    assert_int_equal(negatives_number(WORDS, 200), WORDS - 1);
    assert_int_equal(negatives_number(WORDS, 199), 199);
    free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_losses),
                                       cmocka_unit_test(test_draws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
