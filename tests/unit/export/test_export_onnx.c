/* ONNX files: every model that can be configured becomes one, and the reader that checks
 * it before it takes its name misses nothing. That ONNX's own programs think the same of
 * the files is tested by slow/onnx.sh. */
#include "export/onnx/private.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/export.h"
#include "files/file.h"
#include "../../classifier.h"
#include "chains.h"

enum { VOCABULARY = 7, LENGTH = 4 };

static char folder[] = "/tmp/rnntrain-onnx-XXXXXX";
static char path[64];

static void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

/* A model without checkpoint, with weights that all differ. */
static void make(const struct classifier *config, struct predictor *predictor)
{
    static char no[] = "no", yes[] = "yes", maybe[] = "\"maybe\"";
    static char *labels[] = {no, yes, maybe};
    const struct kernels *kernels = NULL;
    *predictor = (struct predictor){
        .n = 1, .models = &predictor->model, .all_weights = &predictor->weights};

    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(classifier_new(config, kernels, 1, &predictor->model), OK);
    size_t n = model_params(predictor->model)->size;
    predictor->weights = xaligned(n, sizeof(real));
    for (size_t i = 0; i < n; i++)
        predictor->weights[i] = (real)(i + 1) / 1024;

    predictor->info.facts.num_words = config->vocabulary;
    predictor->info.facts.maxlen = config->maxlen;
    predictor->info.facts.pad_pre = config->pad_pre;
    predictor->info.facts.n_labels = config->classes;
    predictor->info.facts.labels = labels;
}

static void release(struct predictor *predictor)
{
    model_free(predictor->model);
    free(predictor->weights);
}

/* The chain is the caller's. */
static struct onnx parts_of(const struct predictor *predictor, struct chain_config *chain)
{
    *chain = *model_chain(predictor->model);
    return (struct onnx){.chain = chain,
                         .params = model_params(predictor->model),
                         .weights = predictor->weights};
}

static void export_model(struct predictor *predictor, char **bytes, size_t *n)
{
    char *checked = NULL, *weights = xasprintf("all %zu weights are bit for bit those",
                                               model_params(predictor->model)->size);
    assert_int_equal(export_onnx(predictor, path, &checked), OK);
    assert_non_null(strstr(checked, weights));
    assert_int_equal(file_read(path, bytes, n), OK);
    free(weights);
    free(checked);
}

static Onnx__ModelProto *unpack(const char *bytes, size_t n)
{
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, n, (const uint8_t *)bytes);
    assert_non_null(model);
    return model;
}

static const char *property(const Onnx__ModelProto *model, const char *key)
{
    for (size_t i = 0; i < model->n_metadata_props; i++)
        if (!strcmp(model->metadata_props[i]->key, key))
            return model->metadata_props[i]->value;
    return "";
}

static size_t count(const Onnx__GraphProto *graph, const char *kind, size_t n_inputs)
{
    size_t n = 0;
    for (size_t i = 0; i < graph->n_node; i++)
        n +=
            !strcmp(graph->node[i]->op_type, kind) && graph->node[i]->n_input == n_inputs;
    return n;
}

static void check_model(const struct classifier *config, const Onnx__ModelProto *model)
{
    const Onnx__GraphProto *graph = model->graph;
    const char *cell = config->cell == CELL_LSTM ? "LSTM" : "GRU";
    bool binary = config->classes == 2;

    assert_string_equal(property(model, "labels"),
                        binary ? "[\"no\",\"yes\"]"
                               : "[\"no\",\"yes\",\"\\\"maybe\\\"\"]");
    assert_string_equal(property(model, "maxlen"), "4");
    assert_string_equal(property(model, "padding"), config->pad_pre ? "pre" : "post");
    assert_int_equal(count(graph, cell, config->mask ? 5 : 4), config->layers);
    assert_int_equal(count(graph, binary ? "Sigmoid" : "Softmax", 1), 1);
    assert_int_equal(count(graph, "Relu", 1), config->dense > 0);
    assert_int_equal(graph->n_output, 1);
    assert_string_equal(graph->input[0]->name, "ids");
    assert_string_equal(graph->output[0]->name, "probabilities");
}

static struct classifier config_of(int variant)
{
    return (struct classifier){.cell = variant % 3 == 0 ? CELL_LSTM : CELL_GRU,
                               .reset_after = variant % 3 == 2,
                               .bidirectional = variant / 3 % 2,
                               .layers = 1 + variant / 6 % 2,
                               .head = (enum head)(variant / 12 % 4),
                               .mask = variant / 48 % 2,
                               .pad_pre = variant / 96 % 2,
                               .hard_sigmoid = variant / 4 % 2,
                               .classes = variant / 5 % 2 ? 3 : 2,
                               .dense = variant / 7 % 2 ? 0 : 5,
                               .vocabulary = VOCABULARY,
                               .maxlen = LENGTH,
                               .embedding = 1 + variant % 4,
                               .units = {1 + variant % 5, 1 + variant / 5 % 3}};
}

static void test_all_models(void **state)
{
    (void)state;
    for (int variant = 0; variant < 192; variant++) {
        struct classifier config = config_of(variant);
        struct predictor predictor;
        char *bytes = NULL;
        size_t n = 0;

        make(&config, &predictor);
        export_model(&predictor, &bytes, &n);
        Onnx__ModelProto *model = unpack(bytes, n);
        check_model(&config, model);
        onnx__model_proto__free_unpacked(model, NULL);
        free(bytes);
        release(&predictor);
    }
}

static int check(struct onnx *onnx, const char *name, const char *bytes, size_t n)
{
    const struct onnx_export export = {.members = onnx, .n = 1};
    return onnx_check(&export, name, bytes, n);
}

/* Each weight in turn is another one than in the file. */
static void test_every_weight_is_compared(void **state)
{
    (void)state;
    for (int variant = 0; variant < 12; variant++) {
        struct classifier config = config_of(variant);
        struct predictor predictor;
        char *bytes = NULL;
        size_t n = 0;
        make(&config, &predictor);
        export_model(&predictor, &bytes, &n);
        struct chain_config chain;
        struct onnx onnx = parts_of(&predictor, &chain);

        assert_int_equal(check(&onnx, path, bytes, n), OK);
        for (size_t i = 0; i < onnx.params->size; i++) {
            real weight = predictor.weights[i];
            predictor.weights[i] = nextafterf(weight, INFINITY);
            assert_int_equal(check(&onnx, path, bytes, n), ERR_INTERNAL);
            expect_message(params_find(onnx.params, i)->layer);
            expect_message("has other weights");
            predictor.weights[i] = weight;
        }
        free(bytes);
        release(&predictor);
    }
}

/* What the reader says to the model as it is now. */
static void expect_refusal(struct onnx *onnx, const Onnx__ModelProto *model,
                           const char *expected)
{
    size_t n = onnx__model_proto__get_packed_size(model);
    char *bytes = xcalloc(n, 1);
    onnx__model_proto__pack(model, (uint8_t *)bytes);
    assert_int_equal(check(onnx, path, bytes, n), ERR_INTERNAL);
    expect_message(expected);
    free(bytes);
}

static void rename_value(char **name, const char *to)
{
    free(*name);
    *name = xstrdup(to);
}

static Onnx__TensorProto *initializer(const Onnx__ModelProto *model, const char *name)
{
    for (size_t i = 0; i < model->graph->n_initializer; i++)
        if (!strcmp(model->graph->initializer[i]->name, name))
            return model->graph->initializer[i];
    fail_msg("no initializer %s", name);
    return NULL;
}

static void test_damaged_models(void **state)
{
    (void)state;
    struct classifier config = config_of(0);
    struct predictor predictor;
    char *bytes = NULL;
    size_t n = 0;
    make(&config, &predictor);
    export_model(&predictor, &bytes, &n);
    struct chain_config chain;
    struct onnx onnx = parts_of(&predictor, &chain);
    assert_int_equal(check(&onnx, path, bytes, n - 1), ERR_INTERNAL);
    expect_message("the graph is missing");

    Onnx__ModelProto *model = unpack(bytes, n);
    Onnx__TensorProto *bias = initializer(model, "lstm/B");
    bias->raw_data.data[bias->raw_data.len - 1] = 1; /* a recurrent bias, which is zero */
    expect_refusal(&onnx, model, "lstm has other weights");
    onnx__model_proto__free_unpacked(model, NULL);

    model = unpack(bytes, n);
    rename_value(&initializer(model, "lstm/R")->name, "lstm/S");
    expect_refusal(&onnx, model, "lstm has other weights");
    onnx__model_proto__free_unpacked(model, NULL);

    model = unpack(bytes, n);
    rename_value(&model->graph->input[0]->name, "words");
    expect_refusal(&onnx, model, "ids is not known to its node");
    rename_value(&model->graph->input[0]->name, "ids");
    rename_value(&model->graph->node[0]->output[0], "ids");
    expect_refusal(&onnx, model, "ids is there twice");
    onnx__model_proto__free_unpacked(model, NULL);

    model = unpack(bytes, n);
    rename_value(&model->graph->output[0]->name, "classes");
    expect_refusal(&onnx, model, "classes is missing");
    onnx__model_proto__free_unpacked(model, NULL);

    free(bytes);
    release(&predictor);
}

/* Protocol buffers end at 2 GiB. The weights are not looked at. */
static void test_too_large(void **state)
{
    (void)state;
    struct classifier config = config_of(0);
    config.vocabulary = 1 << 29;
    config.embedding = 1;
    struct predictor predictor = {
        .n = 1, .models = &predictor.model, .all_weights = &predictor.weights};
    const struct kernels *kernels = NULL;
    char *checked = NULL;

    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(classifier_new(&config, kernels, 1, &predictor.model), OK);
    unlink(path);
    assert_int_equal(export_onnx(&predictor, path, &checked), ERR_USAGE);
    expect_message("holds at most 2 GiB, this model takes 2.0");
    assert_null(checked);
    assert_int_not_equal(access(path, F_OK), 0);
    release(&predictor);
}

static bool is_read(const Onnx__GraphProto *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t j = 0; j < graph->node[i]->n_input; j++)
            if (!strcmp(graph->node[i]->input[j], name))
                return true;
    return !strcmp(graph->output[0]->name, name);
}

static void check_uses(int number, const Onnx__GraphProto *graph)
{
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (!is_read(graph, graph->initializer[i]->name))
            fail_msg("chain %d: nobody reads %s", number, graph->initializer[i]->name);
    for (size_t i = 0; i < graph->n_node; i++) {
        const Onnx__NodeProto *node = graph->node[i];
        if (!is_read(graph, node->output[node->n_output - 1]))
            fail_msg("chain %d: nobody reads %s", number, node->name);
    }
}

static int count_kind(const struct chain_config *chain, enum layer_kind kind)
{
    int n = 0;
    for (int i = 0; i < chain->n_layers; i++)
        n += chain->layer[i].kind == kind;
    return n;
}

/* Recurrent layers that a mask reaches, whose operators take lengths, and others. */
static int count_recurrent(const struct chain_config *chain, bool has_mask)
{
    int n = 0;
    for (int i = 0; i < chain->n_layers; i++)
        n += chain->layer[i].kind == LAYER_RECURRENT &&
             chain_has_mask(chain, i) == has_mask;
    return n;
}

static int count_attention(const struct chain_config *chain)
{
    int n = 0;
    for (int i = 0; i < chain->n_layers; i++)
        n += layer_attends(&chain->layer[i]);
    return n;
}

static size_t count_cells(const Onnx__GraphProto *graph, size_t n_inputs)
{
    return count(graph, "LSTM", n_inputs) + count(graph, "GRU", n_inputs) +
           count(graph, "RNN", n_inputs);
}

/* Chains of any shape: all layers are there, and nothing that nobody reads. */
static void test_chains(void **state)
{
    (void)state;
    static struct drawn drawn;
    static const struct facts facts;
    static const struct ensemble_config rule;
    for (int number = 0; number < 200; number++) {
        char *bytes = NULL, *checked = NULL;
        size_t n = 0;

        draw_model(number, &drawn);
        struct onnx onnx = {.chain = &drawn.chain,
                            .params = model_params(drawn.model),
                            .weights = drawn.weights};
        const struct onnx_export export = {
            .members = &onnx, .n = 1, .rule = &rule, .facts = &facts};
        if (onnx_write(&export, path, &checked))
            fail_msg("chain %d: %s", number, fail_message());
        assert_int_equal(file_read(path, &bytes, &n), OK);

        Onnx__ModelProto *model = unpack(bytes, n);
        check_uses(number, model->graph);
        assert_int_equal(count_cells(model->graph, 4),
                         count_recurrent(&drawn.chain, false));
        assert_int_equal(count_cells(model->graph, 5),
                         count_recurrent(&drawn.chain, true));
        assert_int_equal(count(model->graph, "Gemm", 3) +
                             count(model->graph, "MatMul", 2),
                         count_kind(&drawn.chain, LAYER_DENSE) + 1 +
                             2 * count_attention(&drawn.chain));

        onnx__model_proto__free_unpacked(model, NULL);
        free(bytes);
        free(checked);
        release_model(&drawn);
    }
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_models),
        cmocka_unit_test(test_every_weight_is_compared),
        cmocka_unit_test(test_damaged_models),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_chains),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
