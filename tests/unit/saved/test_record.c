/* Records of options: what is read of them, what they leave open, what is refused. */
#include "saved/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "saved/record_keys.h"

static const struct record_source source = {"run/best.h5", "{\"version\":\"7.1\"}"};

static struct record read_record(const char *json)
{
    struct record record;
    if (record_read(json, &source, &record))
        fail_msg("%s", fail_message());
    return record;
}

static void refuse(const char *json, const char *message)
{
    struct record record = {.model.dense = 77};
    assert_int_equal(record_read(json, &source, &record), ERR_FORMAT);
    assert_string_equal(fail_message(), message);
    assert_int_equal(record.model.dense, 77);
}

/* As the first version wrote one. */
static void test_whole_record(void **state)
{
    (void)state;
    struct record record = read_record(
        "{\"allow_one_class\":false,\"allreduce\":\"canonical\",\"batch_size\":64,"
        "\"beta_1\":0.9,\"beta_2\":0.99,\"clip_norm\":1.5,\"dense\":0,"
        "\"dense_dropout\":0.2,\"embedding\":9,\"embedding_dropout\":0.5,\"epochs\":2,"
        "\"epsilon\":1e-7,\"head\":\"flatten\",\"lane_rows\":8,\"layers\":1,"
        "\"learning_rate\":0.01,\"limit_test\":0,\"limit_train\":0,"
        "\"lr_decay\":\"inverse\",\"lr_decay_rate\":0.1,\"lr_warmup\":0,\"mask\":true,"
        "\"min_delta\":0,\"model\":\"bigru\",\"momentum\":0,\"monitor\":\"val_acc\","
        "\"notebook\":false,\"on_nan\":\"stop\",\"optimizer\":\"rmsprop\","
        "\"patience\":5,\"recipe\":\"keras-lstm\","
        "\"recurrent_activation\":\"hard_sigmoid\",\"reset_after\":true,\"rho\":0.8,"
        "\"rnn_dropout\":0,\"seed\":7,\"shuffle\":\"window\",\"units\":\"4,5\","
        "\"validation\":\"own\",\"validation_split\":0.1,\"window_rows\":512}");

    assert_int_equal(record.model.kind, MODEL_BIGRU);
    assert_int_equal(record.model.head, MODEL_FLATTEN);
    assert_int_equal(record.model.gates, MODEL_HARD_SIGMOID);
    assert_int_equal(record.model.units.n, 2);
    assert_int_equal(record.model.units.value[1], 5);
    assert_int_equal(record.model.embedding, 9);
    assert_true(record.model.mask && record.model.reset_after);

    assert_int_equal(record.optim.kind, OPTIM_RMSPROP);
    assert_int_equal(record.optim.decay, DECAY_INVERSE);
    assert_true(record.optim.learning_rate == 0.01 && record.optim.rho == 0.8);
    assert_int_equal(record.sampler.shuffle, SHUFFLE_WINDOW);
    assert_int_equal(record.sampler.window_rows, 512);
    assert_int_equal(record.sampler.lane_rows, 8);
    assert_int_equal(record.sampler.seed, 7);
}

/* Models of Keras say less. */
static void test_defaults(void **state)
{
    (void)state;
    struct record record = read_record("{\"model\":\"gru\",\"units\":\"7\"}");
    assert_int_equal(record.model.kind, MODEL_GRU);
    assert_int_equal(record.model.units.n, 1);
    assert_int_equal(record.model.units.value[0], 7);
    assert_int_equal(record.model.head, MODEL_LAST);
    assert_int_equal(record.optim.kind, OPTIM_ADAM);
    assert_true(record.optim.learning_rate == 0.001);
    assert_int_equal(record.sampler.lane_rows, 16);
    assert_int_equal(record.sampler.window_rows, 32768);
}

static void test_older_builds(void **state)
{
    (void)state;
    assert_int_equal(read_record("{\"shuffle\":true}").sampler.shuffle, SHUFFLE_FULL);
    assert_int_equal(read_record("{\"shuffle\":false}").sampler.shuffle, SHUFFLE_NONE);
    char *text = record_renew("{\"shuffle\": false, \"epochs\": 3}");
    assert_string_equal(text, "{\"shuffle\": \"none\", \"epochs\": 3}");
    free(text);
    text = record_renew("no JSON");
    assert_string_equal(text, "no JSON");
    free(text);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(
        "{\"units\":0}",
        "run/best.h5: units 0: expected a whole number, or several with commas, from 1 "
        "to 8192");
    refuse("{\"head\":\"first\"}",
           "run/best.h5: head first: expected one of max, mean, flatten, last");
    refuse("{\"embedding\":70000}",
           "run/best.h5: embedding 70000: expected a whole number from 1 to 8192");

    refuse("{\"mask\":[1]}",
           "run/best.h5: mask: expected a plain value, found a list or an object");
    refuse("[1]", "run/best.h5: expected a JSON object {\"option\": value, ...}");
    refuse("{\"units\":", "run/best.h5: line 1, column 9: unexpected token near end of "
                          "file");
}

/* What later versions may write. */
static void test_future(void **state)
{
    (void)state;
    static const char *const of_training[] = {
        "{\"units\":\"7\",\"warm_restarts\":4}",
        "{\"units\":\"7\",\"optimizer\":\"lion\"}",
        "{\"units\":\"7\",\"allreduce\":\"ring\",\"new_list\":[1,{}]}"};
    struct record record;

    refuse("{\"attention\":4,\"needs\":[\"attention\"]}",
           "run/best.h5: its model needs attention, which this program, " RNNTRAIN_VERSION
           ", does not know: rnntrain 7.1 wrote it, take that version or a later one");
    for (size_t i = 0; i < COUNT_OF(of_training); i++) {
        record = read_record(of_training[i]);
        assert_int_equal(record.model.units.value[0], 7);
        assert_int_equal(record.optim.kind, OPTIM_ADAM);
    }
    record = read_record(of_training[0]);
    assert_false(record.knows_training);
    assert_int_equal(record_check_training(&record, &source, "--init-from"), ERR_USAGE);
    assert_string_equal(
        fail_message(),
        "run/best.h5: --init-from wants an option of training, which this "
        "program, " RNNTRAIN_VERSION
        ", does not know: rnntrain 7.1 wrote it, take that version or a later one");

    char *key = record_unknown_key(of_training[0]);
    assert_string_equal(key, "warm_restarts");
    free(key);
    assert_null(record_unknown_key("{\"units\":7,\"recipe\":\"none\"}"));
}

/* Keys as a later version may have them: left out where they say what absence means. */
static void test_later_keys(void **state)
{
    (void)state;
    static const struct record_key keys[] = {{"units", "32", false, false},
                                             {"attention", "0", true, true},
                                             {"restarts", "\"none\"", true, false},
                                             {NULL, NULL, false, false}};
    static const char *const records[][2] = {
        {"{\"attention\":0,\"restarts\":\"none\",\"units\":32}", "{\"units\":32}"},
        {"{\"attention\":4,\"restarts\":\"warm\",\"units\":32}",
         "{\"attention\":4,\"needs\":[\"attention\"],\"restarts\":\"warm\",\"units\":"
         "32}"}};

    for (size_t i = 0; i < COUNT_OF(records); i++) {
        json_t *record = json_loads(records[i][0], 0, NULL);
        record_keys_leave_out(keys, record);
        char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
        assert_string_equal(text, records[i][1]);
        free(text);

        record_keys_complete(keys, record);
        json_object_del(record, "needs");
        text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
        assert_string_equal(text, records[i][0]);
        free(text);
        json_decref(record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_record), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_older_builds), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_future),       cmocka_unit_test(test_later_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
