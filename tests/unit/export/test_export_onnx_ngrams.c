/* Linear models of n-grams as ONNX files: the reader that checks a file before it takes
 * its name knows every word, n-gram and weight. That onnxruntime judges as the model does
 * is tested by slow/onnx.sh. */
#include "export/onnx/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../scratch.h"
#include "export/export.h"
#include "files/file.h"
#include "model/model.h"
#include "../../layers.h"

/* a, b, c, "a b", "b a", "a b a" */
enum { FEATURES = 6, CLASSES = 3 };

static char words[] = "a\0b\0c";
static int32_t parent[FEATURES] = {-1, -1, -1, 0, 1, 3},
               last[FEATURES] = {0, 1, 2, 1, 0, 0};
static const struct ngrams listed = {.n = 3,
                                     .punctuation = true,
                                     .n_words = 3,
                                     .n_features = FEATURES,
                                     .n_bytes = sizeof words,
                                     .words = words,
                                     .parent = parent,
                                     .last = last};

static void make(bool has_idf, struct predictor *predictor)
{
    static char label[] = "class", *labels[CLASSES] = {label, label, label};
    struct chain_config chain = {.vocabulary = 5, .length = 4, .n_ngrams = FEATURES};
    const struct text_options options = {.lower = true, .maxlen = chain.length};
    const struct kernels *kernels = NULL;

    chain_add(&chain, LAYER_NGRAMS);
    add_output(&chain, CLASSES);
    chain_complete(&chain);

    *predictor = (struct predictor){.n = 1,
                                    .models = &predictor->model,
                                    .all_weights = &predictor->weights,
                                    .ngrams = listed};
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(model_new_evaluator(&chain, kernels, 1, &predictor->model), OK);
    const struct params *params = model_params(predictor->model);
    predictor->weights = xaligned(params->size, sizeof(real));
    for (size_t i = 0; i < params->size; i++)
        predictor->weights[i] = (real)(i + 1) / 1024;
    if (!has_idf)
        memset(predictor->weights + FEATURES * CLASSES, 0, FEATURES * sizeof(real));

    predictor->tokenizer = text_new(&options);
    text_freeze(predictor->tokenizer, 1);
    predictor->info.facts.n_labels = CLASSES;
    predictor->info.facts.labels = labels;
}

static void release(struct predictor *predictor)
{
    text_free(predictor->tokenizer);
    model_free(predictor->model);
    free(predictor->weights);
}

static Onnx__ModelProto *export_model(struct predictor *predictor)
{
    char *path = scratch_path("model.onnx"), *checked = NULL, *bytes = NULL;
    size_t n = 0;
    assert_int_equal(export_onnx(predictor, path, &checked), OK);
    assert_int_equal(file_read(path, &bytes, &n), OK);

    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, n, (uint8_t *)bytes);
    assert_non_null(model);
    free(bytes);
    free(checked);
    free(path);
    return model;
}

static const Onnx__NodeProto *node_of(const Onnx__ModelProto *model, const char *kind)
{
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (!strcmp(model->graph->node[i]->op_type, kind))
            return model->graph->node[i];
    return NULL;
}

static Onnx__AttributeProto *attribute(const Onnx__ModelProto *model, const char *kind,
                                       const char *name)
{
    const Onnx__NodeProto *node = node_of(model, kind);
    for (size_t i = 0; node && i < node->n_attribute; i++)
        if (!strcmp(node->attribute[i]->name, name))
            return node->attribute[i];
    fail_msg("%s has no %s", kind, name);
    return NULL;
}

static const char *property(const Onnx__ModelProto *model, const char *key)
{
    for (size_t i = 0; i < model->n_metadata_props; i++)
        if (!strcmp(model->metadata_props[i]->key, key))
            return model->metadata_props[i]->value;
    return "";
}

/* What the reader says of the model's file as it is now. */
static int check(const struct predictor *predictor, const Onnx__ModelProto *model)
{
    size_t n = onnx__model_proto__get_packed_size(model);
    char *bytes = xcalloc(n, 1);
    struct onnx onnx = {.chain = model_chain(predictor->model),
                        .params = model_params(predictor->model),
                        .weights = predictor->weights,
                        .ngrams = &predictor->ngrams};
    const struct onnx_export export = {.members = &onnx, .n = 1};
    onnx__model_proto__pack(model, (uint8_t *)bytes);
    int rc = onnx_check(&export, "model.onnx", bytes, n);
    free(bytes);
    return rc;
}

static void test_says_ngrams(void **state)
{
    (void)state;
    static const int64_t pool[] = {1, 2, 3, 1, 2, 2, 1, 1, 2, 1}, counts[] = {0, 3, 7};
    struct predictor predictor;

    for (int has_idf = 0; has_idf < 2; has_idf++) {
        make(has_idf, &predictor);
        Onnx__ModelProto *model = export_model(&predictor);
        const Onnx__AttributeProto *found =
            attribute(model, "TfIdfVectorizer", "pool_int64s");
        assert_int_equal(found->n_ints, COUNT_OF(pool));
        assert_memory_equal(found->ints, pool, sizeof pool);
        found = attribute(model, "TfIdfVectorizer", "ngram_counts");
        assert_int_equal(found->n_ints, COUNT_OF(counts));
        assert_memory_equal(found->ints, counts, sizeof counts);

        assert_true(!node_of(model, "Sqrt") == !has_idf);
        assert_string_equal(model->graph->input[0]->name, "words");
        assert_non_null(
            strstr(property(model, "words"), "\"punctuation\":\"!?.,;:()\\\"-\""));
        assert_string_equal(property(model, "maxlen"), "");
        onnx__model_proto__free_unpacked(model, NULL);
        release(&predictor);
    }
}

static void expect_other_weights(const struct predictor *predictor,
                                 const Onnx__ModelProto *model)
{
    assert_int_equal(check(predictor, model), ERR_INTERNAL);
    assert_non_null(strstr(fail_message(), "has other weights"));
}

/* Each weight in turn, then n-grams and words, are others than in the file. */
static void test_everything_is_compared(void **state)
{
    (void)state;
    struct predictor predictor;
    make(true, &predictor);
    Onnx__ModelProto *model = export_model(&predictor);
    assert_int_equal(check(&predictor, model), OK);

    for (size_t i = 0; i < model_params(predictor.model)->size; i++) {
        real weight = predictor.weights[i];
        predictor.weights[i] = nextafterf(weight, INFINITY);
        expect_other_weights(&predictor, model);
        predictor.weights[i] = weight;
    }

    Onnx__AttributeProto *pool = attribute(model, "TfIdfVectorizer", "pool_int64s");
    for (size_t i = 0; i < pool->n_ints; i++) {
        pool->ints[i]++;
        expect_other_weights(&predictor, model);
        pool->ints[i]--;
    }
    Onnx__AttributeProto *keys = attribute(model, "LabelEncoder", "keys_strings");
    keys->strings[2].data[0] = 'd';
    expect_other_weights(&predictor, model);

    onnx__model_proto__free_unpacked(model, NULL);
    release(&predictor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_ngrams),
        cmocka_unit_test(test_everything_is_compared),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
