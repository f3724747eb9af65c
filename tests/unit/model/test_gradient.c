/* The gradient of every tensor against central differences, in double, over cells, heads,
 * masks, stacks and classes; and of chains that are none of these. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../classifier.h"
#include "../../kernel_sets.h"
#include "../../recurrent_layers.h"

enum { ROWS = 5, LENGTH = 7, VOCABULARY = 11 };

/* The flags of add_recurrent. */
enum { ONE_WAY, BOTH_WAYS };
enum { LAST_STEP, SEQUENCES };

/* Padded rows in memory, of 7, 5, 4, 1 and 0 words. */
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

/* The central difference of the loss at weight i. */
static double numeric_gradient(struct model *model, const struct lane *lane,
                               double *weights, size_t i, double *scratch)
{
    const double h = 1e-6; /* small: a relu may turn within it */
    double kept = weights[i];

    weights[i] = kept + h;
    double above = loss_at(model, lane, weights, scratch);
    weights[i] = kept - h;
    double below = loss_at(model, lane, weights, scratch);
    weights[i] = kept;
    return (above - below) / (2 * h);
}

static bool is_frozen(const struct chain_config *chain, const struct tensor *tensor)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (!strcmp(chain->layer[i].name, tensor->layer))
            return chain->layer[i].frozen;
    return false;
}

/* The largest relative error over the elements of one tensor, against the tensor's
 * largest gradient, or `least`. At most 40 elements a tensor are tried, spread
 * evenly. */
static double tensor_error(struct model *model, const struct lane *lane,
                           const struct tensor *tensor, double *weights,
                           const double *gradient, double *scratch, double least)
{
    size_t first = tensor->offset, end = first + tensor->size;
    double largest = least, error = 0;

    for (size_t i = first; i < end; i++)
        largest = fmax(largest, fabs(gradient[i]));
    for (size_t i = first; i < end; i += tensor->size / 40 + 1) {
        double numeric = numeric_gradient(model, lane, weights, i, scratch);
        error = fmax(error, fabs(numeric - gradient[i]) / largest);
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

/* Initial weights times `scale`, and `wave` away from kinks and symmetric places; `least`
 * as above. */
static void check_at(const struct chain_config *chain, const struct kernels *kernels,
                     double scale, double wave, double least)
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
    for (size_t i = 0; i < params->size; i++)
        weights[i] = scale * weights[i] + wave * sin((double)i);

    loss_at(model, &lane, weights, gradient);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (is_frozen(chain, tensor))
            continue;
        double error =
            tensor_error(model, &lane, tensor, weights, gradient, scratch, least);
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

static void check(const struct chain_config *chain, const struct kernels *kernels)
{
    check_at(chain, kernels, 3, 0.01, 1e-8);
}

static struct classifier config_of(int variant)
{
    return (struct classifier){
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
}

static void check_classifiers(const struct kernels *kernels)
{
    for (int variant = 0; variant < 192; variant++) {
        struct classifier config = config_of(variant);
        struct chain_config chain = classifier_chain(&config);
        check(&chain, kernels);
    }
}

static void test_all_tensors(void **state)
{
    (void)state;
    for_each_kernel_set(check_classifiers);
}

static void add_dense(struct chain_config *chain, int units)
{
    chain_add(chain, LAYER_DENSE)->dense.units = units;
}

static void add_pooling(struct chain_config *chain, enum pooling how)
{
    chain_add(chain, LAYER_POOLING)->pooling.how = how;
}

static void add_mixed_stack(struct chain_config *chain)
{
    add_recurrent(chain, CELL_LSTM, 5, ONE_WAY, SEQUENCES);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_recurrent(chain, CELL_GRU, 4, BOTH_WAYS, SEQUENCES);
    add_recurrent(chain, CELL_LSTM, 3, BOTH_WAYS, LAST_STEP);
    add_dense(chain, 6);
    add_dense(chain, 9);
    add_dense(chain, 4);
}

static void add_stack_and_max(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 5, BOTH_WAYS, SEQUENCES);
    add_recurrent(chain, CELL_LSTM, 4, ONE_WAY, SEQUENCES);
    add_pooling(chain, POOLING_MAX);
}

static void add_dropout_and_flatten(struct chain_config *chain)
{
    add_recurrent(chain, CELL_LSTM, 5, BOTH_WAYS, SEQUENCES);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    chain_add(chain, LAYER_FLATTEN);
    add_dense(chain, 6);
}

/* Flatten of what is flat already. */
static void add_flat_twice(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 5, ONE_WAY, LAST_STEP);
    chain_add(chain, LAYER_FLATTEN);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_dense(chain, 6);
}

static void add_mean(struct chain_config *chain)
{
    add_pooling(chain, POOLING_MEAN);
    add_dense(chain, 6);
}

static void add_dropout_and_mean(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    add_pooling(chain, POOLING_MEAN);
}

static void add_dropout_and_max(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    add_pooling(chain, POOLING_MAX);
    add_dense(chain, 6);
}

static void add_flatten(struct chain_config *chain)
{
    chain_add(chain, LAYER_FLATTEN);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_dense(chain, 6);
}

/* Max and others beside it. */
static struct layer_config *add_side_by_side(struct chain_config *chain, int n_more,
                                             const enum pooling *more)
{
    struct layer_config *layer = chain_add(chain, LAYER_POOLING);

    layer->pooling.how = POOLING_MAX;
    layer->pooling.n_more = n_more;
    memcpy(layer->pooling.more, more, (size_t)n_more * sizeof *more);
    return layer;
}

static void add_max_and_mean(struct chain_config *chain)
{
    add_side_by_side(chain, 1, (enum pooling[]){POOLING_MEAN});
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_dense(chain, 6);
}

static void add_dropout_and_two(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    add_side_by_side(chain, 2, (enum pooling[]){POOLING_FLATTEN, POOLING_MEAN});
}

static void add_stack_and_four(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 4, ONE_WAY, SEQUENCES);
    add_recurrent(chain, CELL_LSTM, 3, BOTH_WAYS, SEQUENCES);
    add_side_by_side(chain, 3,
                     (enum pooling[]){POOLING_LAST, POOLING_MEAN, POOLING_FLATTEN});
    add_dense(chain, 6);
}

static void add_lstm_and_three(struct chain_config *chain)
{
    add_recurrent(chain, CELL_LSTM, 5, ONE_WAY, SEQUENCES);
    add_side_by_side(chain, 2, (enum pooling[]){POOLING_MEAN, POOLING_LAST});
}

/* A Dense of each activation, one behind the other, some without bias, and Dropout that
 * changes what they gave. */
static void add_all_activations(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 4, ONE_WAY, LAST_STEP);
    for (int how = 0; how < ACTIVATION_KINDS; how++) {
        add_dense(chain, 3 + how % 3);
        chain->layer[chain->n_layers - 1].dense.activation = (enum activation)how;
        chain->layer[chain->n_layers - 1].dense.no_bias = how % 4 == 1;
        if (how % 3 == 0)
            add_dropout(chain, 0.2, RNG_DROPOUT_DENSE);
    }
}

static void add_activation(struct chain_config *chain, enum activation how, double alpha)
{
    struct layer_config *layer = chain_add(chain, LAYER_ACTIVATION);

    layer->activation.how = how;
    layer->activation.alpha = alpha;
}

static void add_normalization(struct chain_config *chain, bool no_center, bool no_scale)
{
    struct layer_config *layer = chain_add(chain, LAYER_LAYER_NORMALIZATION);

    layer->normalization.epsilon = 1e-3;
    layer->normalization.no_center = no_center;
    layer->normalization.no_scale = no_scale;
}

static void add_spatial_dropout(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    chain->layer[chain->n_layers - 1].dropout.spatial = true;
}

/* Frozen: the gradients of what is below it go through. */
static void add_frozen_normalization(struct chain_config *chain)
{
    struct layer_config *layer = chain_add(chain, LAYER_BATCH_NORMALIZATION);

    layer->normalization.epsilon = 4; /* its weights may be below 0 here */
    layer->frozen = true;
}

/* Activations and normalizations on vectors. */
static void add_other_vectors(struct chain_config *chain)
{
    add_recurrent(chain, CELL_LSTM, 5, BOTH_WAYS, LAST_STEP);
    add_normalization(chain, false, false);
    add_activation(chain, ACTIVATION_LEAKY_RELU, 0.3);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_dense(chain, 6);
    chain->layer[chain->n_layers - 1].dense.activation = ACTIVATION_LINEAR;
    add_normalization(chain, true, false);
    add_frozen_normalization(chain);
    add_activation(chain, ACTIVATION_ELU, 0.5);
    add_normalization(chain, false, true);
}

/* The same on sequences, of embeddings and of recurrent layers, two ways and one. */
static void add_other_sequences(struct chain_config *chain)
{
    add_spatial_dropout(chain);
    add_normalization(chain, false, false);
    add_recurrent(chain, CELL_LSTM, 5, BOTH_WAYS, SEQUENCES);
    add_normalization(chain, false, false);
    add_frozen_normalization(chain);
    add_activation(chain, ACTIVATION_SWISH, 0);
    add_spatial_dropout(chain);
    add_dense(chain, 6);
    chain->layer[chain->n_layers - 1].dense.activation = ACTIVATION_TANH;
    add_recurrent(chain, CELL_GRU, 4, BOTH_WAYS, SEQUENCES);
    add_dense(chain, 3);
    add_pooling(chain, POOLING_MEAN);
}

static void add_dense_on_embedding(struct chain_config *chain)
{
    add_dense(chain, 6);
    add_recurrent(chain, CELL_GRU, 4, ONE_WAY, LAST_STEP);
}

static void add_flatten_of_others(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 4, BOTH_WAYS, SEQUENCES);
    add_dense(chain, 6);
    add_normalization(chain, false, false);
    chain_add(chain, LAYER_FLATTEN);
    add_normalization(chain, false, false);
}

/* Pads too. */
static void add_normal_embeddings(struct chain_config *chain)
{
    add_normalization(chain, false, false);
    add_activation(chain, ACTIVATION_SIGMOID, 0);
    add_pooling(chain, POOLING_MAX);
    add_normalization(chain, false, false);
}

static struct layer_config *add_conv(struct chain_config *chain, int filters, int size,
                                     int strides, enum window_padding padding)
{
    struct layer_config *layer = chain_add(chain, LAYER_CONV);

    layer->conv.filters = filters;
    layer->conv.kernel_size = size;
    layer->conv.strides = strides;
    layer->conv.padding = padding;
    return layer;
}

static void add_window(struct chain_config *chain, bool mean, int size, int strides,
                       enum window_padding padding)
{
    struct layer_config *layer = chain_add(chain, LAYER_WINDOW);

    layer->window.mean = mean;
    layer->window.size = size;
    layer->window.strides = strides;
    layer->window.padding = padding;
}

static void add_conv_and_max(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    add_conv(chain, 9, 3, 1, PADDING_VALID)->conv.activation = ACTIVATION_TANH;
    add_pooling(chain, POOLING_MAX);
    add_dense(chain, 4);
}

static void add_convs_and_lstm(struct chain_config *chain)
{
    add_conv(chain, 5, 2, 1, PADDING_CAUSAL)->conv.activation = ACTIVATION_ELU;
    add_window(chain, false, 2, 2, PADDING_VALID);
    add_conv(chain, 4, 3, 1, PADDING_SAME)->conv.no_bias = true;
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    add_recurrent(chain, CELL_LSTM, 4, BOTH_WAYS, SEQUENCES);
    add_side_by_side(chain, 2, (enum pooling[]){POOLING_MEAN, POOLING_LAST});
}

static void add_lstm_and_convs(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 4, ONE_WAY, SEQUENCES);
    add_conv(chain, 5, 3, 2, PADDING_SAME)->conv.activation = ACTIVATION_SIGMOID;
    add_window(chain, true, 3, 2, PADDING_SAME);
    chain_add(chain, LAYER_FLATTEN);
}

static void add_both_ways_and_conv(struct chain_config *chain)
{
    add_recurrent(chain, CELL_LSTM, 3, BOTH_WAYS, SEQUENCES);
    add_window(chain, false, 3, 1, PADDING_SAME);
    add_conv(chain, 5, 1, 1, PADDING_VALID);
    add_pooling(chain, POOLING_MEAN);
}

/* Layers that treat each position by itself stand behind windows too. */
static void add_others_behind_conv(struct chain_config *chain)
{
    add_normalization(chain, false, false);
    add_conv(chain, 5, 3, 2, PADDING_SAME)->conv.activation = ACTIVATION_LINEAR;
    add_normalization(chain, false, false);
    add_activation(chain, ACTIVATION_RELU, 0);
    add_spatial_dropout(chain);
    add_dense(chain, 4);
    add_recurrent(chain, CELL_SIMPLE, 4, ONE_WAY, LAST_STEP);
}

/* What stands between embedding and output. */
static const struct middle {
    void (*add)(struct chain_config *chain);
    size_t lookup_bytes;
} middles[] = {
    {add_mixed_stack, 0},
    {add_stack_and_max, CHAIN_LOOKUP_BYTES},
    {add_dropout_and_flatten, 0},
    {add_flat_twice, CHAIN_LOOKUP_BYTES},
    {add_mean, 0},
    {add_dropout_and_mean, CHAIN_LOOKUP_BYTES},
    {add_dropout_and_max, 0},
    {add_flatten, CHAIN_LOOKUP_BYTES},
    {add_max_and_mean, 0},
    {add_dropout_and_two, 0},
    {add_stack_and_four, 0},
    {add_lstm_and_three, CHAIN_LOOKUP_BYTES},
    {add_all_activations, CHAIN_LOOKUP_BYTES},
    {add_other_vectors, 0},
    {add_other_sequences, 0},
    {add_dense_on_embedding, CHAIN_LOOKUP_BYTES},
    {add_normal_embeddings, 0},
    {add_flatten_of_others, 0},
    {add_conv_and_max, 0},
    {add_convs_and_lstm, CHAIN_LOOKUP_BYTES},
    {add_lstm_and_convs, CHAIN_LOOKUP_BYTES},
    {add_both_ways_and_conv, 0},
    {add_others_behind_conv, 0},
};

static struct chain_config chain_of(const struct middle *middle, bool mask, bool pad_pre)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .mask = mask && middle->add != add_flatten_of_others,
                                 .pad_pre = pad_pre,
                                 .lookup_bytes = middle->lookup_bytes};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    middle->add(&chain);
    add_output(&chain, 3);
    chain_complete(&chain);
    return chain;
}

static void check_other_chains(const struct kernels *kernels)
{
    for (size_t i = 0; i < COUNT_OF(middles); i++)
        for (int way = 0; way < 4; way++) {
            struct chain_config chain = chain_of(&middles[i], way & 1, way & 2);
            check(&chain, kernels);
        }
}

static void test_other_chains(void **state)
{
    (void)state;
    for_each_kernel_set(check_other_chains);
}

/* Stacks of any cells, with dropout inside of them, under any head. */
static struct chain_config draw_stack(int number)
{
    struct rng rng = {.seed = 8, .purpose = RNG_TEST, .row = (uint32_t)number};
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .mask = draw(&rng, 2),
                                 .pad_pre = draw(&rng, 2),
                                 .lookup_bytes = draw(&rng, 2) ? CHAIN_LOOKUP_BYTES : 0};
    int n = 1 + draw(&rng, 3), head = draw(&rng, 4);

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 1 + draw(&rng, 5);
    for (int i = 0; i < n; i++) {
        draw_recurrent(&rng, &chain, i + 1 < n || head > 0);
        struct layer_config *layer = &chain.layer[chain.n_layers - 1];
        layer->recurrent.dropout = draw(&rng, 2) ? 0.3 : 0;
        layer->recurrent.recurrent_dropout = draw(&rng, 2) ? 0.4 : 0;
    }

    if (head == 3)
        chain_add(&chain, LAYER_FLATTEN);
    else if (head > 0)
        add_pooling(&chain, (enum pooling)(head - 1));
    add_output(&chain, 3);
    chain_complete(&chain);
    return chain;
}

static void check_stacks(const struct kernels *kernels)
{
    for (int i = 0; i < 60; i++) {
        struct chain_config chain = draw_stack(i);
        /* What relu gives has no bound, and products of small numbers are smaller than
         * what a difference of losses can show. */
        check_at(&chain, kernels, 0.5, 0.5, 1e-2);
    }
}

static void test_stacks(void **state)
{
    (void)state;
    for_each_kernel_set(check_stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_all_tensors),
        cmocka_unit_test(test_other_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
