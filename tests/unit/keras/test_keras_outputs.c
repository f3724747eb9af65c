/* What the last layer of a model of Keras is taken for, by its units, its activation and
 * the loss that it was trained with; and what is refused, with the reason. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reading {
    struct keras_file file;
    struct keras_model model;
    struct keras_hints hints;
    struct keras_reading of;
};

static int read_model(int units, const char *activation, const char *loss,
                      enum keras_outputs outputs, struct reading *reading)
{
    *reading = (struct reading){
        .file = {.path = xstrdup("model.h5"), .version = xstrdup("2.3.1")},
        .hints = keras_no_hints};
    reading->hints.outputs = outputs;
    reading->file.training = loss ? xasprintf("{\"loss\":%s}", loss) : NULL;
    reading->file.config = xasprintf(
        "{\"class_name\":\"Sequential\",\"config\":{\"layers\":["
        "{\"class_name\":\"Embedding\",\"config\":{\"name\":\"e\",\"input_dim\":10,"
        "\"output_dim\":3}},"
        "{\"class_name\":\"LSTM\",\"config\":{\"name\":\"l\",\"units\":2}},"
        "{\"class_name\":\"Dense\",\"config\":{\"name\":\"out\",\"units\":%d,"
        "\"activation\":\"%s\"}}]}}",
        units, activation);
    reading->of =
        (struct keras_reading){.file = &reading->file,
                               .hints = &reading->hints,
                               .model = &reading->model,
                               .root = json_loads(reading->file.config, 0, NULL),
                               .major = 2,
                               .minor = 3};
    assert_non_null(reading->of.root);

    int rc = keras_list_layers(&reading->of);
    return rc ? rc : keras_read_layers(&reading->of);
}

static void release(struct reading *reading)
{
    keras_reading_release(&reading->of);
    keras_model_release(&reading->model);
    keras_file_release(&reading->file);
}

#define LOGITS(class)                                                                    \
    "{\"class_name\":\"" class "\",\"config\":{\"from_logits\":true,\"name\":\"x\"}}"

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        int units;
        const char *activation, *loss;
        enum keras_outputs outputs;
        int expected_units;
        enum loss expected;
    } cases[] = {
        {1, "sigmoid", "\"binary_crossentropy\"", 0, 1, LOSS_BINARY},
        {1, "sigmoid", NULL, 0, 1, LOSS_BINARY},
        {1, "linear", LOGITS("BinaryCrossentropy"), 0, 1, LOSS_BINARY},
        {2, "softmax", "\"categorical_crossentropy\"", 0, 1, LOSS_BINARY},
        {2, "softmax", "\"binary_crossentropy\"", 0, 1, LOSS_BINARY},
        {3, "softmax", NULL, 0, 3, LOSS_CATEGORICAL},
        {3, "linear", LOGITS("SparseCategoricalCrossentropy"), 0, 3, LOSS_CATEGORICAL},
        {3, "linear", LOGITS("BinaryCrossentropy"), 0, 3, LOSS_MULTI_LABEL},
        {3, "linear", LOGITS("CategoricalCrossentropy"), KERAS_OUTPUTS_LABELS, 3,
         LOSS_MULTI_LABEL},
        {2, "sigmoid", "\"binary_crossentropy\"", 0, 2, LOSS_MULTI_LABEL},
        {6, "sigmoid", "\"bce\"", 0, 6, LOSS_MULTI_LABEL},
        {6, "sigmoid", "[\"binary_crossentropy\"]", 0, 6, LOSS_MULTI_LABEL},
        {6, "sigmoid",
         "{\"class_name\":\"BinaryFocalCrossentropy\",\"config\":{\"gamma\":2.0}}", 0, 6,
         LOSS_MULTI_LABEL},
        {6, "sigmoid", "\"categorical_crossentropy\"", 0, 6, LOSS_SIGMOIDS},
        {2, "sigmoid", "\"sparse_categorical_crossentropy\"", 0, 2, LOSS_SIGMOIDS},
        {6, "sigmoid", NULL, KERAS_OUTPUTS_CLASSES, 6, LOSS_SIGMOIDS},
        {6, "sigmoid", "\"mse\"", KERAS_OUTPUTS_LABELS, 6, LOSS_MULTI_LABEL},
        {6, "sigmoid", NULL, KERAS_OUTPUTS_LABELS, 6, LOSS_MULTI_LABEL},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading reading;
        if (read_model(cases[i].units, cases[i].activation, cases[i].loss,
                       cases[i].outputs, &reading))
            fail_msg("case %zu: %s", i, fail_message());
        const struct layer_config *output =
            &reading.of.parts[reading.of.n_parts - 1].config;
        assert_int_equal(output->kind, LAYER_OUTPUT);
        assert_int_equal(output->output.units, cases[i].expected_units);
        assert_int_equal(output->output.loss, cases[i].expected);
        release(&reading);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        int units;
        const char *activation, *loss, *why;
    } cases[] = {
        {1, "softmax", "\"binary_crossentropy\"", "which is 1 for every text"},
        {1, "softmax", NULL, "which is 1 for every text"},
        {1, "relu", "\"binary_crossentropy\"",
         "with 1 unit and the activation relu (loss binary_crossentropy)"},
        {1, "tanh", "\"mse\"", "with 1 unit and the activation tanh (loss mse)"},
        {3, "relu", NULL, "with 3 units and the activation relu (loss none is named)"},
        {1, "linear", "\"mse\"", "was trained with the loss mse: a regression"},
        {1, "linear", "\"mean_absolute_error\"", "a regression"},
        {4, "linear", "\"mae\"", "a regression"},
        {1, "linear", "\"hinge\"", "are margins"},
        {1, "linear", NULL, "does not say whether it is a regression"},
        {6, "sigmoid", NULL, "give --outputs classes or --outputs labels"},
        {6, "sigmoid", "\"mse\"", "give --outputs classes or --outputs labels"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading reading;
        assert_int_equal(
            read_model(cases[i].units, cases[i].activation, cases[i].loss, 0, &reading),
            ERR_FORMAT);
        if (!strstr(fail_message(), "\"out\"") || !strstr(fail_message(), cases[i].why))
            fail_msg("case %zu: %s: expected \"%s\"", i, fail_message(), cases[i].why);
        release(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
