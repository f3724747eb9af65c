/* Chains as plain data, and what layers refuse: each kind's words, names, shapes and the
 * places where it cannot stand. What layers compute, unit/model compares. */
#include "layers/layer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../layers.h"
#include "model/model.h"

static struct chain_config begin(void)
{
    struct chain_config chain = {.vocabulary = 9, .length = 5, .pad_pre = true};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    return chain;
}

static void end(struct chain_config *chain)
{
    add_output(chain, 2);
    chain_complete(chain);
}

static void add_lstm(struct chain_config *chain, bool both, bool sequences)
{
    add_recurrent(chain, CELL_LSTM, 4, both, sequences);
}

static void refuses(const struct chain_config *chain, const char *message)
{
    const struct kernels *kernels = NULL;
    struct model *model = NULL;

    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(model_new(chain, kernels, 2, &model), ERR_USAGE);
    assert_null(model);
    if (!strstr(fail_message(), message))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), message);
}

/* No kind has a hole in the table. */
static void test_kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < LAYER_KINDS; kind++) {
        const struct layer_ops *ops = layer_kinds[kind];
        assert_non_null(ops);
        assert_true(ops->size >= sizeof(struct layer));
        assert_true((ops->name || ops->name_of) && ops->outline && ops->shape);
        assert_true((ops->tensors == NULL) == (ops->init == NULL));
        assert_true((ops->pull == NULL) == (ops->push == NULL));
    }
    for (int cell = 0; cell < CELL_KINDS; cell++)
        assert_true(cell_kinds[cell].name && cell_kinds[cell].gates > 0);
}

static void test_names_and_outlines(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct outline outline;
    } expected[] = {
        {"embedding", {5, 3}},       {"lstm", {5, 4}},
        {"dropout", {5, 4}},         {"bidirectional", {5, 8}},
        {"bidirectional_1", {5, 8}}, {"global_max_pooling1d", {0, 8}},
        {"dropout_1", {0, 8}},       {"dense", {0, 6}},
        {"dense_1", {0, 1}},
    };
    struct chain_config chain = begin();

    add_lstm(&chain, false, true);
    chain_add(&chain, LAYER_DROPOUT)->dropout.rate = 0.5;
    add_lstm(&chain, true, true);
    add_lstm(&chain, true, true);
    chain_add(&chain, LAYER_POOLING)->pooling.how = POOLING_MAX;
    chain_add(&chain, LAYER_DROPOUT)->dropout.rate = 0.5;
    chain_add(&chain, LAYER_DENSE)->dense.units = 6;
    end(&chain);

    assert_int_equal(chain.n_layers, COUNT_OF(expected));
    for (int i = 0; i < chain.n_layers; i++) {
        struct outline found = chain_outline(&chain, i);
        assert_string_equal(chain.layer[i].name, expected[i].name);
        assert_int_equal(found.length, expected[i].outline.length);
        assert_int_equal(found.width, expected[i].outline.width);
    }
    assert_true(chain_is_binary(&chain));
    assert_int_equal(chain_classes(&chain), 2);
}

static void test_full(void **state)
{
    (void)state;
    struct chain_config chain = begin();

    while (chain.n_layers < CHAIN_MOST_LAYERS)
        assert_non_null(chain_add(&chain, LAYER_FLATTEN));
    assert_null(chain_add(&chain, LAYER_FLATTEN));
}

static void test_places(void **state)
{
    (void)state;
    struct chain_config chain = begin();
    chain_add(&chain, LAYER_DENSE)->dense.units = 4;
    end(&chain);
    refuses(&chain, "layer dense_1 takes a vector a row, but dense gives one a position");

    chain = begin();
    add_lstm(&chain, false, false);
    chain_add(&chain, LAYER_DROPOUT)->dropout.spatial = true;
    end(&chain);
    refuses(&chain, "layer spatial_dropout1d takes a vector a position, but lstm gives");

    chain = begin();
    add_lstm(&chain, false, false);
    chain_add(&chain, LAYER_BATCH_NORMALIZATION)->normalization.epsilon = 1e-3;
    end(&chain);
    refuses(&chain,
            "layer batch_normalization: a BatchNormalization is not trained here");

    chain = begin();
    chain.mask = true;
    add_lstm(&chain, false, true);
    chain_add(&chain, LAYER_ACTIVATION)->activation.how = ACTIVATION_SIGMOID;
    chain_add(&chain, LAYER_POOLING)->pooling.how = POOLING_MAX;
    end(&chain);
    refuses(&chain, "looks at all positions, also those of pads that the mask skips");

    chain = begin();
    add_lstm(&chain, false, false);
    add_lstm(&chain, false, false);
    end(&chain);
    refuses(&chain, "layer lstm_1 takes a vector a position, but lstm gives one a row");

    chain = begin();
    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 2;
    end(&chain);
    refuses(&chain, "layer embedding_1: an Embedding takes ids");

    chain = begin();
    chain_complete(&chain);
    refuses(&chain, "a model begins with an Embedding and ends in its output");
}

/* Poolings side by side: each once, the last output of a recurrent layer only. */
static void test_side_by_side(void **state)
{
    (void)state;
    struct chain_config chain = begin();
    add_lstm(&chain, true, true);
    struct layer_config *layer = chain_add(&chain, LAYER_POOLING);
    layer->pooling.how = POOLING_MEAN;
    layer->pooling.n_more = 3;
    layer->pooling.more[0] = POOLING_LAST;
    layer->pooling.more[1] = POOLING_FLATTEN;
    layer->pooling.more[2] = POOLING_MAX;
    end(&chain);
    assert_string_equal(layer->name, "concatenate");
    assert_int_equal(chain_outline(&chain, 2).width, 8 * (1 + 1 + 5 + 1));

    layer->pooling.more[2] = POOLING_MEAN;
    refuses(&chain, "layer concatenate has the same pooling twice");
    layer->pooling.n_more = 0;
    layer->pooling.how = POOLING_LAST;
    refuses(&chain, "flatten and last stand beside others only");

    chain = begin();
    layer = chain_add(&chain, LAYER_POOLING);
    layer->pooling.n_more = 1;
    layer->pooling.more[0] = POOLING_LAST;
    end(&chain);
    refuses(&chain, "or of both directions side by side, but stands on embedding");
}

static void test_numbers(void **state)
{
    (void)state;
    struct chain_config chain = begin();
    add_lstm(&chain, false, false);
    end(&chain);

    struct chain_config other = chain;
    other.layer[0].embedding.width = 0;
    refuses(&other, "--embedding");
    other = chain;
    other.layer[1].recurrent.units = 0;
    refuses(&other, "--units must be 1 or more");
    other = chain;
    other.vocabulary = 1;
    refuses(&other, "a model needs 2 ids");
    other = chain;
    other.layer[2].output.units = 3;
    refuses(&other, "layer dense: 3 units do not fit its loss");

    chain = begin();
    chain_add(&chain, LAYER_DROPOUT)->dropout.rate = 1;
    add_lstm(&chain, false, false);
    end(&chain);
    refuses(&chain, "layer dropout: 1 is no rate from 0 to below 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),        cmocka_unit_test(test_names_and_outlines),
        cmocka_unit_test(test_full),         cmocka_unit_test(test_places),
        cmocka_unit_test(test_side_by_side), cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
