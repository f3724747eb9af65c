/* Graphs of stock layers that are additive attention, and such as are almost one, which
 * say why they are none; and graphs that lead into themselves. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An entry that takes the outputs 0 of others, "[\"a\",0,0,{}]". */
#define OUTPUT(name) "[\"" name "\",0,0,{}]"
#define ENTRY(class, name, inputs, rest)                                                 \
    "{\"class_name\":\"" class "\",\"name\":\"" name "\",\"config\":{\"name\":\"" name   \
                               "\"" rest "},\"inbound_nodes\":[[" inputs "]]},"
#define DENSE(name, from, units, how)                                                    \
    ENTRY("Dense", name, OUTPUT(from), ",\"units\":" units ",\"activation\":\"" how "\"")
#define SOFTMAX(name, from, axis) ENTRY("Softmax", name, OUTPUT(from), ",\"axis\":" axis)
#define DOT(from, other)                                                                 \
    ENTRY("Dot", "dot", OUTPUT(from) "," OUTPUT(other), ",\"axes\":1")
#define FLATTEN(name, from) ENTRY("Flatten", name, OUTPUT(from), "")

/* Embedding and LSTM in front, the output behind "y". */
#define FRONT(mask)                                                                      \
    "{\"class_name\":\"InputLayer\",\"name\":\"i\",\"config\":{\"name\":\"i\","          \
    "\"batch_input_shape\":[null,4]},\"inbound_nodes\":[]}," ENTRY(                      \
        "Embedding", "e", OUTPUT("i"), ",\"input_dim\":9,\"output_dim\":3" mask)         \
        ENTRY("LSTM", "h", OUTPUT("e"), ",\"units\":2,\"return_sequences\":true")
#define BACK                                                                             \
    "{\"class_name\":\"Dense\",\"name\":\"o\",\"config\":{\"name\":\"o\",\"units\":1,"   \
    "\"activation\":\"sigmoid\"},\"inbound_nodes\":[[[\"y\",0,0,{}]]]}"
#define SCORES DENSE("u", "h", "5", "tanh") DENSE("s", "u", "1", "linear")

/* Layers up to their chain. */
static int read_layers(const char *layers, struct keras_model *model,
                       struct keras_reading *reading)
{
    static char path[] = "model.h5", version[] = "2.4.0";
    static struct keras_file file = {.path = path, .version = version};
    char *config =
        xasprintf("{\"class_name\":\"Model\",\"config\":{\"layers\":[%s]}}", layers);

    *model = (struct keras_model){.notes = NULL};
    *reading = (struct keras_reading){
        .file = &file, .hints = &keras_no_hints, .model = model, .major = 2, .minor = 4};
    reading->root = json_loads(config, 0, NULL);
    assert_non_null(reading->root);
    free(config);

    int rc = keras_list_layers(reading);
    return rc ? rc : keras_read_layers(reading);
}

static void expect_units(const char *layers, int units)
{
    struct keras_model model;
    struct keras_reading reading;

    if (read_layers(layers, &model, &reading))
        fail_msg("%s", fail_message());
    assert_int_equal(reading.n_parts, 4);
    assert_int_equal(reading.parts[2].config.kind, LAYER_POOLING);
    assert_int_equal(reading.parts[2].config.pooling.how, POOLING_ATTENTION);
    assert_int_equal(reading.parts[2].config.pooling.units, units);
    keras_reading_release(&reading);
    keras_model_release(&model);
}

static void test_forms(void **state)
{
    (void)state;
    expect_units(FRONT("") SCORES SOFTMAX("a", "s", "1") DOT("a", "h") FLATTEN("y", "dot")
                     BACK,
                 5);
    expect_units(FRONT("") SCORES FLATTEN("f", "s") SOFTMAX("a", "f", "-1")
                     ENTRY("Dot", "y", OUTPUT("h") "," OUTPUT("a"), ",\"axes\":[1,1]")
                         BACK,
                 5);
    expect_units(
        FRONT("") DENSE("s", "h", "1", "tanh") SOFTMAX("a", "s", "-2") DOT("h", "a")
            ENTRY("Reshape", "y", OUTPUT("dot"), ",\"target_shape\":[2]") BACK,
        1);
}

static void expect_refused(const char *layers, const char *why)
{
    struct keras_model model;
    struct keras_reading reading;

    assert_int_equal(read_layers(layers, &model, &reading), ERR_FORMAT);
    if (!strstr(fail_message(), why))
        fail_msg("%s: expected one that %s", fail_message(), why);
    keras_reading_release(&reading);
    keras_model_release(&model);
}

static void test_refused(void **state)
{
    (void)state;
    static const char no_scores[] = "weighs positions by scores that are not v . tanh";
    static const char no_part[] = "is no part of an additive attention";

    expect_refused(FRONT("") DENSE("u", "h", "5", "relu") DENSE("s", "u", "1", "linear")
                       SOFTMAX("a", "s", "1") DOT("a", "h") FLATTEN("y", "dot") BACK,
                   no_scores);
    expect_refused(FRONT("") DENSE("s", "h", "1", "linear") SOFTMAX("a", "s", "1")
                       DOT("a", "h") FLATTEN("y", "dot") BACK,
                   no_scores);
    expect_refused(FRONT("") SCORES SOFTMAX("a", "s", "-1") DOT("a", "h")
                       FLATTEN("y", "dot") BACK,
                   "by a softmax over one number, which is always 1");
    expect_refused(FRONT(",\"mask_zero\":true") SCORES SOFTMAX("a", "s", "1")
                       DOT("a", "h") FLATTEN("y", "dot") BACK,
                   "weighs the positions of pads too");

    /* Positions of another layer than the scores are of; two softmax; numbers that are
     * not of positions. */
    expect_refused(FRONT("") SCORES SOFTMAX("a", "s", "1") DOT("a", "e")
                       FLATTEN("y", "dot") BACK,
                   no_part);
    expect_refused(FRONT("") SCORES SOFTMAX("b", "s", "1") SOFTMAX("a", "b", "1")
                       DOT("a", "h") FLATTEN("y", "dot") BACK,
                   no_part);
    expect_refused(FRONT("") DENSE("s", "h", "4", "tanh") SOFTMAX("a", "s", "1")
                       DOT("a", "h") FLATTEN("y", "dot") BACK,
                   no_part);
}

static void test_circles(void **state)
{
    (void)state;
    expect_refused(FRONT("") FLATTEN("f", "f") SOFTMAX("a", "f", "1") DOT("a", "h")
                       FLATTEN("y", "dot") BACK,
                   "other inputs than the output of the layer");
    expect_refused(FRONT("") SOFTMAX("a", "a", "1") DOT("a", "dot") FLATTEN("y", "dot")
                       BACK,
                   "other inputs than the output of the layer");
    expect_refused(FRONT("") FLATTEN("y", "y") BACK,
                   "other inputs than the output of the layer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_circles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
