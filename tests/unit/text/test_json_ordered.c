/* The JSON that checkpoints keep, made without a tokenizer, beside what one writes. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

enum { N = 9000 };

/* Words of every kind, the later ones more often, so that their index has another order
 * than their first appearance; as rnnprep writes those below num_words. */
static char *kept_json(const struct text_options *options)
{
    static const char *const kinds[][2] = {{"w", ""},
                                           {"\xc3\xa9\xe4\xbd\xa0", ""},
                                           {"\\\"/", "\x01"},
                                           {"\xf0\x9f\x98\x80", ""},
                                           {"1", "\x7e"}};
    struct text_tokenizer *tokenizer = text_new(options);

    for (int i = 0; i < N; i++)
        for (int often = 0; often <= i % 7; often++) {
            char word[64];
            int n = snprintf(word, sizeof word, "%s%d%s", kinds[i % 5][0], i,
                             kinds[i % 5][1]);
            text_fit(tokenizer, word, (size_t)n);
        }
    text_freeze(tokenizer, 1);

    char *json = text_to_json(tokenizer, true);
    text_free(tokenizer);
    return json;
}

/* By way of a tokenizer; NULL: the JSON is not right. */
static char *ordered_slowly(const char *json, const struct text_options *options,
                            int *max_id)
{
    struct text_tokenizer *tokenizer = NULL;
    if (text_from_json(json, "test", options, &tokenizer))
        return NULL;

    char *ordered = text_to_json(tokenizer, true);
    *max_id = text_max_id(tokenizer);
    text_free(tokenizer);
    return ordered;
}

static void check(const struct text_options *options)
{
    char *json = kept_json(options), *ordered = NULL, *again = NULL;
    int max_id = 0, expected_id = 0;
    char *expected = ordered_slowly(json, options, &expected_id);

    assert_true(text_order_json(json, options, &ordered, &max_id));
    assert_string_equal(ordered, expected);
    assert_string_not_equal(ordered, json);
    assert_int_equal(max_id, expected_id);

    assert_true(text_order_json(ordered, options, &again, &max_id));
    assert_string_equal(again, expected);
    free(json);
    free(ordered);
    free(again);
    free(expected);
}

static void test_same(void **state)
{
    char *stops[] = {(char[]){"w5"}, (char[]){"\xc3\xa9\xe4\xbd\xa0"
                                              "11"}};
    (void)state;

    check(&(struct text_options){.lower = true, .filters = (char[]){""}, .maxlen = 1});
    check(&(struct text_options){.lower = true,
                                 .filters = (char[]){""},
                                 .num_words = 8000,
                                 .oov_token = (char[]){"<\"\xc3\xa9>"},
                                 .stop_words = stops,
                                 .n_stop_words = 2,
                                 .maxlen = 1});
}

/* What is changed is refused, or comes to the same as by way of a tokenizer. */
static void test_changed(void **state)
{
    const struct text_options options = {.filters = (char[]){""}, .maxlen = 1};
    static const char bytes[] = "\"\\0129aw,:{}u\x01\x80 ";
    char *json = kept_json(&options);
    struct rng rng = {.purpose = RNG_TEST};
    int accepted = 0;
    (void)state;

    for (uint32_t i = 0; i < 60; i++) {
        size_t at = rng_below(&rng, 2 * i, (uint32_t)strlen(json));
        char before = json[at], *ordered = NULL;
        int max_id = 0, expected_id = 0;

        json[at] = bytes[rng_below(&rng, 2 * i + 1, sizeof bytes - 1)];
        if (text_order_json(json, &options, &ordered, &max_id)) {
            char *expected = ordered_slowly(json, &options, &expected_id);
            assert_non_null(expected);
            assert_string_equal(ordered, expected);
            assert_int_equal(max_id, expected_id);
            free(expected);
            accepted++;
        }
        free(ordered);
        json[at] = before;
    }
    assert_in_range(accepted, 1, 40);
    free(json);
}

/* What a sealed file may hold that is no tokenizer's. */
static void test_refused(void **state)
{
    static const struct {
        const char *at, *old, *new;
    } changes[] = {
        {"word_index", "w5\\\":", "w0\\\":"},  /* a word twice */
        {"word_counts", "w5\\\":", "w6\\\":"}, /* of a word that the index lacks */
        {"word_docs", "{\\\"w0", "{\\\"w1"},
        {"index_docs", "\\\"7\\\":", "\\\"8\\\":"}, /* an index twice */
        {"word_index", ":12,", ":13,"},
        {"word_docs", "\\\\u", "\\\\U"},
        {"word_counts", ":1,", ":01"},
    };
    const struct text_options options = {.filters = (char[]){""}, .maxlen = 1};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        char *json = kept_json(&options), *ordered = NULL;
        char *at = strstr(strstr(json, changes[i].at), changes[i].old);
        int max_id = 0;

        assert_non_null(at);
        memcpy(at, changes[i].new, strlen(changes[i].new));
        assert_false(text_order_json(json, &options, &ordered, &max_id));
        assert_null(ordered);
        free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same),
                                       cmocka_unit_test(test_changed),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
