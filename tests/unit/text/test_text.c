/* What is not Keras's: tags, stop words, invalid UTF-8; and tokenizers that are
 * refused. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/uchar.h>

static void check_tags(const char *text, enum text_tags tags, const char *expected)
{
    char *copy = xstrdup(text);
    size_t n = text_strip_tags(copy, strlen(copy), tags, copy);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(copy, expected, n);
    free(copy);
}

/* As re.sub("<[^>]+>", ...) */
static void test_tags(void **state)
{
    (void)state;
    check_tags("a<br />b", TEXT_TAGS_REMOVE, "ab");
    check_tags("a<br />b", TEXT_TAGS_SPACE, "a b");
    check_tags("a<br />b", TEXT_TAGS_KEEP, "a<br />b");
    check_tags("<>", TEXT_TAGS_REMOVE, "<>");
    check_tags("<<a>>", TEXT_TAGS_REMOVE, ">");
    check_tags("1 < 2 and 3 > 2", TEXT_TAGS_REMOVE, "1  2");
    check_tags("open <b", TEXT_TAGS_REMOVE, "open <b");
    check_tags("<><b>", TEXT_TAGS_REMOVE, "<>");
    check_tags("", TEXT_TAGS_REMOVE, "");
}

/* Each '<' once looked for its '>' to the end of the text. */
static void test_many_open_tags(void **state)
{
    (void)state;
    size_t n = (size_t)8 << 20;
    char *text = xrealloc(NULL, n, 1);
    memset(text, '<', n);
    double start = seconds_now();
    assert_int_equal(text_strip_tags(text, n, TEXT_TAGS_REMOVE, text), n);
    assert_true(seconds_now() - start < 5);
    free(text);
}

static void check_repair(const char *text, const char *expected, size_t n_expected,
                         size_t expected_first)
{
    char *clean = NULL;
    size_t n_clean = 0, first = 0;
    size_t n = text_repair_utf8(text, strlen(text), &clean, &n_clean, &first);

    assert_int_equal(n, n_expected);
    if (n) {
        assert_int_equal(n_clean, strlen(expected));
        assert_memory_equal(clean, expected, n_clean);
        assert_int_equal(first, expected_first);
    }
    free(clean);
}

/* As bytes.decode("utf-8", errors="replace") */
static void test_repair(void **state)
{
    (void)state;
#define BAD "\xef\xbf\xbd"
    check_repair("plain", NULL, 0, 0);
    check_repair("caf\xc3\xa9", NULL, 0, 0);
    check_repair("caf\xe9", "caf" BAD, 1, 3);
    check_repair("\xff\xfe", BAD BAD, 2, 0);
    check_repair("a\xe2\x82z", "a" BAD "z", 1, 1);   /* cut short: one part */
    check_repair("\xed\xa0\x80", BAD BAD BAD, 3, 0); /* a surrogate */
    check_repair("\xc0\xaf", BAD BAD, 2, 0);         /* overlong */
    check_repair("\xf0\x9f\x98 ok \xf4\x90\x80\x80", BAD " ok " BAD BAD BAD BAD, 5, 0);
}

static void encode(const struct text_tokenizer *tokenizer, const char *text,
                   struct text_ids *ids)
{
    text_encode(tokenizer, text, strlen(text), ids);
}

/* Long dictionaries are read without a tree: the same tokenizer, whatever words hold. */
static void test_many_words(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {{"w", ""},
                                           {"'", "\x07"},
                                           {"\xc3\xa9", ""},
                                           {"\xf0\x9f\x98\x80", ""},
                                           {"1", "\x7f"}};
    struct text_options options = {.lower = true, .oov_token = (char[]){"<OOV>"}};
    struct text_tokenizer *tokenizer = text_new(&options), *again = NULL;
    char *texts = xcalloc(30000, 32), *at = texts, *note = NULL;

    for (int i = 0; i < 30000; i++) {
        at += snprintf(at, 32, "%s%d%s", kinds[i % 5][0], i % 9000, kinds[i % 5][1]);
        *at++ = ' ';
    }
    text_fit(tokenizer, texts, (size_t)(at - texts));
    text_freeze(tokenizer, 1);

    char *json = text_to_json(tokenizer, true);
    assert_true(text_n_words(tokenizer) > 9000 && strlen(json) > 500000);
    assert_int_equal(text_from_json(json, "test", &options, &again), OK);
    char *same = text_to_json(again, true);
    assert_string_equal(json, same);
    free(same);
    text_free(again);

    again = NULL;
    assert_int_equal(text_from_bytes(json, strlen(json), "test", &options, &again, &note),
                     OK);
    same = text_to_json(again, true);
    assert_string_equal(json, same);
    assert_null(note);
    free(same);
    text_free(again);

    /* One word by two indices: what is wrong is said as of a short one. */
    char *index = strstr(json, "\"word_index\"");
    char *first = strstr(index, "\\\":3,"), *second = strstr(index, "\\\":4,");
    assert_true(first && second);
    second[3] = '3';
    assert_int_equal(text_from_json(json, "test", &options, &again), ERR_FORMAT);
    assert_non_null(strstr(fail_message(), "the index 3, which"));

    free(json);
    free(texts);
    text_free(tokenizer);
}

static void test_stop_words(void **state)
{
    (void)state;
    char *stops[] = {(char[]){"the"}, (char[]){"a"}};
    struct text_options options = {.lower = true,
                                   .stop_words = stops,
                                   .n_stop_words = 2,
                                   .maxlen = 4,
                                   .pad_pre = true};
    struct text_tokenizer *tokenizer = text_new(&options), *again = NULL;
    struct text_ids ids = {0};

    text_fit(tokenizer, "The cat the a dog the cat", 25);
    text_freeze(tokenizer, 1);
    assert_int_equal(text_n_words(tokenizer), 2);
    assert_string_equal(text_word(tokenizer, 1), "cat");

    encode(tokenizer, "the dog a bird", &ids);
    assert_int_equal(ids.n, 1);
    assert_int_equal(ids.ids[0], 2);
    assert_int_equal(ids.n_unknown, 1); /* bird: stop words are left out, not lost */

    char *json = text_to_json(tokenizer, true);
    assert_int_equal(text_from_json(json, "test", &options, &again), OK);
    encode(again, "the dog a bird", &ids);
    assert_int_equal(ids.n, 1);

    free(json);
    text_ids_release(&ids);
    text_free(tokenizer);
    text_free(again);
}

/* The words of a text, joined by bars; `options` has segment, form and tags. */
static void check_cut(struct text_options options, const char *text, const char *expected)
{
    char joined[256] = "";
    struct text_tokenizer *tokenizer = text_new(&options);
    struct text_cut cut = {0};

    for (int again = 0; again < 2; again++) {
        size_t used = 0;
        text_cut(tokenizer, text, strlen(text), &cut);
        for (size_t i = 0; i < cut.n; i++)
            used +=
                (size_t)snprintf(joined + used, sizeof joined - used, "%s%.*s",
                                 i ? "|" : "", (int)cut.words[i].n, cut.words[i].text);
    }
    if (strcmp(joined, expected))
        fail_msg("\"%s\" is cut into \"%s\", expected \"%s\"", text, joined, expected);

    text_cut_release(&cut);
    text_free(tokenizer);
}

static void test_cut(void **state)
{
    (void)state;
    struct text_options plain = {.lower = true, .tags = TEXT_TAGS_HTML, .maxlen = 1};
    struct text_options icu = {.lower = true, .segment = TEXT_SEGMENT_ICU, .maxlen = 1};
    struct text_options chars = {
        .lower = true, .segment = TEXT_SEGMENT_CHAR, .maxlen = 1};
    struct text_options nfkc = {
        .tags = TEXT_TAGS_KEEP, .form = TEXT_FORM_NFKC, .maxlen = 1};

    check_cut(plain, "The<br/>CAF&Eacute;, caf&#233; &#xE9;t&#xe9;", "the|café|café|été");
    check_cut(plain, "don&#146;t &amp;lt; &nosuch; &#; &#x; &;", "don’t|lt|nosuch|x");
    check_cut(plain, "&#0; &#55296; &#99999999; &lt;b&gt;", BAD "|" BAD "|" BAD "|b");

    check_cut(chars, "Ab é.", "a|b| |é|.");
    check_cut(icu, "It's 3.14, isn't it?", "it's|3.14|isn't|it");
    check_cut(icu, "我喜欢这部电影。", "我|喜欢|这|部|电影");
    check_cut(icu, "สวัสดีครับ", "สวัสดี|ครับ");

    check_cut(nfkc, "ﬁn cafe\u0301 Ａ", "fin|café|A");
    icu.form = TEXT_FORM_NFC;
    check_cut(icu, "cafe\u0301s", "cafés");
}

static void refuse(const char *json, const char *expected)
{
    struct text_options padding = {.maxlen = 4};
    struct text_tokenizer *tokenizer = NULL;
    assert_int_equal(text_from_json(json, "t.json", &padding, &tokenizer), ERR_FORMAT);
    assert_null(tokenizer);
    assert_non_null(strstr(fail_message(), "t.json"));
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

static void test_refused(void **state)
{
    (void)state;
    refuse("", "not a Keras tokenizer");
    refuse("[]", "not a Keras tokenizer");
    refuse("{\"config\": 3}", "not a Keras tokenizer");
    refuse("{\"config\": {\"word_index\": \"{\\\"a\\\": 1, \\\"b\\\": 3}\"}}",
           "has the index 3, but not 2");
    refuse("{\"config\": {}}", "word_index");
    refuse("{\"config\": {\"word_index\": \"{\\\"a\\\": 0}\"}}", "\"a\"");
    refuse("{\"config\": {\"word_index\": \"{\\\"a\\\": 99}\"}}", "99");
    refuse("{\"config\": {\"word_index\": \"{\\\"a\\\": 1, \\\"b\\\": 1}\"}}", "\"b\"");
}

enum { N_CHARACTERS = 0x110000 };

/* Every character's lower case from the mappings that text_lower_mappings gives. */
static void test_mappings(void **state)
{
    (void)state;
    struct text_mapping *mappings = NULL;
    int32_t *lower = xcalloc(N_CHARACTERS, sizeof *lower);
    size_t n = text_lower_mappings(&mappings);

    assert_in_range(n, 100, 300); /* of 1,400 characters */
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || mappings[i].first > mappings[i - 1].last);
        for (uint32_t c = mappings[i].first; c <= mappings[i].last; c += mappings[i].step)
            lower[c] = (int32_t)c + mappings[i].distance;
    }
    for (int32_t c = 0; c < N_CHARACTERS; c++)
        assert_int_equal(lower[c] ? lower[c] : c, u_tolower(c));

    free(mappings);
    free(lower);
}

static void check_property(enum text_property property, UProperty expected)
{
    uint32_t *bounds = NULL;
    size_t n = text_property_bounds(property, &bounds), passed = 0;
    for (uint32_t c = 0; c < N_CHARACTERS; c++) {
        passed += passed < n && bounds[passed] == c;
        assert_int_equal(passed % 2, u_hasBinaryProperty((UChar32)c, expected));
    }
    assert_true(n % 2 == 0);
    free(bounds);
}

static void test_properties(void **state)
{
    (void)state;
    check_property(TEXT_CASED, UCHAR_CASED);
    check_property(TEXT_CASE_IGNORABLE, UCHAR_CASE_IGNORABLE);
}

static void test_references(void **state)
{
    (void)state;
    struct text_reference *references = NULL;
    size_t n = text_references(&references), found = 0;
    for (size_t i = 0; i < n; i++)
        found +=
            (!strcmp(references[i].name, "eacute") && references[i].character == 0xe9) ||
            (!strcmp(references[i].name, "lt") && references[i].character == '<');
    assert_int_equal(found, 2);
    free(references);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),       cmocka_unit_test(test_many_open_tags),
        cmocka_unit_test(test_repair),     cmocka_unit_test(test_many_words),
        cmocka_unit_test(test_stop_words), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_properties), cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
