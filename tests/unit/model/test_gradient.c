/* The gradient of every tensor against central differences, in double, over cells, heads,
 * masks, stacks and classes; and of chains that are none of these. */
#include "../../classifier.h"
#include "../../kernel_sets.h"
#include "../../recurrent_layers.h"
#include "gradient.h"

/* The flags of add_recurrent. */
enum { ONE_WAY, BOTH_WAYS };
enum { LAST_STEP, SEQUENCES };

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

static int every = 1; /* one of so many variants is checked */

static void check_classifiers(const struct kernels *kernels)
{
    for (int variant = 0; variant < 192; variant += every) {
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

static struct layer_config *add_attention(struct chain_config *chain, int units)
{
    struct layer_config *layer = chain_add(chain, LAYER_POOLING);

    layer->pooling.how = POOLING_ATTENTION;
    layer->pooling.units = units;
    return layer;
}

static void add_dropout_and_attention(struct chain_config *chain)
{
    add_dropout(chain, 0.3, RNG_DROPOUT_EMBEDDING);
    add_attention(chain, 5);
    add_dropout(chain, 0.3, RNG_DROPOUT_RNN); /* changes what it gave */
    add_dense(chain, 6);
}

static void add_stack_and_attention(struct chain_config *chain)
{
    add_recurrent(chain, CELL_GRU, 4, BOTH_WAYS, SEQUENCES);
    add_dense(chain, 5);
    add_attention(chain, 9);
}

/* Beside one that looks at pads, which it leaves out by itself. */
static void add_attention_and_two(struct chain_config *chain)
{
    struct layer_config *layer = add_attention(chain, 4);

    layer->pooling.n_more = 2;
    layer->pooling.more[0] = POOLING_MAX;
    layer->pooling.more[1] = POOLING_MEAN;
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
    {add_dropout_and_attention, 0},
    {add_stack_and_attention, CHAIN_LOOKUP_BYTES},
    {add_attention_and_two, 0},
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

/* Without an argument all variants, else one of so many. */
int main(int argc, char **argv)
{
    every = argc > 1 ? atoi(argv[1]) : 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_all_tensors),
        cmocka_unit_test(test_other_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
