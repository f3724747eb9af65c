/* The gradient of every tensor against central differences, in double, over cells, heads,
 * masks, stacks and classes; and of chains that are none of these. */
#include "../../classifier.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, LENGTH = 7, VOCABULARY = 11 };

/* Padded rows in memory: row lengths 7, 5, 4, 1 and 0. */
struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

static void fill_corpus(struct corpus *corpus, bool pad_pre, int classes)
{
    static const int lengths[ROWS] = {7, 5, 4, 1, 0};
    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = lengths[r];
        corpus->order[r] = r;
        corpus->y[r] = r % classes;
        for (int t = 0; t < lengths[r]; t++)
            corpus->x[r][pad_pre ? LENGTH - lengths[r] + t : t] =
                (uint16_t)(1 + (3 * r + 5 * t) % (VOCABULARY - 1));
    }
    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = pad_pre,
                                 .x = corpus->x,
                                 .y = corpus->y,
                                 .length = corpus->length};
}

static double loss_at(struct model *model, const struct lane *lane, const double *weights,
                      double *scratch)
{
    model_pack(model, weights);
    return model_gradient(model, lane, 7, 3, scratch, NULL).loss;
}

/* The largest relative error over the elements of one tensor, against the tensor's
 * largest gradient. At most 40 elements a tensor are tried, spread evenly. */
static double tensor_error(struct model *model, const struct lane *lane,
                           const struct tensor *tensor, double *weights,
                           const double *gradient, double *scratch)
{
    const double h = 1e-6; /* small: a relu may turn within it */
    double largest = 1e-8, error = 0;
    for (size_t i = 0; i < tensor->size; i++)
        largest = fmax(largest, fabs(gradient[tensor->offset + i]));
    size_t stride = tensor->size / 40 + 1;
    for (size_t i = 0; i < tensor->size; i += stride) {
        double *w = &weights[tensor->offset + i], kept = *w;
        *w = kept + h;
        double above = loss_at(model, lane, weights, scratch);
        *w = kept - h;
        double below = loss_at(model, lane, weights, scratch);
        *w = kept;
        double numeric = (above - below) / (2 * h);
        error = fmax(error, fabs(numeric - gradient[tensor->offset + i]) / largest);
    }
    return error;
}

/* "embedding lstm dense", for messages; the caller's to free. */
static char *names_of(const struct chain_config *chain)
{
    char *names = xstrdup("");

    for (int i = 0; i < chain->n_layers; i++) {
        char *longer = xasprintf("%s %s", names, chain->layer[i].name);
        free(names);
        names = longer;
    }
    return names;
}

static void check(const struct chain_config *chain, const struct kernels *kernels)
{
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, chain->pad_pre, chain_classes(chain));
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    assert_int_equal(model_new(chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *weights);
    double *scratch = xaligned(params->size, sizeof *weights);
    model_init_weights(model, 5, weights);
    for (size_t i = 0; i < params->size; i++) /* away from kinks and symmetric places */
        weights[i] = 3 * weights[i] + 0.01 * sin((double)i);

    loss_at(model, &lane, weights, gradient);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        double error = tensor_error(model, &lane, tensor, weights, gradient, scratch);
        if (!(error < 1e-6))
            fail_msg("%s %s/%s: relative error %.2e (%s, mask %d, pads %s)",
                     kernels->name, tensor->layer, tensor->name, error, names_of(chain),
                     chain->mask, chain->pad_pre ? "in front" : "behind");
    }
    free(weights);
    free(gradient);
    free(scratch);
    model_free(model);
}

static struct classifier config_of(int variant)
{
    struct classifier config = {
        .cell = variant % 3 == 0 ? CELL_LSTM : CELL_GRU,
        .reset_after = variant % 3 == 2,
        .bidirectional = variant / 3 % 2,
        .layers = 1 + variant / 6 % 2,
        .head = (enum head)(variant / 12 % 4),
        .mask = variant / 48 % 2,
        .classes = variant / 96 % 2 ? 4 : 2,
        .dense = variant % 2 ? 0 : 6,
        .pad_pre = variant / 5 % 2,
        .hard_sigmoid = variant % 7 == 0,
        .vocabulary = VOCABULARY,
        .maxlen = LENGTH,
        .embedding = 3,
        .units = {5, 7},
        .embedding_dropout = variant % 5 < 2 ? 0 : 0.3,
        .lookup_bytes = variant % 5 == 0 ? CHAIN_LOOKUP_BYTES : 0,
        .rnn_dropout = variant % 4 ? 0.2 : 0,
        .dense_dropout = 0.25,
    };
    return config;
}

static const struct kernels *set_of(int k)
{
    static const char *const names[] = {"baseline", "avx2", "avx512"};
    const struct kernels *kernels = NULL;

    /* NULL: not on this processor */
    return kernels_select(names[k], &kernels) ? NULL : kernels;
}

enum { SETS = 3 };

static void test_all_tensors(void **state)
{
    (void)state;
    for (int k = 0; k < SETS; k++)
        for (int variant = 0; variant < 192 && set_of(k); variant++) {
            struct classifier config = config_of(variant);
            struct chain_config chain = classifier_chain(&config);
            check(&chain, set_of(k));
        }
}

#define SEQUENCE(cell_, units_, both)                                                    \
    {                                                                                    \
        .kind = LAYER_RECURRENT, .recurrent = {                                          \
            .cell = cell_,                                                               \
            .units = units_,                                                             \
            .bidirectional = both,                                                       \
            .sequences = true                                                            \
        }                                                                                \
    }
#define LAST(cell_, units_, both)                                                        \
    {                                                                                    \
        .kind = LAYER_RECURRENT, .recurrent = {                                          \
            .cell = cell_,                                                               \
            .units = units_,                                                             \
            .bidirectional = both                                                        \
        }                                                                                \
    }
#define DROPOUT(purpose_)                                                                \
    {                                                                                    \
        .kind = LAYER_DROPOUT, .dropout = { 0.3, purpose_ }                              \
    }
#define POOLING(how_)                                                                    \
    {                                                                                    \
        .kind = LAYER_POOLING, .pooling = { how_ }                                       \
    }
#define DENSE(units_)                                                                    \
    {                                                                                    \
        .kind = LAYER_DENSE, .dense = { units_ }                                         \
    }
#define FLATTEN                                                                          \
    {                                                                                    \
        .kind = LAYER_FLATTEN                                                            \
    }

/* Between embedding and output. */
enum { MOST = 8 };

static const struct layer_config chains[][MOST] = {
    {SEQUENCE(CELL_LSTM, 5, false), DROPOUT(RNG_DROPOUT_RNN), SEQUENCE(CELL_GRU, 4, true),
     LAST(CELL_LSTM, 3, true), DENSE(6), DENSE(9), DENSE(4)},
    {SEQUENCE(CELL_GRU, 5, true), SEQUENCE(CELL_LSTM, 4, false), POOLING(POOLING_MAX)},
    {SEQUENCE(CELL_LSTM, 5, true), DROPOUT(RNG_DROPOUT_RNN), FLATTEN, DENSE(6)},
    {LAST(CELL_GRU, 5, false), FLATTEN, DROPOUT(RNG_DROPOUT_RNN), DENSE(6)},
    {POOLING(POOLING_MEAN), DENSE(6)},
    {DROPOUT(RNG_DROPOUT_EMBEDDING), POOLING(POOLING_MEAN)},
    /* These look at all positions: no mask without a recurrent layer. */
    {DROPOUT(RNG_DROPOUT_EMBEDDING), POOLING(POOLING_MAX), DENSE(6)},
    {FLATTEN, DROPOUT(RNG_DROPOUT_RNN), DENSE(6)},
};
enum { MASKABLE = COUNT_OF(chains) - 2 };

static struct chain_config chain_of(size_t n, bool mask, bool pad_pre)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .mask = mask,
                                 .pad_pre = pad_pre,
                                 .lookup_bytes = n % 2 ? CHAIN_LOOKUP_BYTES : 0};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    for (int i = 0; i < MOST && chains[n][i].kind != LAYER_EMBEDDING; i++)
        *chain_add(&chain, chains[n][i].kind) = chains[n][i];
    struct layer_config *output = chain_add(&chain, LAYER_OUTPUT);
    output->output.units = 3;
    output->output.loss = LOSS_CATEGORICAL;
    chain_name_layers(&chain);
    return chain;
}

static void test_other_chains(void **state)
{
    (void)state;
    for (int k = 0; k < SETS; k++)
        for (size_t n = 0; n < COUNT_OF(chains) && set_of(k); n++)
            for (int way = 0; way < 4; way++) {
                bool mask = way & 1 && n < MASKABLE;
                struct chain_config chain = chain_of(n, mask, way & 2);
                check(&chain, set_of(k));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_tensors),
        cmocka_unit_test(test_other_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
