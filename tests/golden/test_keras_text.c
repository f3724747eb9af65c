/* Tokenizer and padding against what Keras's own did with odd texts: see
 * make_keras_text.py, which ran it and wrote the file. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static const char *golden_path;

static const char *text_of(const json_t *options, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(options, key));
    return text ? text : otherwise;
}

static char *copy_of(const json_t *options, const char *key)
{
    const char *text = text_of(options, key, NULL);
    return text ? xstrdup(text) : NULL;
}

static struct text_options options_of(const json_t *options)
{
    return (struct text_options){
        .tags = TEXT_TAGS_KEEP,
        .filters = copy_of(options, "filters"),
        .lower = !json_is_false(json_object_get(options, "lower")),
        .split = copy_of(options, "split"),
        .oov_token = copy_of(options, "oov_token"),
        .num_words = (int)json_integer_value(json_object_get(options, "num_words")),
        .pad_pre = !strcmp(text_of(options, "padding", "pre"), "pre"),
        .truncate_pre = !strcmp(text_of(options, "truncating", "pre"), "pre"),
        .maxlen = (int)json_integer_value(json_object_get(options, "maxlen")),
    };
}

static void check_row(const struct text_tokenizer *tokenizer, const char *text,
                      const json_t *expected, size_t number)
{
    struct text_ids ids = {0};
    const struct text_options *options = text_settings(tokenizer);
    int32_t *row = xcalloc((size_t)options->maxlen, sizeof *row);

    text_encode(tokenizer, text, strlen(text), &ids);
    (void)text_pad(options, ids.ids, ids.n, row);
    for (int t = 0; t < options->maxlen; t++)
        if (row[t] != json_integer_value(json_array_get(expected, (size_t)t)))
            fail_msg("case %zu: \"%s\": id %d is %d", number, text, t, row[t]);
    free(row);
    text_ids_release(&ids);
}

static void check_words(const struct text_tokenizer *tokenizer, const json_t *golden,
                        size_t number)
{
    const json_t *words = json_object_get(golden, "words");
    const json_t *counts = json_object_get(golden, "word_counts");
    const json_t *indices = json_object_get(golden, "indices");
    int index = 0;

    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *expected = json_string_value(json_array_get(words, i));
        index = (int)json_integer_value(json_array_get(indices, i));
        if (strcmp(text_word(tokenizer, index), expected))
            fail_msg("case %zu: word %d is \"%s\", Keras has \"%s\"", number, index,
                     text_word(tokenizer, index), expected);
        assert_int_equal(text_word_count(tokenizer, index),
                         json_integer_value(json_array_get(counts, i)));
    }
    assert_int_equal(text_n_words(tokenizer), index);
}

static void check_matrix(const struct text_tokenizer *tokenizer, const json_t *golden,
                         const json_t *texts, const char *unseen, size_t number)
{
    const json_t *matrix = json_object_get(golden, "matrix");
    size_t n = json_array_size(texts);
    for (size_t i = 0; i < n; i++)
        check_row(tokenizer, json_string_value(json_array_get(texts, i)),
                  json_array_get(matrix, i), number);
    check_row(tokenizer, unseen, json_array_get(matrix, n), number);
}

/* The kept words through JSON and back: the same ids. */
static void check_json(const struct text_tokenizer *tokenizer, const json_t *golden,
                       const json_t *texts, const char *unseen, size_t number)
{
    for (int kept_only = 0; kept_only < 2; kept_only++) {
        struct text_tokenizer *again = NULL;
        char *text = text_to_json(tokenizer, kept_only);
        assert_int_equal(text_from_json(text, "test", text_settings(tokenizer), &again),
                         OK);
        check_matrix(again, golden, texts, unseen, number);
        free(text);
        text_free(again);
    }
}

static void check_case(const json_t *root, const json_t *golden, size_t number)
{
    const json_t *texts = json_object_get(root, "texts");
    const char *unseen = json_string_value(json_object_get(root, "unseen"));
    struct text_options options = options_of(json_object_get(golden, "options"));
    struct text_tokenizer *tokenizer = text_new(&options);

    for (size_t i = 0; i < json_array_size(texts); i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        text_fit(tokenizer, text, strlen(text));
    }
    text_freeze(tokenizer, 1);
    check_words(tokenizer, golden, number);
    check_matrix(tokenizer, golden, texts, unseen, number);
    check_json(tokenizer, golden, texts, unseen, number);

    text_free(tokenizer);
    free(options.filters);
    free(options.split);
    free(options.oov_token);
}

static void test_all_cases(void **state)
{
    (void)state;
    json_error_t error;
    json_t *root = json_load_file(golden_path, 0, &error);
    if (!root)
        fail_msg("%s: %s", golden_path, error.text);
    const json_t *cases = json_object_get(root, "cases");
    assert_true(json_array_size(cases) > 10);
    for (size_t i = 0; i < json_array_size(cases); i++)
        check_case(root, json_array_get(cases, i), i);
    json_decref(root);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    golden_path = argc > 1 ? argv[1] : "keras_text.json";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
