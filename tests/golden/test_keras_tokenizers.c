/* Tokenizers in the files that Keras and Python made of them, see
 * make_keras_tokenizers.py; the same files cut short and with bytes changed; and pickles
 * that ask for more than a tokenizer is. */
#include "../sanitize/share.h"
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static const char *golden_path;

static const struct text_options padding = {.maxlen = 4};

static char *bytes_of(const char *hex, size_t *n)
{
    *n = strlen(hex) / 2;
    char *bytes = xcalloc(*n + 1, 1);
    for (size_t i = 0; i < *n; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes[i] = (char)byte;
    }
    return bytes;
}

static void check_ids(const struct text_tokenizer *tokenizer, const json_t *probes,
                      const json_t *rows, const char *name)
{
    struct text_ids ids = {0};
    for (size_t i = 0; i < json_array_size(probes); i++) {
        const char *text = json_string_value(json_array_get(probes, i));
        const json_t *row = json_array_get(rows, i);

        text_encode(tokenizer, text, strlen(text), &ids);
        if (ids.n != json_array_size(row))
            fail_msg("%s: %zu ids of \"%s\", Keras gives %zu", name, ids.n, text,
                     json_array_size(row));
        for (size_t j = 0; j < ids.n; j++)
            assert_int_equal(ids.ids[j], json_integer_value(json_array_get(row, j)));
    }
    text_ids_release(&ids);
}

static json_t *load_golden(void)
{
    json_error_t error;
    json_t *root = json_load_file(golden_path, 0, &error);
    if (!root)
        fail_msg("%s: %s", golden_path, error.text);
    return root;
}

static void test_forms(void **state)
{
    (void)state;
    json_t *root = load_golden(), *cases = json_object_get(root, "cases");

    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *given = json_array_get(cases, i);
        const char *name = json_string_value(json_object_get(given, "name"));
        struct text_tokenizer *tokenizer = NULL;
        char *assumed = NULL;
        size_t n = 0;
        char *bytes = bytes_of(json_string_value(json_object_get(given, "file")), &n);

        if (text_from_bytes(bytes, n, name, &padding, &tokenizer, &assumed))
            fail_msg("%s", fail_message());
        check_ids(tokenizer, json_object_get(root, "probes"),
                  json_object_get(given, "ids"), name);
        if (!assumed != !strstr(name, "word_index"))
            fail_msg("%s: assumed %s", name, assumed ? assumed : "nothing");

        text_free(tokenizer);
        free(assumed);
        free(bytes);
    }
    json_decref(root);
}

/* Whatever is in it: a tokenizer or a message. */
static void try(const char *bytes, size_t n)
{
    struct text_tokenizer *tokenizer = NULL;
    char *assumed = NULL;
    char *copy = xrealloc(NULL, n + 1, 1); /* so that sanitizers see its end */
    if (n)
        memcpy(copy, bytes, n);
    char *fitting = xrealloc(copy, n ? n : 1, 1);

    if (text_from_bytes(fitting, n, "t", &padding, &tokenizer, &assumed))
        assert_int_equal(strncmp(fail_message(), "t: ", 3), 0);
    text_free(tokenizer);
    free(assumed);
    free(fitting);
}

static void test_damaged(void **state)
{
    (void)state;
    json_t *root = load_golden(), *cases = json_object_get(root, "cases");
    uint32_t random = 1;

    for (size_t i = 0; i < json_array_size(cases); i += 3) {
        const json_t *given = json_array_get(cases, i);
        size_t n = 0;
        char *bytes = bytes_of(json_string_value(json_object_get(given, "file")), &n);

        for (size_t left = 0; left < n; left += 1 + left / 64)
            try(bytes, left);
        for (int flip = 0; flip < share_of(200); flip++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % n;
            char before = bytes[at];
            bytes[at] =
                (char)(flip % 2 ? random >> 24 : (uint32_t)before ^ 1u << flip % 8);
            try(bytes, n);
            bytes[at] = before;
        }
        free(bytes);
    }
    json_decref(root);
}

static void refuse_bytes(const char *bytes, size_t n, const char *expected)
{
    struct text_tokenizer *tokenizer = NULL;
    char *assumed = NULL;
    assert_int_equal(text_from_bytes(bytes, n, "t", &padding, &tokenizer, &assumed),
                     ERR_FORMAT);
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

static void refuse(const char *text, const char *expected)
{
    refuse_bytes(text, strlen(text), expected);
}

static void test_refused(void **state)
{
    (void)state;
    refuse("cos\nsystem\n(S'true'\ntR.", "it holds os.system");
    refuse("cos\nsystem\n(S'true'\ntR.", "tokenizer.json");
    refuse("\x80\x04\x8c\x08"
           "builtins\x8c\x04"
           "eval\x93.",
           "builtins.eval");
    refuse("cnumpy.core.multiarray\nscalar\n.", "numpy.core.multiarray.scalar");
    refuse("\x80\x09N.", "protocol 9");
    refuse("(lp0\ng0\na.", "within values");
    refuse("(dS'a'\nI0\ns.", "\"a\" the index 0");
    refuse("(dS'a'\nI1\ns", "ends too early");
    refuse("(I1\nI2\n", "ends too early");
    refuse("(I1\nI2\n.", "ends with 2 values");
    refuse("(dS'a'\nu.", "not there");
    refuse("(dI3\nNs.", "not a Keras tokenizer");
    refuse("]N.", "ends with 2 values");
    refuse("}X\xff\xff\xff\xff.", "ends too early");
    refuse_bytes("}U\x02"
                 "a\0K\x01s.",
                 9, "no word");
    refuse("(dp9999999999\n.", "no pickle of its size");

    refuse("{\"a\": 1, \"b\": 2.5}", "not a Keras tokenizer");
    refuse("[\"\", \"the\"]", "not a Keras tokenizer");
    refuse("\"{\\\"a\\\": ", "no JSON");
    refuse("\xff\xfe{", "UTF-16");
    refuse("\x89HDF\r\n", "HDF5");
    refuse("{\"word_index\": {\"a\": 1}, \"filters\": 3}", "filters is 3");
    refuse("{\"word_index\": {\"a\": 1}, \"filters\": \"\", \"lower\": \"no\"}", "lower");
    refuse("{\"word_index\": \"{\\\"a\\\": 1}\", \"num_words\": \"9\"}", "num_words");
    refuse("{\"word_index\": \"{\\\"a\\\": 1, \\\"u\\\": 2}\", \"oov_token\": \"u\"}",
           "oov_token");
}

/* Entries as a list of pairs, which Python 2 writes. */
static void test_python_2(void **state)
{
    (void)state;
    static const char pickled[] =
        "ccopy_reg\n_reconstructor\np0\n(ckeras.preprocessing.text\nTokenizer\np1\n"
        "c__builtin__\nobject\np2\nNtp3\nRp4\n(dp5\nS'word_counts'\np6\n"
        "ccollections\nOrderedDict\np7\n((lp8\n(lp9\nS'it\\'s'\np10\naI3\naa(lp11\n"
        "S'caf\\xc3\\xa9'\np12\naL2L\naatRp13\nsS'word_index'\np14\n("
        "dp15\ng10\nI1\nsg12\n"
        "I2\nssS'word_docs'\nccollections\ndefaultdict\n(c__builtin__\nint\ntR"
        "S'it\\'s'\nI3\nssS'lower'\nI01\nsS'num_words'\nNsS'filters'\nS'!'\nsS'split'\nS'"
        " "
        "'\nsb.";
    struct text_tokenizer *tokenizer = NULL;
    char *assumed = NULL;

    if (text_from_bytes(pickled, sizeof pickled - 1, "t", &padding, &tokenizer, &assumed))
        fail_msg("%s", fail_message());
    assert_string_equal(text_word(tokenizer, 1), "it's");
    assert_string_equal(text_word(tokenizer, 2), "café");
    assert_int_equal(text_word_count(tokenizer, 2), 2);
    assert_int_equal(text_n_words(tokenizer), 2);
    assert_null(assumed);
    text_free(tokenizer);
}

/* A small pickle that stands for a large value. */
static void test_bombs(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = xcalloc(1 << 22, 1);
    n += (size_t)sprintf(bytes + n, "ccollections\nOrderedDict\np0\n(lp1\n");
    for (int i = 0; i < 20000; i++)
        n += (size_t)sprintf(bytes + n, "(lI1\nag1\na0"); /* pairs that are none */
    for (int i = 0; i < 50000; i++)
        n += (size_t)sprintf(bytes + n, "g0\n(g1\ntR0");
    bytes[n++] = '.';
    refuse_bytes(bytes, n, "");

    n = (size_t)sprintf(bytes, "(dp1\n(lp2\n");
    for (int i = 0; i < 100000; i++)
        n += (size_t)sprintf(bytes + n, "I1\na");
    n += (size_t)sprintf(bytes + n, "0");
    for (int i = 0; i < 100000; i++)
        n += (size_t)sprintf(bytes + n, "S'%d'\ng2\ns", i);
    bytes[n++] = '.';
    refuse_bytes(bytes, n, "more than a tokenizer has");
    free(bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_python_2),
        cmocka_unit_test(test_bombs),
    };
    (void)argc;
    golden_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
