/* Chains of layers written as Keras has them and read back: the same layers, names and
 * weights, whatever stands on what. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../layers.h"
#include "../../recurrent_layers.h"
#include "model/model.h"

static struct chain_config begin(void)
{
    struct chain_config chain = {
        .vocabulary = 10, .length = 4, .mask = true, .lookup_bytes = CHAIN_LOOKUP_BYTES};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    return chain;
}

static void end(struct chain_config *chain, int classes)
{
    add_output(chain, classes);
    chain_complete(chain);
}

/* One of each kind, as options can say it. */
static struct chain_config usual_chain(void)
{
    struct chain_config chain = begin();

    add_dropout(&chain, 0.25, RNG_DROPOUT_EMBEDDING);
    add_recurrent(&chain, CELL_GRU, 5, true, true)->recurrent.reset_after = true;
    add_recurrent(&chain, CELL_GRU, 2, true, true)->recurrent.reset_after = true;
    chain_add(&chain, LAYER_POOLING)->pooling.how = POOLING_MEAN;
    add_dropout(&chain, 0.5, RNG_DROPOUT_RNN);
    chain_add(&chain, LAYER_DENSE)->dense.units = 6;
    add_dropout(&chain, 0.125, RNG_DROPOUT_DENSE);
    end(&chain, 3);
    return chain;
}

/* What options cannot say. */
static struct chain_config mixed_chain(void)
{
    struct chain_config chain = begin();

    chain.mask = false;
    add_recurrent(&chain, CELL_LSTM, 5, false, true);
    add_dropout(&chain, 0.25, RNG_DROPOUT_RNN);
    add_recurrent(&chain, CELL_GRU, 2, true, true)->recurrent.hard_sigmoid = true;
    add_recurrent(&chain, CELL_LSTM, 4, true, true);
    chain_add(&chain, LAYER_FLATTEN);
    chain_add(&chain, LAYER_DENSE)->dense.units = 6;
    chain_add(&chain, LAYER_DENSE)->dense.units = 5;
    end(&chain, 2);
    return chain;
}

static struct chain_config pooled_chain(void)
{
    struct chain_config chain = begin();

    chain_add(&chain, LAYER_POOLING)->pooling.how = POOLING_MAX;
    end(&chain, 2);
    return chain;
}

/* Poolings side by side, which only a functional model has. */
static struct chain_config joined_chain(void)
{
    struct chain_config chain = begin();

    add_recurrent(&chain, CELL_LSTM, 5, true, true);
    struct layer_config *layer = chain_add(&chain, LAYER_POOLING);
    layer->pooling.how = POOLING_MEAN;
    layer->pooling.n_more = 3;
    layer->pooling.more[0] = POOLING_LAST;
    layer->pooling.more[1] = POOLING_FLATTEN;
    layer->pooling.more[2] = POOLING_MAX;
    add_dropout(&chain, 0.5, RNG_DROPOUT_RNN);
    end(&chain, 2);
    return chain;
}

/* Windows of each kind in front of a recurrent layer. */
static struct chain_config windows_chain(void)
{
    struct chain_config chain = begin();
    struct layer_config *layer = chain_add(&chain, LAYER_CONV);

    layer->conv.filters = 5;
    layer->conv.kernel_size = 3;
    layer->conv.strides = 1;
    layer->conv.padding = PADDING_CAUSAL;
    layer->conv.activation = ACTIVATION_ELU;
    layer->conv.no_bias = true;
    layer = chain_add(&chain, LAYER_WINDOW);
    layer->window.size = 2;
    layer->window.strides = 1;
    layer->window.padding = PADDING_SAME;
    layer = chain_add(&chain, LAYER_CONV);
    layer->conv.filters = 4;
    layer->conv.kernel_size = 2;
    layer->conv.strides = 2;
    layer->conv.padding = PADDING_SAME;
    layer = chain_add(&chain, LAYER_WINDOW);
    layer->window.mean = true;
    layer->window.size = layer->window.strides = 2;

    add_recurrent(&chain, CELL_GRU, 5, true, false);
    end(&chain, 2);
    return chain;
}

static struct chain_config joined_gru(enum pooling how, enum pooling more)
{
    struct chain_config chain = begin();

    add_recurrent(&chain, CELL_GRU, 5, more == POOLING_LAST, true);
    struct layer_config *layer = chain_add(&chain, LAYER_POOLING);
    layer->pooling.how = how;
    layer->pooling.n_more = 1;
    layer->pooling.more[0] = more;
    end(&chain, 2);
    return chain;
}

/* Additive attention, alone or beside others, and a Dense behind it, whose number counts
 * attention's own. */
static struct chain_config attention_chain(bool mask, int n_more)
{
    struct chain_config chain = begin();

    chain.mask = mask;
    add_recurrent(&chain, CELL_LSTM, 5, true, true);
    struct layer_config *layer = chain_add(&chain, LAYER_POOLING);
    layer->pooling.how = n_more ? POOLING_MAX : POOLING_ATTENTION;
    layer->pooling.n_more = n_more;
    layer->pooling.more[0] = n_more ? POOLING_ATTENTION : POOLING_MAX;
    layer->pooling.units = 7;
    chain_add(&chain, LAYER_DENSE)->dense.units = 6;
    end(&chain, 2);
    return chain;
}

/* Vectors and sequences that a layer treats one by one. */
static struct chain_config normal_chain(void)
{
    struct chain_config chain = begin();

    chain.mask = false;
    add_dropout(&chain, 0.25, RNG_DROPOUT_EMBEDDING);
    chain.layer[1].dropout.spatial = true;
    chain_add(&chain, LAYER_LAYER_NORMALIZATION)->normalization.epsilon = 1e-3;
    add_recurrent(&chain, CELL_LSTM, 5, true, true);
    chain_add(&chain, LAYER_ACTIVATION)->activation.how = ACTIVATION_SOFTSIGN;
    chain_add(&chain, LAYER_DENSE)->dense.units = 6;
    chain_add(&chain, LAYER_BATCH_NORMALIZATION)->normalization.epsilon = 0.25;
    chain_add(&chain, LAYER_ACTIVATION)->activation.how = ACTIVATION_LEAKY_RELU;
    chain.layer[chain.n_layers - 1].activation.alpha = 0.125;
    chain_add(&chain, LAYER_FLATTEN);
    chain_add(&chain, LAYER_LAYER_NORMALIZATION)->normalization.no_center = true;
    chain_add(&chain, LAYER_BATCH_NORMALIZATION)->normalization.no_scale = true;
    for (int how = 0; how < ACTIVATION_KINDS; how++) {
        struct layer_config *dense = chain_add(&chain, LAYER_DENSE);
        dense->dense.units = 2 + how;
        dense->dense.activation = (enum activation)how;
        dense->dense.no_bias = how % 2;
    }
    end(&chain, 2);
    return chain;
}

static void expect_same_layer(const struct layer_config *a, const struct layer_config *b)
{
    assert_int_equal(a->kind, b->kind);

    switch (a->kind) {
    case LAYER_EMBEDDING:
        assert_int_equal(a->embedding.width, b->embedding.width);
        break;
    case LAYER_DROPOUT:
        assert_true(a->dropout.rate == b->dropout.rate);
        assert_int_equal(a->dropout.spatial, b->dropout.spatial);
        break;
    case LAYER_RECURRENT:
        assert_int_equal(a->recurrent.cell, b->recurrent.cell);
        assert_int_equal(a->recurrent.units, b->recurrent.units);
        assert_int_equal(a->recurrent.bidirectional, b->recurrent.bidirectional);
        assert_int_equal(a->recurrent.hard_sigmoid, b->recurrent.hard_sigmoid);
        assert_int_equal(a->recurrent.reset_after, b->recurrent.reset_after);
        assert_int_equal(a->recurrent.sequences, b->recurrent.sequences);
        assert_int_equal(a->recurrent.activation, b->recurrent.activation);
        assert_int_equal(a->recurrent.merge, b->recurrent.merge);
        assert_int_equal(a->recurrent.backwards, b->recurrent.backwards);
        assert_true(a->recurrent.dropout == b->recurrent.dropout);
        assert_true(a->recurrent.recurrent_dropout == b->recurrent.recurrent_dropout);
        break;
    case LAYER_CONV:
        assert_int_equal(a->conv.filters, b->conv.filters);
        assert_int_equal(a->conv.kernel_size, b->conv.kernel_size);
        assert_int_equal(a->conv.strides, b->conv.strides);
        assert_int_equal(a->conv.padding, b->conv.padding);
        assert_int_equal(a->conv.activation, b->conv.activation);
        assert_int_equal(a->conv.no_bias, b->conv.no_bias);
        break;
    case LAYER_WINDOW:
        assert_int_equal(a->window.mean, b->window.mean);
        assert_int_equal(a->window.size, b->window.size);
        assert_int_equal(a->window.strides, b->window.strides);
        assert_int_equal(a->window.padding, b->window.padding);
        break;
    case LAYER_POOLING:
        assert_int_equal(layer_poolings(a), layer_poolings(b));
        for (int k = 0; k < layer_poolings(a); k++)
            assert_int_equal(layer_pooling(a, k), layer_pooling(b, k));
        assert_int_equal(a->pooling.units, b->pooling.units);
        break;
    case LAYER_FLATTEN:
        break;
    case LAYER_DENSE:
        assert_int_equal(a->dense.units, b->dense.units);
        assert_int_equal(a->dense.activation, b->dense.activation);
        assert_int_equal(a->dense.no_bias, b->dense.no_bias);
        break;
    case LAYER_ACTIVATION:
        assert_int_equal(a->activation.how, b->activation.how);
        assert_true(activation_alpha(a->activation.how, a->activation.alpha) ==
                    activation_alpha(b->activation.how, b->activation.alpha));
        break;
    case LAYER_LAYER_NORMALIZATION:
    case LAYER_BATCH_NORMALIZATION:
        assert_true(a->normalization.epsilon == b->normalization.epsilon);
        assert_int_equal(a->normalization.no_center, b->normalization.no_center);
        assert_int_equal(a->normalization.no_scale, b->normalization.no_scale);
        break;
    case LAYER_NGRAMS:
        fail_msg("Keras has no such layer");
        break;
    case LAYER_OUTPUT:
        assert_int_equal(a->output.units, b->output.units);
        assert_int_equal(a->output.loss, b->output.loss);
        break;
    case LAYER_KINDS:
        fail_msg("a layer of no kind");
    }
}

/* A file of the chain, whose weights are 0, 1, 2 and so on. */
static void make_file(const struct chain_config *chain, struct keras_file *file)
{
    struct params params = {.tensors = NULL};
    float *values;

    model_tensors(chain, &params);
    values = xcalloc(params.size, sizeof *values);
    for (size_t i = 0; i < params.size; i++)
        values[i] = (float)i;
    *file = (struct keras_file){.path = xstrdup("model.h5"),
                                .version = xstrdup("2.3.1"),
                                .config = keras_model_json(chain),
                                .values = values};
    file->weights.n = (size_t)params.n_tensors;
    file->weights.array = xcalloc(file->weights.n, sizeof *file->weights.array);
    for (size_t t = 0; t < file->weights.n; t++) {
        const struct tensor *tensor = &params.tensors[t];
        file->weights.array[t] = (struct keras_array){
            .layer = xstrdup(tensor->layer),
            .name = xstrdup(tensor->name),
            .n_dims = tensor->n_dims,
            .shape = {tensor->shape[0], tensor->size / tensor->shape[0]},
            .size = tensor->size,
            .values = values + tensor->offset};
    }
    params_release(&params);
}

/* Any chain, up to where options are asked. */
static void read_parts(const struct chain_config *chain)
{
    struct keras_file file;
    struct keras_model model = {.config.length = 0};
    struct keras_reading reading = {
        .file = &file, .hints = &keras_no_hints, .model = &model, .major = 2, .minor = 3};

    make_file(chain, &file);
    reading.root = json_loads(file.config, 0, NULL);
    if (keras_list_layers(&reading) || keras_read_layers(&reading) ||
        keras_find_arrays(&reading))
        fail_msg("%s", fail_message());

    assert_int_equal(reading.n_parts, chain->n_layers);
    for (int i = 0; i < chain->n_layers; i++)
        expect_same_layer(&reading.parts[i].config, &chain->layer[i]);
    assert_int_equal(model.config.vocabulary, chain->vocabulary);
    assert_int_equal(model.config.length, chain->length);
    assert_int_equal(model.config.mask, chain->mask);

    keras_reading_release(&reading);
    free(model.notes);
    free(model.training_notes);
    keras_file_release(&file);
}

static void test_any_chain(void **state)
{
    (void)state;
    const struct chain_config chains[] = {
        usual_chain(),
        mixed_chain(),
        pooled_chain(),
        joined_chain(),
        windows_chain(),
        joined_gru(POOLING_MAX, POOLING_LAST),
        joined_gru(POOLING_LAST, POOLING_MEAN),
        normal_chain(),
        attention_chain(false, 0),
        attention_chain(false, 1),
    };

    for (size_t i = 0; i < COUNT_OF(chains); i++)
        read_parts(&chains[i]);
}

/* Stacks of any recurrent layers. */
static struct chain_config draw_stack(int number)
{
    struct rng rng = {.seed = 3, .purpose = RNG_TEST, .row = (uint32_t)number};
    struct chain_config chain = begin();
    int n = 1 + draw(&rng, 3);

    chain.mask = draw(&rng, 2);
    for (int i = 0; i < n; i++) {
        draw_recurrent(&rng, &chain, i + 1 < n);
        struct layer_config *layer = &chain.layer[chain.n_layers - 1];
        layer->recurrent.dropout = draw(&rng, 2) ? 0.25 : 0;
        layer->recurrent.recurrent_dropout = draw(&rng, 2) ? 0.5 : 0;
    }
    end(&chain, 3);
    return chain;
}

static void test_drawn_stacks(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        const struct chain_config chain = draw_stack(i);
        read_parts(&chain);
    }
}

static void test_whole_model(void **state)
{
    (void)state;
    const struct chain_config chain = usual_chain();
    struct keras_file file;
    struct keras_model model;

    make_file(&chain, &file);
    assert_int_equal(keras_model_from(&file, &keras_no_hints, &model), OK);
    assert_int_equal(model.config.n_layers, chain.n_layers);
    for (int i = 0; i < chain.n_layers; i++) {
        expect_same_layer(&model.config.layer[i], &chain.layer[i]);
        assert_string_equal(model.config.layer[i].name, chain.layer[i].name);
    }
    for (size_t i = 0; i < model.params.size; i++)
        assert_true(model.weights[i] == (float)i);
    assert_string_equal(
        model.record,
        "{\"dense\":6,\"dense_dropout\":0.125,\"embedding\":3,"
        "\"embedding_dropout\":0.25,\"head\":\"mean\",\"layers\":2,\"mask\":true,"
        "\"model\":\"bigru\",\"recipe\":\"none\",\"recurrent_activation\":\"sigmoid\","
        "\"reset_after\":true,\"rnn_dropout\":0.5,\"units\":\"5,2\"}");
    assert_string_equal(model.notes, "");

    keras_model_release(&model);
    keras_file_release(&file);
}

/* Chains that no flags can say come in as they are, with the stack that says them. */
static void test_stacks(void **state)
{
    (void)state;
    const struct chain_config chains[] = {mixed_chain(), pooled_chain(),
                                          attention_chain(false, 0)};

    for (size_t i = 0; i < COUNT_OF(chains); i++) {
        struct keras_file file;
        struct keras_model model;
        char *text = stack_write(&chains[i]);

        make_file(&chains[i], &file);
        if (keras_model_from(&file, &keras_no_hints, &model))
            fail_msg("%s", fail_message());
        assert_non_null(strstr(model.record, text));
        char *again = stack_write(&model.config);
        assert_string_equal(again, text);
        for (int k = 0; k < chains[i].n_layers; k++)
            if (chains[i].layer[k].kind == LAYER_DROPOUT)
                assert_int_equal(model.config.layer[k].dropout.purpose,
                                 chains[i].layer[k].dropout.purpose);

        free(text);
        free(again);
        keras_model_release(&model);
        keras_file_release(&file);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const expected[] = {"embedding",
                                           "dropout",
                                           "bidirectional",
                                           "bidirectional_1",
                                           "global_average_pooling1d",
                                           "dropout_1",
                                           "dense",
                                           "dropout_2",
                                           "dense_1"};
    const struct chain_config chain = usual_chain();
    char **names = NULL;
    size_t n = keras_layer_names(&chain, &names);

    assert_int_equal(n, COUNT_OF(expected));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(names[i], expected[i]);
        free(names[i]);
    }
    free(names);
}

static void test_places(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "/layers/embedding/vars/0",
        "/layers/lstm/cell/vars/0",
        "/layers/lstm/cell/vars/1",
        "/layers/lstm/cell/vars/2",
        "/layers/bidirectional/forward_layer/cell/vars/0",
        "/layers/bidirectional/forward_layer/cell/vars/1",
        "/layers/bidirectional/forward_layer/cell/vars/2",
        "/layers/bidirectional/backward_layer/cell/vars/0",
        "/layers/bidirectional/backward_layer/cell/vars/1",
        "/layers/bidirectional/backward_layer/cell/vars/2",
        "/layers/bidirectional_1/forward_layer/cell/vars/0",
        "/layers/bidirectional_1/forward_layer/cell/vars/1",
        "/layers/bidirectional_1/forward_layer/cell/vars/2",
        "/layers/bidirectional_1/backward_layer/cell/vars/0",
        "/layers/bidirectional_1/backward_layer/cell/vars/1",
        "/layers/bidirectional_1/backward_layer/cell/vars/2",
        "/layers/dense/vars/0",
        "/layers/dense/vars/1",
        "/layers/dense_1/vars/0",
        "/layers/dense_1/vars/1",
        "/layers/dense_2/vars/0",
        "/layers/dense_2/vars/1"};
    const struct chain_config chain = mixed_chain();
    struct params params = {.tensors = NULL};

    model_tensors(&chain, &params);
    assert_int_equal(params.n_tensors, COUNT_OF(expected));
    for (int t = 0; t < params.n_tensors; t++) {
        char *path = keras_weight_path(&chain, &params, t);
        assert_string_equal(path, expected[t]);
        free(path);
    }
    params_release(&params);
}

/* Weights alone and hints give the same model. */
static void test_hints(void **state)
{
    (void)state;
    const struct chain_config chain = usual_chain();
    struct keras_hints hints = keras_hints_of(&chain);
    struct keras_file file;
    struct keras_model model;

    assert_int_equal(hints.head, (int)POOLING_MEAN);
    assert_int_equal(hints.gates, MODEL_SIGMOID);
    assert_true(hints.mask);
    make_file(&chain, &file);
    free(file.config);
    file.config = NULL;
    assert_int_equal(keras_model_from(&file, &hints, &model), OK);

    int n = 0; /* without the dropouts */
    for (int i = 0; i < chain.n_layers; i++)
        if (chain.layer[i].kind != LAYER_DROPOUT)
            expect_same_layer(&model.config.layer[n++], &chain.layer[i]);
    assert_int_equal(model.config.n_layers, n);

    keras_model_release(&model);
    keras_file_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_chain),   cmocka_unit_test(test_drawn_stacks),
        cmocka_unit_test(test_whole_model), cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_places),
        cmocka_unit_test(test_hints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
