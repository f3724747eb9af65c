/* What files of strangers say that is easily read otherwise: it is refused by name, and
 * all of it at once. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LAYER(class, name, rest)                                                         \
    "{\"class_name\":\"" class "\",\"config\":{\"name\":\"" name "\"" rest "}}"
#define EMBEDDING LAYER("Embedding", "e", ",\"input_dim\":10,\"output_dim\":3")
#define LSTM(rest) LAYER("LSTM", "l", ",\"units\":2" rest)
#define STEPS ",\"return_sequences\":true"
#define MAX(rest) LAYER("GlobalMaxPooling1D", "max", rest)
#define DENSE LAYER("Dense", "out", ",\"units\":1,\"activation\":\"sigmoid\"")
#define OF(activation)                                                                   \
    ",\"activation\":{\"class_name\":\"" activation                                      \
    "\",\"config\":{\"name\":\"relu\",\"alpha\":0.5,\"negative_slope\":0.5,\"axis\":0}}"
/* A layer of a functional model, what it takes and what it is called with. */
#define NODE(class, name, rest, from, call)                                              \
    "{\"class_name\":\"" class "\",\"name\":\"" name "\",\"config\":{\"name\":\"" name   \
                               "\"" rest "},\"inbound_nodes\":[[[\"" from                \
                               "\",0,0,{" call "}]]]}"
#define INPUT(name)                                                                      \
    "{\"class_name\":\"InputLayer\",\"name\":\"" name "\",\"config\":{\"name\":\"" name  \
    "\"},\"inbound_nodes\":[]}"
#define WORDS NODE("Embedding", "e", ",\"input_dim\":10,\"output_dim\":3", "ids", "")
#define CELL(from) NODE("LSTM", "l", ",\"units\":2", from, "")
#define ONE(name, from)                                                                  \
    NODE("Dense", name, ",\"units\":1,\"activation\":\"sigmoid\"", from, "")

struct reading {
    struct keras_file file;
    struct keras_model model;
    struct keras_reading reading;
};

/* Of the configuration of a Sequential, or of a functional model where it has outputs. */
static int read_model(struct reading *read, const char *layers, const char *outputs)
{
    read->file =
        (struct keras_file){.path = xstrdup("model.h5"), .version = xstrdup("2.3.1")};
    read->model = (struct keras_model){.notes = NULL};
    read->reading = (struct keras_reading){.file = &read->file,
                                           .hints = &keras_no_hints,
                                           .model = &read->model,
                                           .major = 2,
                                           .minor = 3};
    read->file.config =
        xasprintf("{\"config\":{\"name\":\"m\",\"layers\":[%s]%s%s}}", layers,
                  outputs ? ",\"output_layers\":" : "", outputs ? outputs : "");
    read->reading.root = json_loads(read->file.config, 0, NULL);
    assert_non_null(read->reading.root);

    int rc = keras_list_layers(&read->reading);
    if (!rc)
        rc = keras_read_layers(&read->reading);
    return rc ? rc : keras_make_chain(&read->reading);
}

static void release(struct reading *read)
{
    keras_reading_release(&read->reading);
    keras_model_release(&read->model);
    keras_file_release(&read->file);
}

static void expect_refused(const char *layers, const char *outputs, const char *why)
{
    struct reading read;

    if (read_model(&read, layers, outputs) != ERR_FORMAT || !strstr(fail_message(), why))
        fail_msg("%s: expected: %s", fail_message(), why);
    release(&read);
}

static void expect_read(const char *layers, const char *outputs)
{
    struct reading read;

    if (read_model(&read, layers, outputs))
        fail_msg("%s", fail_message());
    release(&read);
}

/* A chain may have a second output, and its layers may work in judging too. */
static void test_calls(void **state)
{
    (void)state;
    static const char chain[] = INPUT("ids") "," WORDS "," CELL("e") "," ONE("o", "l");

    expect_read(chain, "[[\"o\",0,0]]");
    expect_read(chain, "[\"o\",0,0]"); /* as Keras 3 writes one */
    expect_refused(chain, "[[\"o\",0,0],[\"l\",0,0]]",
                   "layer \"m\" (Functional, Keras 2.3.1) has 2 outputs");
    expect_refused(chain, "[[\"l\",0,0]]", "has the output of \"l\", which is not its");
    expect_refused(INPUT("ids") "," WORDS "," NODE(
                       "Dropout", "d", ",\"rate\":0.5", "e",
                       "\"training\":true") "," CELL("d") "," ONE("o", "l"),
                   NULL, "\"d\" (Dropout, Keras 2.3.1) is called with training=True");
    expect_read(INPUT("ids") "," WORDS "," NODE(
                    "Dropout", "d", ",\"rate\":0.5", "e",
                    "\"training\":false") "," CELL("d") "," ONE("o", "l"),
                NULL);
}

/* One message for all layers apart, and a second input is called so. */
static void test_apart(void **state)
{
    (void)state;
    static const char layers[] = INPUT("ids") "," INPUT("more") "," WORDS "," CELL(
        "e") "," ONE("a", "e") "," ONE("b", "more") "," ONE("o", "b");

    expect_refused(layers, NULL,
                   "\"more\" (InputLayer, Keras 2.3.1) is a second input: one is");
    expect_refused(layers, NULL,
                   "; layers \"a\" (Dense), \"b\" (Dense) take other inputs than the "
                   "output of the layer before them");
    expect_refused(INPUT("ids") "," WORDS "," CELL("e") "," ONE("o", "e"), NULL,
                   "layer \"o\" (Dense) takes other inputs than the output of the layer "
                   "before it");
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const policies[] = {
        "\"int8_from_float32\"",
        "{\"class_name\":\"DTypePolicy\",\"config\":{\"name\":\"float8_from_float32\"}}",
        "{\"class_name\":\"QuantizedDTypePolicy\",\"config\":{\"mode\":\"int8\","
        "\"source_name\":\"float32\"}}"};
    struct reading read;

    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        char *layers = xasprintf("%s,%s,{\"class_name\":\"Dense\",\"config\":{\"name\":"
                                 "\"out\",\"units\":1,\"dtype\":%s}}",
                                 EMBEDDING, LSTM(""), policies[i]);
        expect_refused(layers, NULL, "\"out\" (Dense, Keras 2.3.1) is quantized (");
        free(layers);
    }

    assert_int_equal(
        read_model(&read, EMBEDDING "," LSTM(",\"dtype\":\"mixed_float16\"") "," DENSE,
                   NULL),
        OK);
    assert_non_null(strstr(read.model.notes, "Keras computes in mixed_float16"));
    release(&read);
}

/* Of a class that Keras has too, or of an argument that is a layer of any name. */
static void test_names(void **state)
{
    (void)state;
    static const char own[] = "{\"module\":\"__main__\",\"class_name\":\"LSTM\","
                              "\"config\":{\"name\":\"l\",\"units\":2}}";
    struct reading read;

    expect_refused(EMBEDDING
                   "," LSTM("") "," LAYER("Dense", "out", ",\"units\":3" OF("Softmax")),
                   NULL, "the activation softmax over another axis");
    expect_refused(EMBEDDING
                   "," LSTM("") "," LAYER("Dense", "out", ",\"units\":3") "," LAYER(
                       "Softmax", "s", ",\"axis\":0"),
                   NULL, "softmax over another axis");
    expect_refused(EMBEDDING "," LSTM(OF("LeakyReLU")) "," DENSE, NULL,
                   "has the activation LeakyReLU");
    expect_refused(EMBEDDING "," LSTM(",\"recurrent_activation\":null") "," DENSE, NULL,
                   "has the recurrent activation linear");

    char *layers = xasprintf("%s,%s,%s", EMBEDDING, own, DENSE);
    expect_refused(layers, NULL, "is of a class of its author's own");
    free(layers);
    expect_refused(EMBEDDING "," LSTM("") "," LAYER("LayerNormalization", "n",
                                                    ",\"eps\":0.1") "," DENSE,
                   NULL, "has no axis or no epsilon");

    assert_int_equal(read_model(&read,
                                EMBEDDING "," LAYER("Conv1D", "c",
                                                    ",\"filters\":2,\"kernel_size\":3" OF(
                                                        "ELU")) "," MAX("") "," DENSE,
                                NULL),
                     OK);
    assert_int_equal(read.model.config.layer[1].conv.activation, ACTIVATION_LINEAR);
    assert_int_equal(read.model.config.layer[2].activation.how, ACTIVATION_ELU);
    assert_true(read.model.config.layer[2].activation.alpha == 0.5);
    release(&read);
}

/* What of a layer is not here is told with what else is not. */
static void test_all(void **state)
{
    (void)state;
    static const char layers[] = EMBEDDING
        "," LSTM(",\"stateful\":true,\"activation\":\"elu\",\"recurrent_activation\":"
                 "\"tanh\"" STEPS) "," LAYER("Dense", "out",
                                             ",\"units\":3,\"activation\":\"softmax\"");

    expect_refused(layers, NULL, "has stateful, which is not supported");
    expect_refused(layers, NULL,
                   "; layer \"l\" (LSTM, Keras 2.3.1) has the activation elu");
    expect_refused(layers, NULL, "has the recurrent activation tanh");
    expect_refused(layers, NULL, "stands on all steps");
    expect_refused(EMBEDDING "," LSTM(STEPS) "," MAX(",\"keepdims\":true") "," DENSE,
                   NULL, "has keepdims");
    expect_refused(EMBEDDING "," LSTM(STEPS) "," MAX(
                       ",\"data_format\":\"channels_first\"") "," DENSE,
                   NULL, "has the data_format channels_first");
}

/* A model of numbers is told so, and what its other layers are too. */
static void test_without_words(void **state)
{
    (void)state;
    static const char layers[] =
        LAYER("InputLayer", "i", ",\"batch_input_shape\":[null,7,3]") "," LSTM(
            ",\"activation\":\"elu\"") "," LAYER("Dense", "out", ",\"units\":1");

    expect_refused(layers, NULL, "it is the first of a model without an Embedding");
    expect_refused(layers, NULL, "has the activation elu");
    expect_refused(layers, NULL, "is linear");
    expect_refused(LAYER("InputLayer", "i",
                         ",\"batch_input_shape\":[null,null],"
                         "\"ragged\":true") "," EMBEDDING "," LSTM("") "," DENSE,
                   NULL, "is ragged");
}

/* Keras 1 had other words for windows. */
static void test_old_windows(void **state)
{
    (void)state;
    struct reading read;

    assert_int_equal(
        read_model(&read,
                   EMBEDDING "," LAYER("MaxPooling1D", "p",
                                       ",\"pool_length\":4,\"stride\":3,\"border_mode\":"
                                       "\"same\"") "," LSTM("") "," DENSE,
                   NULL),
        OK);
    assert_int_equal(read.model.config.layer[1].window.size, 4);
    assert_int_equal(read.model.config.layer[1].window.strides, 3);
    assert_int_equal(read.model.config.layer[1].window.padding, PADDING_SAME);
    release(&read);
}

/* A quantized kernel has scales behind it, among the layer's own arrays. */
static void test_left_arrays(void **state)
{
    (void)state;
    static char embedding[] = "layers/embedding", cell[] = "layers/lstm/cell",
                dense[] = "layers/dense", seed[] = "layers/dense/seed_generator",
                zero[] = "0", one[] = "1", two[] = "2";
    struct keras_array arrays[] = {
        {.layer = embedding, .name = zero}, {.layer = cell, .name = zero},
        {.layer = cell, .name = one},       {.layer = cell, .name = two},
        {.layer = dense, .name = zero},     {.layer = dense, .name = one},
        {.layer = seed, .name = zero},      {.layer = dense, .name = two}};
    struct reading read;

    assert_int_equal(read_model(&read, EMBEDDING "," LSTM("") "," DENSE, NULL), OK);
    read.file.by_class = true;
    read.file.weights = (struct keras_arrays){arrays, COUNT_OF(arrays) - 1};
    assert_int_equal(keras_find_arrays(&read.reading), OK);

    read.file.weights.n = COUNT_OF(arrays);
    assert_int_equal(keras_find_arrays(&read.reading), ERR_FORMAT);
    assert_non_null(
        strstr(fail_message(), "/layers/dense/vars has an array 2, which is"));
    read.file.weights = (struct keras_arrays){NULL, 0};
    release(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),       cmocka_unit_test(test_apart),
        cmocka_unit_test(test_numbers),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_all),         cmocka_unit_test(test_without_words),
        cmocka_unit_test(test_old_windows), cmocka_unit_test(test_left_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
