/* The ids of keras.datasets.imdb, by today's rule and by that of older records. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Ids 4 to 9; below num_words 7 stand three of them. */
static const char word_index[] =
    "{\"the\": 1, \"film\": 2, \"good\": 3, \"bad\": 4, \"long\": 5, \"dull\": 6}";

static void check_ids(const struct text_tokenizer *tokenizer, const char *text,
                      const char *expected, size_t n_unknown)
{
    struct text_ids ids = {0};
    char *found = xstrdup("");

    text_encode(tokenizer, text, strlen(text), &ids);
    for (size_t i = 0; i < ids.n; i++) {
        char *longer = xasprintf("%s%s%d", found, i ? " " : "", ids.ids[i]);
        free(found);
        found = longer;
    }
    assert_string_equal(found, expected);
    assert_int_equal(ids.n_unknown, n_unknown);
    text_ids_release(&ids);
    free(found);
}

static void check_rule(const struct text_tokenizer *tokenizer)
{
    check_ids(tokenizer, "The good film!", "1 4 6 5", 0);
    check_ids(tokenizer, "a BAD, nice film", "1 2 5", 3);
    check_ids(tokenizer, "nothing here", "1", 2);
    check_ids(tokenizer, "", "1", 0);
    check_ids(tokenizer, "dull dull the", "1 2 2 4", 2);
    assert_int_equal(text_start_id(tokenizer), 1);
    assert_int_equal(text_unknown_id(tokenizer), 0);
    assert_int_equal(text_beyond_id(tokenizer), 2);
    assert_int_equal(text_max_id(tokenizer), 6);
}

/* Written and read again it is the same, also without the words that have no id. */
static void test_rule(void **state)
{
    struct text_options options = {.num_words = 7, .maxlen = 1};
    struct text_tokenizer *tokenizer = NULL;
    (void)state;

    assert_int_equal(text_from_word_index(word_index, sizeof word_index - 1, "it",
                                          &options, &tokenizer),
                     OK);
    check_rule(tokenizer);
    for (int kept_only = 0; kept_only < 2; kept_only++) {
        char *json = text_to_json(tokenizer, kept_only);
        struct text_tokenizer *read = NULL;
        assert_non_null(strstr(json, "\"imdb_index_from\":3"));
        assert_int_equal(text_from_json(json, "it", &options, &read), OK);
        check_rule(read);
        text_free(read);
        free(json);
    }
    text_free(tokenizer);
}

/* A record without today's key: what the index lacks has id 2 too. */
static void test_older_rule(void **state)
{
    static const char json[] =
        "{\"config\":{\"num_words\":7,\"lower\":true,\"word_index\":"
        "\"{\\\"the\\\":4,\\\"film\\\":5,\\\"good\\\":6}\"},\"index_from\":3}";
    struct text_options options = {.maxlen = 1};
    struct text_tokenizer *tokenizer = NULL;
    (void)state;

    assert_int_equal(text_from_json(json, "it", &options, &tokenizer), OK);
    check_ids(tokenizer, "a BAD, nice film", "1 2 2 2 5", 3);
    char *again = text_to_json(tokenizer, true);
    assert_non_null(strstr(again, "\"index_from\":3"));
    assert_null(strstr(again, "imdb_index_from"));
    free(again);
    text_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_older_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
