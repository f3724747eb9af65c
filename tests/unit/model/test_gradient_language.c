/* Gradients of language models, whose words are told from all others or from some. */
#include "gradient.h"

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { FEW = 4, ALL = VOCABULARY };

static void add_next_word(struct chain_config *chain, int negatives)
{
    struct layer_config *layer = chain_add(chain, LAYER_NEXT_WORD);

    layer->output.units = chain->vocabulary;
    layer->output.loss = LOSS_CATEGORICAL;
    layer->output.negatives = negatives;
}

static struct chain_config begin_chain(bool pad_pre, int width)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .mask = true,
                                 .pad_pre = pad_pre,
                                 .lookup_bytes = CHAIN_LOOKUP_BYTES};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = width;
    return chain;
}

static void check_directions(const struct kernels *kernels)
{
    for (int i = 0; i < 16; i++) {
        struct chain_config chain = begin_chain(i & 1, i & 1 ? 3 : 20);
        enum recurrent_cell cell = i & 2 ? CELL_LSTM : CELL_GRU;

        add_recurrent(&chain, cell, 5, i & 4, true);
        add_next_word(&chain, i & 8 ? FEW : ALL);
        chain_complete(&chain);
        check(&chain, kernels);
    }
}

static void check_stacks(const struct kernels *kernels)
{
    for (int i = 0; i < 2; i++) {
        struct chain_config chain = begin_chain(i, 6);

        add_dropout(&chain, 0.3, RNG_DROPOUT_EMBEDDING);
        add_recurrent(&chain, CELL_LSTM, 5, false, true);
        add_recurrent(&chain, CELL_SIMPLE, 18, false, true);
        add_dropout(&chain, 0.4, RNG_DROPOUT_RNN);
        add_next_word(&chain, FEW);
        chain_complete(&chain);
        check(&chain, kernels);
    }
}

static void test_directions(void **state)
{
    (void)state;
    for_each_kernel_set(check_directions);
}

static void test_stacks(void **state)
{
    (void)state;
    for_each_kernel_set(check_stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_directions),
                                       cmocka_unit_test(test_stacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
