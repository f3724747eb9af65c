/* What no single option of rnnprep shows wrong. */
#include "settings.h"

#include "../shown.h"

/* Sets options, NULL behind the last, by name and value, and checks all. */
static int check(const char *const *given)
{
    struct settings settings = {0};
    options_init(&cmd_prepare_table, &settings);
    for (; *given; given += 2)
        assert_int_equal(
            options_set(&cmd_prepare_table, &settings, given[0], given[1], ""), OK);
    int rc = settings_check(&settings);
    options_release(&cmd_prepare_table, &settings);
    return rc;
}

#define GIVEN(...) ((const char *const[]){__VA_ARGS__, NULL})

static void accept(const char *const *given)
{
    if (check(given))
        fail_msg("%s", fail_message());
}

static void refuse(const char *const *given, const char *message)
{
    assert_int_equal(check(given), ERR_USAGE);
    expect_message(message);
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings settings = {0};
    options_init(&cmd_prepare_table, &settings);
    assert_int_equal(settings_check(&settings), OK);
    assert_int_equal(settings.num_words, 3800);
    assert_int_equal(settings.maxlen, 380);
    assert_int_equal(settings.min_count, 1);
    assert_int_equal(settings.padding, 0);
    assert_true(settings.lower);
    assert_string_equal(settings.output, "dataset.h5");
    options_release(&cmd_prepare_table, &settings);
}

static void test_one_of_two(void **state)
{
    (void)state;
    refuse(GIVEN("test", "t.csv", "test-split", "0.1"),
           "--test and --test-split: expected one of them");
    refuse(GIVEN("validation", "v.csv", "validation-split", "0.1"),
           "--validation and --validation-split: expected one of them");
    accept(GIVEN("test", "t.csv", "validation-split", "0.1"));
    accept(GIVEN("test", "t.csv", "test-split", "0"));
}

static void test_words(void **state)
{
    (void)state;
    refuse(GIVEN("num-words", "1"), "--num-words 1 keeps no word");
    accept(GIVEN("num-words", "all"));
    accept(GIVEN("num-words", "2"));
    refuse(GIVEN("filters", "!\xf0"), "must be valid UTF-8");
    refuse(GIVEN("split", "\xe9"), "must be valid UTF-8");
    refuse(GIVEN("oov-token", "\xff"), "must be valid UTF-8");
    refuse(GIVEN("split", ""), "--split: expected one character or more");
    accept(GIVEN("filters", ""));
}

static void test_reading(void **state)
{
    (void)state;
    refuse(GIVEN("separator", ""), "--separator: expected 1 to 15 characters");
    refuse(GIVEN("separator", "1234567890123456"), "--separator: expected 1 to 15");
    refuse(GIVEN("separator", "\""), "no quote and no line end");
    refuse(GIVEN("separator", ",\n"), "no quote and no line end");
    accept(GIVEN("separator", "123456789012345"));
    refuse(GIVEN("encoding", "latin-99"), "--encoding latin-99: no such encoding");
    accept(GIVEN("encoding", "gb18030"));
}

/* Whatever makes a vocabulary does not go with one that is there; padding does. */
static void test_tokenizer(void **state)
{
    (void)state;
    static const char *const makers[][2] = {{"num-words", "100"}, {"min-count", "2"},
                                            {"vocab-limit", "9"}, {"segment", "icu"},
                                            {"lower", "false"},   {"normalize", "nfc"},
                                            {"tags", "keep"},     {"filters", "!"},
                                            {"split", "_"},       {"oov-token", "<unk>"}};

    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        char *message =
            xasprintf("--%s makes a vocabulary; --tokenizer t.json brings its "
                      "own",
                      makers[i][0]);
        refuse(GIVEN("tokenizer", "t.json", makers[i][0], makers[i][1]), message);
        accept(GIVEN(makers[i][0], makers[i][1]));
        free(message);
    }
    refuse(GIVEN("tokenizer", "t.json", "stop-words", "english"),
           "--stop-words and --char-level make a vocabulary");
    refuse(GIVEN("tokenizer", "t.json", "char-level", "true"),
           "--stop-words and --char-level make a vocabulary");
    accept(GIVEN("tokenizer", "t.json", "maxlen", "7", "padding", "post", "truncating",
                 "post", "num-words", "3800"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),  cmocka_unit_test(test_one_of_two),
        cmocka_unit_test(test_words),     cmocka_unit_test(test_reading),
        cmocka_unit_test(test_tokenizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
