/* The options of rnntrain train: which source wins, what a recipe is, what is kept. */
#include "commands/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "files/file.h"
#include "saved/record.h"
#include "saved/record_keys.h"

/* A run's options of a command line; the caller's to release. */
static int resolve(const char *const *words, struct config *config)
{
    char *argv[16];
    const char *operands[16];
    int argc = 0, n = 0;
    for (; words[argc]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    *config = (struct config){0};
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc, .argv = argv};
    return config_resolve(&sources, config, operands, &n);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

static void expect_record(const char *const *words, const char *expected)
{
    struct config config;
    if (resolve(words, &config))
        fail_msg("%s", fail_message());
    char *text = options_to_json(&cmd_train_table, &config);
    if (!strstr(text, expected))
        fail_msg("%s does not have %s", text, expected);
    free(text);
    config_release(&config);
}

static void refuse(const char *const *words, int code, const char *message)
{
    struct config config;
    assert_int_equal(resolve(words, &config), code);
    if (!strstr(fail_message(), message))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), message);
    config_release(&config);
}

/* What files of the first version have, to the last byte. */
static void test_record(void **state)
{
    (void)state;
    struct config config;
    assert_int_equal(resolve(NOTHING, &config), OK);
    char *text = options_to_json(&cmd_train_table, &config);
    char *written = record_write(&cmd_train_table, &config);
    assert_string_equal(
        written,
        "{\"allow_one_class\":false,\"allreduce\":\"canonical\",\"batch_size\":256,"
        "\"beta_1\":0.90000000000000002,\"beta_2\":0.999,\"clip_norm\":0.0,"
        "\"dense\":256,\"dense_dropout\":0.20000000000000001,\"embedding\":32,"
        "\"embedding_dropout\":0.20000000000000001,\"epochs\":20,"
        "\"epsilon\":9.9999999999999995e-8,\"head\":\"last\",\"lane_rows\":16,"
        "\"layers\":1,\"learning_rate\":0.001,\"limit_test\":0,\"limit_train\":0,"
        "\"lr_decay\":\"none\",\"lr_decay_rate\":0.0,\"lr_warmup\":0.0,\"mask\":false,"
        "\"min_delta\":0.0,\"model\":\"lstm\",\"momentum\":0.0,\"monitor\":\"val_acc\","
        "\"notebook\":false,\"on_nan\":\"stop\",\"optimizer\":\"adam\",\"patience\":5,"
        "\"recipe\":\"keras-lstm\",\"recurrent_activation\":\"sigmoid\","
        "\"reset_after\":false,\"rho\":0.90000000000000002,\"rnn_dropout\":0.0,"
        "\"seed\":1,\"shuffle\":\"full\",\"units\":32,\"validation\":\"stratified\","
        "\"validation_split\":0.10000000000000001,\"window_rows\":0}");
    assert_non_null(strstr(text, "\"freeze\":\"\"")); /* later keys, at their defaults */
    assert_non_null(strstr(text, "\"stack\":\"\""));

    /* what serving reads knows every option that is recorded */
    struct record record;
    const struct record_source source = {"record", NULL};
    assert_int_equal(record_read(text, &source, &record), OK);
    assert_true(record.knows_training);
    assert_memory_equal(&record.optim, &config.trainer.optim, sizeof record.optim);

    struct config again = {0};
    assert_int_equal(config_from_record(text, "record", &again), OK);
    char *same = options_to_json(&cmd_train_table, &again);
    assert_string_equal(same, text);
    free(written);

    free(same);
    free(text);
    config_release(&again);
    config_release(&config);
}

static void test_recipes(void **state)
{
    (void)state;
    expect_record(WORDS("--recipe", "keras-bilstm"), "\"head\":\"flatten\"");
    expect_record(WORDS("--recipe", "keras-bilstm"), "\"model\":\"bilstm\"");
    expect_record(WORDS("--recipe", "keras-gru"), "\"model\":\"gru\"");
    expect_record(WORDS("--notebook"), "\"validation\":\"keras-tail\"");
    expect_record(WORDS("--recipe=keras-gru", "--model", "lstm"), "\"model\":\"lstm\"");
    expect_record(WORDS("--model", "lstm", "--recipe=keras-gru"), "\"model\":\"lstm\"");
}

static void expect_monitor(const char *const *words, enum monitor monitor, bool spares,
                           int patience)
{
    struct config config;
    assert_int_equal(resolve(words, &config), OK);
    assert_int_equal(config.trainer.monitor, monitor);
    assert_int_equal(config.trainer.spares_one_class, spares);
    assert_int_equal(config.trainer.patience, patience);
    config_release(&config);
}

static void test_monitor(void **state)
{
    (void)state;
    const enum monitor acc = MONITOR_VAL_ACC, loss = MONITOR_VAL_LOSS;
    expect_monitor(NOTHING, acc, true, 5);
    expect_monitor(WORDS("--recipe", "keras-bilstm"), acc, true, 5);
    expect_monitor(WORDS("--units", "32", "--epochs", "9"), acc, true, 5);
    expect_monitor(WORDS("--recipe", "keras-gru", "--model", "gru"), acc, true, 5);

    expect_monitor(WORDS("--recipe", "none"), loss, true, 5);
    expect_monitor(WORDS("--units", "31"), loss, true, 5);
    expect_monitor(WORDS("--recipe", "keras-gru", "--mask"), loss, true, 5);
    expect_monitor(WORDS("--model", "gru"), loss, true, 5);

    expect_monitor(WORDS("--notebook"), acc, false, 5);
    expect_monitor(WORDS("--notebook", "--recipe", "keras-gru"), acc, false, 5);
    expect_monitor(WORDS("--patience", "5", "--units", "31"), acc, false, 5);
    expect_monitor(WORDS("--patience", "0"), acc, false, 0);
    expect_monitor(WORDS("--monitor", "val_acc", "--units", "31"), acc, false, 5);
    expect_monitor(WORDS("--monitor", "val_loss"), loss, false, 5);
    expect_monitor(WORDS("--monitor", "auto", "--patience", "9"), acc, true, 9);
    expect_monitor(WORDS("--monitor", "auto", "--units", "31"), loss, true, 5);
    expect_monitor(WORDS("--validation", "none"), MONITOR_LOSS, false, 5);

    setenv("RNNTRAIN_PATIENCE", "7", 1);
    expect_monitor(NOTHING, acc, false, 7);
    unsetenv("RNNTRAIN_PATIENCE");
}

/* A record that does not name it is of a model of Keras, or older than the choice. */
static void test_monitor_of_records(void **state)
{
    (void)state;
    struct config config = {0};
    assert_int_equal(config_from_record("{}", "record", &config), OK);
    assert_int_equal(config.trainer.monitor, MONITOR_VAL_ACC);
    config_release(&config);
}

/* The file's path; the caller's to free. */
static char *write_file(const char *json)
{
    char *path = xasprintf("/tmp/rnntrain-test-config-%ld.json", (long)getpid());
    assert_int_equal(file_replace(path, json, strlen(json), false), OK);
    return path;
}

static void test_order_of_sources(void **state)
{
    (void)state;
    char *path = write_file("{\"units\": 7, \"epochs\": 3, \"recipe\": \"keras-gru\"}");
    setenv("RNNTRAIN_UNITS", "5", 1);
    setenv("RNNTRAIN_DENSE", "9", 1);
    expect_record(NOTHING, "\"units\":5");
    expect_record(WORDS("--config", path), "\"units\":7");
    expect_record(WORDS("--config", path), "\"dense\":9");
    expect_record(WORDS("--config", path, "--units", "8,9"), "\"units\":\"8,9\"");

    expect_record(WORDS("--config", path), "\"model\":\"gru\"");
    expect_record(WORDS("--recipe", "none", "--config", path), "\"model\":\"lstm\"");

    setenv("RNNTRAIN_CONFIG", path, 1);
    expect_record(NOTHING, "\"epochs\":3");
    unsetenv("RNNTRAIN_CONFIG");
    unsetenv("RNNTRAIN_UNITS");
    unsetenv("RNNTRAIN_DENSE");

    free(path);
    path = write_file("{\"config\": \"other.json\"}");
    refuse(WORDS("--config", path), ERR_USAGE,
           "\"config\" cannot stand in a configuration file");
    remove(path);
    refuse(WORDS("--config", path), ERR_NO_INPUT, path);
    free(path);
}

/* Where the modules find what the options say. */
static void test_fields(void **state)
{
    (void)state;
    struct config config;

    assert_int_equal(
        resolve(WORDS("--clip-norm=2", "--epochs=3", "--batch-size=8", "--balance=off",
                      "--on-nan=skip", "--no-init-optimizer", "--lr-warmup=0.5",
                      "--run-dir=here", "--test-nan=4", "--monitor=loss"),
                &config),
        OK);

    const struct trainer_config *trainer = &config.trainer;
    assert_true(trainer->optim.clip_norm == 2);
    assert_int_equal(trainer->epochs, 3);
    assert_int_equal(trainer->sampler.batch_size, 8);
    assert_int_equal(trainer->balancing, BALANCE_OFF);
    assert_int_equal(trainer->on_nan, ON_NAN_SKIP);
    assert_false(trainer->init_optimizer);
    assert_true(trainer->warmup_epochs == 0.5);

    assert_string_equal(trainer->run_dir, "here");
    assert_string_equal(trainer->data, "dataset.h5");
    assert_null(trainer->init_from);
    assert_int_equal(trainer->monitor, MONITOR_LOSS);
    assert_int_equal(config.test.nan, 4);
    config_release(&config);
}

static void test_combinations(void **state)
{
    (void)state;
    refuse(WORDS("--resume", "--overwrite"), ERR_USAGE, "give one of them");
    refuse(WORDS("--momentum", "0.9"), ERR_USAGE, "--momentum is for --optimizer sgd");
    refuse(WORDS("--window-rows", "9"), ERR_USAGE, "is for --shuffle window");
    refuse(WORDS("--lr-decay", "inverse"), ERR_USAGE, "go together");
    refuse(WORDS("--lr-decay-rate", "0.1"), ERR_USAGE, "go together");
    refuse(WORDS("--reset-after"), ERR_USAGE, "--reset-after is for --model gru");
    refuse(WORDS("--unitz", "3"), ERR_USAGE, "did you mean --units?");
    refuse(WORDS("--init-from", "none.h5"), ERR_NO_INPUT, "none.h5");
}

/* A new option has its row among the keys of records, with what its absence means. */
static void test_keys(void **state)
{
    (void)state;
    struct option option;
    for (int i = 0; options_at(&cmd_train_table, i, &option); i++) {
        char *key = options_key(&option);
        if (!option.transient && !record_key_find(record_keys, key))
            fail_msg("src/saved/record_keys.c has no row for %s", key);
        free(key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_recipes),
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_monitor_of_records),
        cmocka_unit_test(test_order_of_sources),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_combinations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
