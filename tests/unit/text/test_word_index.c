/* The ids of keras.datasets.imdb, by today's rule and by that of older records. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

/* A word index of so many words with ids from `from` on, and what stands in front of
 * them; the caller's. */
static char *large_index(int n_words, const char *front, int from)
{
    enum { MOST = 32 };
    char *json = xcalloc((size_t)n_words * MOST + 128, 1), *to = json;
    to += sprintf(to, "{%s", front);
    for (int i = 0; i < n_words; i++)
        to += sprintf(to, "%s\"%s%d\": %d", i ? ", " : "",
                      i % 3   ? "w"
                      : i % 2 ? "\\u00e9\\\""
                              : "\xc3\xa4",
                      i, i + from);
    sprintf(to, "}\n");
    return json;
}

/* A byte order mark in front leaves it to the reader of all JSON, which takes as much. */
static void check_large(const char *json, bool is_good)
{
    struct text_options options = {.maxlen = 1};
    struct text_tokenizer *fast = NULL, *slow = NULL;
    char *assumed[2] = {NULL, NULL}, *marked = xasprintf("\xef\xbb\xbf%s", json);
    int rc = text_from_bytes(json, strlen(json), "it", &options, &fast, &assumed[0]);
    assert_int_equal(
        rc, text_from_bytes(marked, strlen(marked), "it", &options, &slow, &assumed[1]));
    assert_int_equal(rc == OK, is_good);

    if (is_good) {
        char *a = text_to_json(fast, false), *b = text_to_json(slow, false);
        assert_string_equal(a, b);
        assert_string_equal(assumed[0], assumed[1]);
        free(a);
        free(b);
    }
    text_free(fast);
    text_free(slow);
    free(assumed[0]);
    free(assumed[1]);
    free(marked);
}

/* Long word indices are read by pairs, to the same words. */
static void test_large(void **state)
{
    enum { N = 9000 };
    static const struct {
        const char *front;
        int from;
        bool is_good;
    } cases[] = {
        {"", 1, true},
        {"\"<PAD>\": 0, ", 1, true},
        {"\"<OOV>\": 1, ", 2, true},
        {"\"<PAD>\": 0, \"<OOV>\": 1, ", 2, true},
        {"\"word\": 1, ", 2, true},
        {"\"word\": 0, ", 1, false},  /* which a text can hold */
        {"\"<OOV>\": 1, ", 3, false}, /* without 2 */
        {"\"<OOV>\": 1, \"<B>\": 1, ", 2, false},
        {"\"<START>\": 1, \"<UNK>\": 2, ", 3, false}, /* as imdb has them */
        {"\"x\": 1.5, ", 1, false},
        {"\"x\": \"y\", ", 1, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *json = large_index(N, cases[i].front, cases[i].from);
        assert_true(strlen(json) > 1 << 16);
        check_large(json, cases[i].is_good);
        free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_older_rule),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
