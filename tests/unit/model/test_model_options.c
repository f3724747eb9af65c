/* Options of a model -> a chain of layers -> the same options; chains that no options
 * make are refused. */
#include "model/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct facts data = {
    .num_words = 50, .maxlen = 12, .n_labels = 3, .pad_pre = true};

/* From a JSON object. */
static struct model_options options_from(const char *json)
{
    struct model_options options = {0};
    options_init(&model_options_table, &options);
    if (options_from_json(&model_options_table, &options, json, "test"))
        fail_msg("%s", fail_message());
    return options;
}

static struct chain_config chain_from(const char *json)
{
    struct model_options options = options_from(json);
    struct chain_config chain;
    assert_int_equal(model_options_chain(&options, &data, &chain), OK);
    return chain;
}

/* Names of all layers, joined. */
static char *describe(const struct chain_config *chain)
{
    char *text = xstrdup("");
    for (int i = 0; i < chain->n_layers; i++) {
        char *longer = xasprintf("%s%s%s", text, i ? " " : "", chain->layer[i].name);
        free(text);
        text = longer;
    }
    return text;
}

static void expect_layers(const char *json, const char *expected)
{
    struct chain_config chain = chain_from(json);
    char *text = describe(&chain);
    assert_string_equal(text, expected);
    free(text);
}

static void test_chains(void **state)
{
    (void)state;
    expect_layers("{}", "embedding dropout lstm dense dropout_1 dense_1");
    expect_layers("{\"dense\": 0, \"embedding_dropout\": 0}", "embedding lstm dense");
    expect_layers("{\"model\": \"bigru\", \"layers\": 2, \"head\": \"mean\", "
                  "\"rnn_dropout\": 0.5, \"dense\": 0}",
                  "embedding dropout bidirectional bidirectional_1 "
                  "global_average_pooling1d dropout_1 dense");
    expect_layers("{\"units\": \"4,5,6\", \"head\": \"flatten\", \"dense\": 0}",
                  "embedding dropout lstm lstm_1 lstm_2 flatten dense");
}

static void test_what_the_chain_says(void **state)
{
    (void)state;
    struct chain_config chain =
        chain_from("{\"model\": \"bigru\", \"units\": \"4,7\", \"head\": \"last\", "
                   "\"reset_after\": true, \"recurrent_activation\": \"hard_sigmoid\", "
                   "\"mask\": true, \"embedding\": 9, \"dense\": 5}");
    const struct layer_config *first = &chain.layer[2], *second = &chain.layer[3];
    const struct layer_config *output = &chain.layer[chain.n_layers - 1];

    assert_int_equal(chain.vocabulary, 50);
    assert_int_equal(chain.length, 12);
    assert_true(chain.mask);
    assert_true(chain.pad_pre);
    assert_int_equal(chain.layer[0].embedding.width, 9);
    assert_true(chain.layer[1].dropout.rate == 0.2);
    assert_int_equal(chain.layer[1].dropout.purpose, RNG_DROPOUT_EMBEDDING);
    assert_int_equal(first->recurrent.cell, CELL_GRU);
    assert_true(first->recurrent.bidirectional && first->recurrent.hard_sigmoid);
    assert_true(first->recurrent.reset_after && first->recurrent.sequences);
    assert_int_equal(first->recurrent.units, 4);
    assert_int_equal(second->recurrent.units, 7);
    assert_false(second->recurrent.sequences);
    assert_int_equal(chain.layer[5].dropout.purpose, RNG_DROPOUT_DENSE);
    assert_int_equal(output->output.units, 3);
    assert_int_equal(output->output.loss, LOSS_CATEGORICAL);
}

/* Two classes need one unit. */
static void test_binary(void **state)
{
    (void)state;
    struct facts two = data;
    struct model_options options = options_from("{}");
    struct chain_config chain;
    two.n_labels = 2;
    assert_int_equal(model_options_chain(&options, &two, &chain), OK);
    assert_true(chain_is_binary(&chain));
    assert_int_equal(chain_outputs(&chain), 1);
}

/* All models that options can say, there and back again. */
static void check_round_trip(enum model_kind kind, enum model_head head, int variant)
{
    struct model_options options = options_from("{}"), again;
    struct chain_config chain, same;
    options.kind = kind;
    options.head = head;
    options.units = (struct option_ints){1, {6}};
    if (variant % 3)
        options.units = (struct option_ints){3, {4, 5, 6}};
    options.mask = variant % 2;
    options.dense = variant % 5 ? 8 : 0;
    options.dense_dropout = options.dense ? 0.3 : 0;
    options.rnn_dropout = variant % 7 ? 0 : 0.4;
    options.gates = variant % 4 ? MODEL_SIGMOID : MODEL_HARD_SIGMOID;
    options.reset_after = kind >= MODEL_GRU && variant % 2;
    if (variant % 3)
        options.layers = options.units.n;

    assert_int_equal(model_options_chain(&options, &data, &chain), OK);
    assert_int_equal(model_options_of(&chain, &again), OK);
    char *before = options_to_json(&model_options_table, &options);
    char *after = options_to_json(&model_options_table, &again);
    assert_string_equal(before, after);
    assert_int_equal(model_options_chain(&again, &data, &same), OK);
    assert_memory_equal(&chain, &same, sizeof chain);

    free(before);
    free(after);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int kind = 0; kind < MODEL_LINEAR; kind++)
        for (int head = 0; head < MODEL_HEADS; head++)
            for (int variant = 0; variant < 30; variant++)
                check_round_trip((enum model_kind)kind, (enum model_head)head, variant);
}

static void expect_stack(const struct chain_config *chain, const char *text)
{
    struct model_options options;
    struct chain_config again;

    if (model_options_of(chain, &options))
        fail_msg("%s: %s", text, fail_message());
    assert_string_equal(options.stack, text);
    assert_int_equal(model_options_chain(&options, &data, &again), OK);
    assert_memory_equal(chain, &again, sizeof again);
}

/* Chains that no flags say. */
static void test_stacks(void **state)
{
    (void)state;
    const struct chain_config flags = chain_from("{\"units\": \"4,5\", \"mask\": true}");
    struct chain_config chain = flags;
    chain.layer[3].recurrent.cell = CELL_GRU;
    chain_complete(&chain);
    expect_stack(&chain, "embedding:32:mask, dropout:0.2, lstm:4, gru:5, dense:256:relu, "
                         "dropout:0.2");

    chain = flags; /* no recurrent layer */
    chain.n_layers = 0;
    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    chain_add(&chain, LAYER_POOLING)->pooling.how = POOLING_MAX;
    *chain_add(&chain, LAYER_OUTPUT) = flags.layer[flags.n_layers - 1];
    memset(&chain.layer[3], 0, sizeof chain.layer - 3 * sizeof *chain.layer);
    chain_complete(&chain);
    expect_stack(&chain, "embedding:3:mask, max");

    chain = flags; /* two Dense */
    chain.layer[chain.n_layers - 1] =
        (struct layer_config){.kind = LAYER_DENSE, .dense.units = 4};
    *chain_add(&chain, LAYER_OUTPUT) = flags.layer[flags.n_layers - 1];
    chain_complete(&chain);
    expect_stack(&chain, "embedding:32:mask, dropout:0.2, lstm:4, lstm:5, "
                         "dense:256:relu, dropout:0.2, dense:4:relu");
}

/* A stack that flags can say is those flags; any other one way to write it. */
static void test_settled(void **state)
{
    (void)state;
    struct model_options options = options_from(
        "{\"stack\": \" embedding:8 ,dropout:0.50,bilstm:4, lstm:3:hard_sigmoid\"}");
    assert_int_equal(model_options_settle(&options), OK);
    assert_string_equal(options.stack,
                        "embedding:8, dropout:0.5, bilstm:4, lstm:3:hard_sigmoid");

    options = options_from("{\"stack\": \"embedding:8, gru:4, max\"}");
    assert_int_equal(model_options_settle(&options), OK);
    assert_string_equal(options.stack, "");
    assert_int_equal(options.kind, MODEL_GRU);
    assert_int_equal(options.head, POOLING_MAX);
    assert_int_equal(options.dense, 0);
}

static void expect_wrong(const char *stack, const char *message)
{
    struct model_options options;

    options_init(&model_options_table, &options);
    strcpy(options.stack, stack);
    assert_int_equal(model_options_settle(&options), ERR_USAGE);
    assert_string_equal(fail_message(), message);
}

static void test_wrong_stacks(void **state)
{
    (void)state;
    expect_wrong("lstm:4", "--stack: layer 1, \"lstm:4\": a stack begins with its "
                           "embedding, as embedding:64, and has no other");
    expect_wrong("embedding:8, lstm:4, , dense:3",
                 "--stack: layer 3, \"\": a layer is missing between two commas");
    expect_wrong("embedding:8, lstm:0", "--stack: layer 2, \"lstm:0\": its units must be "
                                        "a whole number from 1 to 8192");
    expect_wrong(
        "embedding:8, dropout:0.1:all",
        "--stack: layer 2, \"dropout:0.1:all\": all is not known there; expected "
        "its rate");
    expect_wrong("embedding:8, dropout", "--stack: layer 2, \"dropout\": expected its "
                                         "rate: dropout:0.5 or another number to 0.99");
    expect_wrong("embedding:8, dropout:high",
                 "--stack: layer 2, \"dropout:high\": expected its rate, a number to "
                 "0.99, found high");
}

static void check_says(const char *json, const char *message)
{
    struct model_options options = options_from(json);
    assert_int_equal(model_options_check(&options), message ? ERR_USAGE : OK);
    if (message)
        assert_string_equal(fail_message(), message);
}

static void test_checks(void **state)
{
    (void)state;
    check_says("{\"reset_after\": true}", "--reset-after is for --model gru or bigru");
    check_says("{\"reset_after\": true, \"model\": \"bigru\"}", NULL);
    check_says("{\"units\": \"1,2\", \"layers\": 3}",
               "--units has 2 numbers, --layers is 3: they must be the same");
    check_says("{\"units\": \"1,2\", \"layers\": 2}", NULL);
    check_says("{\"units\": \"1,2\"}", NULL);
}

/* Weights of n-grams are the kind alone; data without n-grams have no such model. */
static void test_linear(void **state)
{
    struct model_options options = options_from("{\"model\":\"linear\"}"), again;
    const struct facts with = {.num_words = 9, .maxlen = 3, .n_labels = 4, .n_ngrams = 7};
    struct chain_config chain;

    assert_int_equal(model_options_chain(&options, &with, &chain), OK);
    assert_true(chain_is_linear(&chain));
    assert_int_equal(chain.n_layers, 2);
    assert_int_equal(chain_outputs(&chain), 4);
    assert_int_equal(model_options_of(&chain, &again), OK);
    char *before = options_to_json(&model_options_table, &options);
    char *after = options_to_json(&model_options_table, &again);
    assert_string_equal(before, after);
    free(before);
    free(after);

    assert_int_equal(model_options_chain(&options, &data, &chain), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "rnnprep --ngrams"));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),  cmocka_unit_test(test_what_the_chain_says),
        cmocka_unit_test(test_binary),  cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_linear),  cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_settled), cmocka_unit_test(test_wrong_stacks),
        cmocka_unit_test(test_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
