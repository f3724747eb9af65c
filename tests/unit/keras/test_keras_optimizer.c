/* Keras's optimizer_config, written and read. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_json(const struct optim_config *optimizer, const char *expected)
{
    char *text = keras_optimizer_json(optimizer);

    assert_string_equal(text, expected);
    free(text);
}

static void test_written(void **state)
{
    (void)state;
    struct optim_config optimizer = {.kind = OPTIM_ADAM,
                                     .learning_rate = 0.25,
                                     .beta1 = 0.5,
                                     .beta2 = 0.75,
                                     .rho = 0.875,
                                     .momentum = 0.5,
                                     .epsilon = 0.125};

    expect_json(&optimizer,
                "{\"class_name\":\"Adam\",\"config\":{\"amsgrad\":false,\"beta_1\":0.5,"
                "\"beta_2\":0.75,\"epsilon\":0.125,\"learning_rate\":0.25}}");
    optimizer.kind = OPTIM_RMSPROP;
    expect_json(&optimizer, "{\"class_name\":\"RMSprop\",\"config\":{\"epsilon\":0.125,"
                            "\"learning_rate\":0.25,\"rho\":0.875}}");
    optimizer.kind = OPTIM_SGD;
    expect_json(&optimizer, "{\"class_name\":\"SGD\",\"config\":{\"learning_rate\":0.25,"
                            "\"momentum\":0.5,\"nesterov\":false}}");
}

/* Keras's own rate is left out, also as the float that Keras makes of it. */
static void test_usual_rate(void **state)
{
    (void)state;
    static const double rates[] = {0.001, 0.0010000000474974513};
    struct optim_config optimizer = {.kind = OPTIM_ADAM};

    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        optimizer.learning_rate = rates[i];
        char *text = keras_optimizer_json(&optimizer);
        assert_null(strstr(text, "learning_rate"));
        free(text);
    }
}

/* `training` as options; `is_adam`: whether moments would be Adam's. */
static void expect_options(const char *training, const char *options, bool is_adam)
{
    struct keras_file file = {.path = xstrdup("model.h5"), .training = xstrdup(training)};
    struct keras_model model = {.notes = NULL};
    struct keras_reading reading = {.file = &file, .model = &model};

    keras_read_optimizer(&reading);
    char *found = json_dumps(reading.optimizer, JSON_SORT_KEYS | JSON_COMPACT);
    assert_string_equal(found, options);
    assert_int_equal(reading.is_adam, is_adam);
    assert_int_equal(model.training_notes != NULL, !strcmp(options, "{}"));
    free(found);
    free(model.training_notes);
    json_decref(reading.optimizer);
    keras_file_release(&file);
}

#define CONFIG(class, settings)                                                          \
    "{\"optimizer_config\":{\"class_name\":\"" class "\",\"config\":{" settings "}}}"

static void test_read(void **state)
{
    (void)state;

    expect_options(CONFIG("Adam", "\"lr\":0.5,\"beta_1\":0.25"),
                   "{\"beta_1\":0.25,\"learning_rate\":0.5,\"optimizer\":\"adam\"}",
                   true);
    expect_options(CONFIG("Custom>Adam", ""), "{\"optimizer\":\"adam\"}", true);
    expect_options(CONFIG("Adam", "\"amsgrad\":true"), "{\"optimizer\":\"adam\"}", false);
    expect_options(CONFIG("SGD", "\"momentum\":0.5"),
                   "{\"momentum\":0.5,\"optimizer\":\"sgd\"}", false);
    expect_options(CONFIG("RMSprop", "\"momentum\":0.5,\"rho\":0.75"),
                   "{\"optimizer\":\"rmsprop\",\"rho\":0.75}", false);
    expect_options("{\"optimizer\":\"rmsprop_1\"}", "{\"optimizer\":\"rmsprop\"}", false);
    expect_options(CONFIG("Adamax", ""), "{}", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_usual_rate),
        cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
