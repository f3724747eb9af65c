/* What readers refuse by name, and what becomes of layers that options cannot say. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LAYER(class, name, rest)                                                         \
    "{\"class_name\":\"" class "\",\"config\":{\"name\":\"" name "\"" rest "}}"
#define EMBEDDING LAYER("Embedding", "e", ",\"input_dim\":10,\"output_dim\":3")
#define LSTM(name, rest) LAYER("LSTM", name, ",\"units\":2" rest)
#define STEPS ",\"return_sequences\":true"
#define DROPOUT(name) LAYER("Dropout", name, ",\"rate\":0.5")
#define RELU(name) LAYER("Dense", name, ",\"units\":4,\"activation\":\"relu\"")
#define SIGMOID(name) LAYER("Activation", name, ",\"activation\":\"sigmoid\"")
#define DENSE LAYER("Dense", "out", ",\"units\":1,\"activation\":\"sigmoid\"")
#define MAX LAYER("GlobalMaxPooling1D", "max", "")
#define FLATTEN LAYER("Flatten", "flat", "")
#define BOTH(rest)                                                                       \
    LAYER("Bidirectional", "both",                                                       \
          ",\"merge_mode\":\"concat\",\"layer\":{\"class_name\":\"LSTM\",\"config\":{"   \
          "\"units\":2}}" rest)
#define NAMED(name) "\"" name "\" ("
#define MISPLACED "stands at a place that is not supported"

/* Layers of a file, up to options; the caller releases what stands in `reading`. */
static int read_layers(const char *layers, struct keras_file *file,
                       struct keras_model *model, struct keras_reading *reading)
{
    *file = (struct keras_file){.path = xstrdup("model.h5"), .version = xstrdup("2.3.1")};
    *model = (struct keras_model){.notes = NULL};
    *reading = (struct keras_reading){
        .file = file, .hints = &keras_no_hints, .model = model, .major = 2, .minor = 3};
    file->config =
        xasprintf("{\"class_name\":\"Sequential\",\"config\":{\"layers\":[%s]}}", layers);
    reading->root = json_loads(file->config, 0, NULL);
    assert_non_null(reading->root);

    int rc = keras_list_layers(reading);
    if (!rc)
        rc = keras_read_layers(reading);
    return rc ? rc : keras_make_chain(reading);
}

static void release(struct keras_file *file, struct keras_model *model,
                    struct keras_reading *reading)
{
    keras_reading_release(reading);
    keras_model_release(model);
    keras_file_release(file);
}

static void expect_refused(const char *layers, const char *layer, const char *why)
{
    struct keras_file file;
    struct keras_model model;
    struct keras_reading reading;

    assert_int_equal(read_layers(layers, &file, &model, &reading), ERR_FORMAT);
    if (!strstr(fail_message(), layer) || !strstr(fail_message(), why))
        fail_msg("%s: expected layer %s that %s", fail_message(), layer, why);
    release(&file, &model, &reading);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {LAYER("Conv2D", "c", ""), NAMED("c"),
         "is not supported; rnntrain has Embedding, Dropout, "},
        {DROPOUT("d") "," EMBEDDING, NAMED("d"), MISPLACED},
        {EMBEDDING "," EMBEDDING, NAMED("e"), MISPLACED},
        {LSTM("l", "") "," DENSE, NAMED("l"), MISPLACED},
        {EMBEDDING "," LSTM("l", "") "," MAX "," DENSE, NAMED("max"), MISPLACED},
        {EMBEDDING "," LSTM("l", STEPS) "," DENSE, NAMED("out"), "stands on all steps"},
        {EMBEDDING "," LSTM("l", "") "," LSTM("m", "") "," DENSE, NAMED("m"),
         "takes steps, but the layer below it gives its last one only"},
        {EMBEDDING "," LSTM("l", STEPS) "," MAX "," LSTM("m", "") "," DENSE, NAMED("m"),
         MISPLACED},
        {EMBEDDING "," LSTM("l", "") "," LAYER("Softmax", "a", "") "," DENSE, NAMED("a"),
         "has the activation softmax: expected relu, linear, tanh"},
        {EMBEDDING
         "," LSTM("l", "") "," LAYER("ReLU", "a", ",\"max_value\":6.0") "," DENSE,
         NAMED("a"), "has a slope, a threshold or a limit that is not supported"},
        {EMBEDDING "," LSTM("l", "") "," DENSE "," SIGMOID("a"), NAMED("a"),
         "stands on a Dense that has the activation sigmoid: expected one activation"},
        {EMBEDDING "," LSTM("l", ",\"stateful\":true"), NAMED("l"), "has stateful"},
        {EMBEDDING "," BOTH(",\"backward_layer\":{\"config\":{\"units\":3}}"),
         NAMED("both"), "has directions whose units differ"},
        {EMBEDDING "," LSTM("l", "") "," LAYER(
             "Dense", "h", ",\"units\":4,\"activation\":\"softmax\"") "," DENSE,
         NAMED("h"), "is hidden and has the activation softmax: expected one of relu"},
        {EMBEDDING "," LSTM("l", ""), "a model of 2 layers", "without an Embedding"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_refused(cases[i][0], cases[i][1], cases[i][2]);
}

/* All that stands in the way is told at once, and what follows from it is not. */
static void test_all_obstacles(void **state)
{
    (void)state;
    struct keras_file file;
    struct keras_model model;
    struct keras_reading reading;
    const char *layers = EMBEDDING "," LAYER("Lambda", "f", "") "," LSTM(
        "l", ",\"stateful\":true") "," LAYER("Attention", "a", "") "," MAX "," DENSE;

    assert_int_equal(read_layers(layers, &file, &model, &reading), ERR_FORMAT);
    const char *message = fail_message();
    assert_non_null(strstr(message, "model.h5: layer \"f\" (Lambda, Keras 2.3.1) is not "
                                    "supported: what its Python computes the file does "
                                    "not tell; layer \"a\" (Attention, Keras 2.3.1) is "
                                    "not supported: it makes of each position"));
    assert_non_null(strstr(message, "; layer \"l\" (LSTM"));
    assert_non_null(strstr(message, "has stateful"));
    assert_non_null(strstr(message, "; rnntrain has Embedding"));
    assert_null(strstr(message, "\"max\""));
    release(&file, &model, &reading);
}

/* As many recurrent layers between Embedding and head. */
static char *stack_of(int n)
{
    char *layers = xstrdup(EMBEDDING);

    for (int i = 1; i <= n; i++) {
        char *longer = xasprintf("%s," LSTM("l%d", STEPS), layers, i);
        free(layers);
        layers = longer;
    }
    char *whole = xasprintf("%s," MAX "," DENSE, layers);
    free(layers);
    return whole;
}

/* One layer more than a chain has. */
static void test_too_many(void **state)
{
    (void)state;
    char *too_high = stack_of(CHAIN_MOST_LAYERS);

    expect_refused(too_high, NAMED("l160"), "is one layer more than 160");
    free(too_high);
}

/* The kinds of the layers that are left, as letters, and the notes. */
static void expect_kept(const char *layers, const char *kinds, const char *notes)
{
    static const char letters[] = {
        [LAYER_EMBEDDING] = 'e', [LAYER_DROPOUT] = 'd', [LAYER_RECURRENT] = 'r',
        [LAYER_POOLING] = 'p',   [LAYER_FLATTEN] = 'f', [LAYER_DENSE] = 'h',
        [LAYER_OUTPUT] = 'o'};
    struct keras_file file;
    struct keras_model model;
    struct keras_reading reading;
    char found[CHAIN_MOST_LAYERS + 1] = "";

    if (read_layers(layers, &file, &model, &reading))
        fail_msg("%s", fail_message());
    for (int i = 0; i < model.config.n_layers; i++)
        found[i] = letters[model.config.layer[i].kind];
    assert_string_equal(found, kinds);
    assert_string_equal(model.training_notes ? model.training_notes : "", notes);
    release(&file, &model, &reading);
}

#define LEFT " is left out when the model is trained further\n"

static void test_dropouts(void **state)
{
    (void)state;

    expect_kept(EMBEDDING "," DROPOUT("d") "," LSTM("l", "") "," DROPOUT("f") "," RELU(
                    "h") "," DROPOUT("g") "," DENSE,
                "edrdhdo", "");
    expect_kept(EMBEDDING "," DROPOUT("d") "," DROPOUT("f") "," LSTM("l", "") "," DENSE,
                "eddro", "");
    expect_kept(EMBEDDING
                "," LSTM("l", STEPS) "," DROPOUT("d") "," LSTM("m", "") "," DENSE,
                "erdro", "");
    expect_kept(EMBEDDING "," LSTM("l", STEPS) "," DROPOUT("d") "," MAX "," DENSE,
                "erdpo", "");
    expect_kept(EMBEDDING
                "," LSTM("l", STEPS) "," DROPOUT("d") "," FLATTEN
                                                      "," DROPOUT("f") "," DENSE,
                "erdfdo", "");
    expect_kept(EMBEDDING "," LAYER("GaussianNoise", "s", "") "," LSTM("l", "") "," DENSE,
                "ero", "layer \"s\": it judges as nothing, and" LEFT);
    expect_kept(EMBEDDING "," LAYER("SpatialDropout1D", "s",
                                    ",\"rate\":0.5") "," LSTM("l", "") "," DENSE,
                "edro", "");
    expect_kept(EMBEDDING "," LSTM("l", "") "," DENSE "," DROPOUT("d"), "ero",
                "layer \"d\": a dropout behind the output" LEFT);
    expect_kept(EMBEDDING "," LSTM("l", "") "," LAYER("Dropout", "d", "") "," FLATTEN
                                                                          "," DENSE,
                "ero", "");
}

/* What was one kind, one head and one hidden Dense may be any mixture. */
static void test_mixtures(void **state)
{
    (void)state;

    expect_kept(EMBEDDING "," FLATTEN "," DENSE, "efo", "");
    expect_kept(EMBEDDING "," LSTM("l", "") "," RELU("h") "," RELU("i") "," DENSE,
                "erhho", "");
    expect_kept(EMBEDDING "," LSTM("l", STEPS) "," BOTH("") "," DENSE, "erro", "");
}

/* The activation of a Dense may be a layer of its own; one that changes nothing may stand
 * behind another. */
static void test_activations(void **state)
{
    (void)state;

    expect_kept(
        EMBEDDING "," LSTM("l", "") "," LAYER("Dense", "h", ",\"units\":4") "," LAYER(
            "Activation", "a",
            ",\"activation\":\"relu\"") "," LAYER("Dense", "out",
                                                  ",\"units\":1") "," SIGMOID("b"),
        "erho", "");
    expect_kept(EMBEDDING "," LSTM("l", "") "," RELU("h") "," LAYER(
                    "Activation", "a",
                    ",\"activation\":\"relu\"") "," DENSE
                                                "," LAYER("Activation", "b",
                                                          ",\"activation\":\"linear\""),
                "erho", "");
    expect_kept(EMBEDDING "," LSTM("l", "") "," LAYER("Activation", "a", "") "," DENSE,
                "ero", "");
}

/* Gates' activation, where a file does not say it, was another one up to Keras 2.2. */
static void test_eras(void **state)
{
    (void)state;
    static const struct {
        int major, minor;
        bool is_tf, is_hard;
    } eras[] = {{1, 2, false, true},
                {2, 2, false, true},
                {2, 2, true, false},
                {2, 3, false, false},
                {3, 6, false, false}};

    for (size_t i = 0; i < COUNT_OF(eras); i++) {
        struct keras_file file;
        struct keras_model model;
        struct keras_reading reading;
        assert_int_equal(
            read_layers(EMBEDDING "," LSTM("l", "") "," DENSE, &file, &model, &reading),
            OK);

        reading.n_parts = 1;
        reading.has_steps = true;
        reading.major = eras[i].major;
        reading.minor = eras[i].minor;
        reading.is_tf = eras[i].is_tf;
        assert_int_equal(keras_recurrent.read(&reading, reading.parts[1].layer), OK);
        assert_int_equal(reading.parts[1].config.recurrent.hard_sigmoid, eras[i].is_hard);
        release(&file, &model, &reading);
    }
}

/* A GRU without bias says itself when it resets; its arrays would say it in the bias. */
static void test_reset_without_bias(void **state)
{
    (void)state;
    static const struct {
        const char *gru;
        int major;
        bool is_tf, resets_after;
    } cases[] = {
        {LAYER("GRU", "g", ",\"units\":2,\"use_bias\":false,\"reset_after\":true"), 2,
         false, true},
        {LAYER("GRU", "g", ",\"units\":2,\"use_bias\":false,\"reset_after\":false"), 3,
         false, false},
        {LAYER("GRU", "g", ",\"units\":2,\"use_bias\":false"), 2, false, false},
        {LAYER("GRU", "g", ",\"units\":2,\"use_bias\":false"), 2, true, true},
        {LAYER("GRU", "g", ",\"units\":2,\"use_bias\":false"), 3, false, true},
        {LSTM("l", ",\"use_bias\":false,\"reset_after\":true"), 3, false, false},
    };
    char group[] = "g", name[] = "g/kernel:0";
    const struct keras_array none = {.layer = group, .name = name, .n_dims = 2};
    struct keras_array arrays[] = {none, none, none};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *layers = xasprintf("%s,%s,%s", EMBEDDING, cases[i].gru, DENSE);
        struct keras_file file;
        struct keras_model model;
        struct keras_reading reading;
        assert_int_equal(read_layers(layers, &file, &model, &reading), OK);
        file.weights = (struct keras_arrays){arrays, COUNT_OF(arrays)};
        bool is_taken[COUNT_OF(arrays)] = {false};
        reading.is_taken = is_taken;
        reading.n_parts = 1;
        reading.has_steps = true;
        reading.major = cases[i].major;
        reading.is_tf = cases[i].is_tf;

        struct keras_part *part = &reading.parts[1];
        assert_int_equal(keras_recurrent.read(&reading, part->layer), OK);
        assert_int_equal(keras_recurrent.find(&reading, part), OK);
        assert_int_equal(part->config.recurrent.reset_after, cases[i].resets_after);
        file.weights = (struct keras_arrays){NULL, 0};
        release(&file, &model, &reading);
        free(layers);
    }
}

static void test_classes(void **state)
{
    (void)state;

    for (int kind = 0; kind < LAYER_KINDS; kind++)
        for (int c = 0; c < keras_kinds[kind]->n_classes; c++) {
            const struct keras_class *class = &keras_kinds[kind]->classes[c];
            assert_ptr_equal(keras_class_of(class->name), class);
            assert_int_equal(class->kind, kind);
        }
    assert_int_equal(keras_class_of("Model")->role, KERAS_ROLE_MODEL);
    assert_null(keras_class_of("Conv2D"));
    assert_null(keras_class_of(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_all_obstacles),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_dropouts),
        cmocka_unit_test(test_mixtures), cmocka_unit_test(test_activations),
        cmocka_unit_test(test_eras),     cmocka_unit_test(test_reset_without_bias),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
