/* Where words stand: of hostile texts, by every way of cutting, at whole characters
 * within the text, in its order; and of some texts where one would look. */
#include "text/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const pieces[] = {"a",
                                     "Good",
                                     " ",
                                     "  ",
                                     "\t",
                                     "\n",
                                     ",",
                                     ".",
                                     "-",
                                     "!",
                                     "<br />",
                                     "<",
                                     ">",
                                     "<>",
                                     "&amp;",
                                     "&#39;",
                                     "&eacute",
                                     "&eacute;",
                                     "&",
                                     ";",
                                     "&#x130;",
                                     "\u00c9t",
                                     "\u0130",
                                     "\u03a3",
                                     "\u039f\u03a3",
                                     "e\u0301",
                                     "\u1e9b\u0323",
                                     "\ufb01",
                                     "\u6211",
                                     "\u7231\u4f60",
                                     "\u3002",
                                     "\u0e01\u0e23",
                                     "\U0001f600",
                                     "\u00df",
                                     "\u212b",
                                     "\u1100\u1161",
                                     "x\u0327\u0301",
                                     "\u2126"};

/* Any of them, but the same each time. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static char *make_text(uint32_t seed)
{
    char *text = xcalloc(400, 1);
    uint32_t state = seed, n = draw(&state) % 30;

    for (uint32_t i = 0; i < n; i++)
        strcat(text, pieces[draw(&state) % COUNT_OF(pieces)]);
    return text;
}

/* Places rise, lie within the text, and hold whole characters. */
static void check_places(const char *text, const struct text_trace *trace,
                         const struct text_cut *cut)
{
    size_t n = strlen(text);

    assert_int_equal(trace->n_words, cut->n);
    for (size_t i = 0; i < cut->n; i++) {
        const struct text_place *place = &trace->words[i];
        assert_true(place->start < place->end && place->end <= n);
        assert_true(((unsigned char)text[place->start] & 0xc0) != 0x80);
        assert_true(((unsigned char)text[place->end] & 0xc0) != 0x80);
        assert_true(i == 0 || place->start >= trace->words[i - 1].start);
    }
}

static void check_cut(const struct text_options *options)
{
    struct text_tokenizer *tokenizer = text_new(options);
    struct text_trace trace = {0};
    struct text_cut cut = {.trace = &trace}, plain = {0};

    for (uint32_t seed = 0; seed < 400; seed++) {
        char *text = make_text(seed);
        cut.keeps_marks = plain.keeps_marks = seed % 2;
        text_cut(tokenizer, text, strlen(text), &cut);
        text_cut(tokenizer, text, strlen(text), &plain);
        assert_int_equal(cut.n, plain.n);
        check_places(text, &trace, &cut);
        free(text);
    }

    text_cut_release(&cut);
    text_cut_release(&plain);
    text_trace_release(&trace);
    text_free(tokenizer);
}

static void test_all_ways(void **state)
{
    char dot[] = ".", wide[] = "!.,\xe3\x80\x82", gap[] = "--";
    (void)state;

    for (int tags = 0; tags < 4; tags++)
        for (int form = 0; form < 3; form++)
            for (int segment = 0; segment < 3; segment++)
                for (int way = 0; way < 4; way++) {
                    const struct text_options options = {.tags = (enum text_tags)tags,
                                                         .form = (enum text_form)form,
                                                         .segment =
                                                             (enum text_segment)segment,
                                                         .lower = way != 3,
                                                         .filters = way == 1   ? wide
                                                                    : way == 3 ? dot
                                                                               : NULL,
                                                         .split = way == 2 ? gap : NULL,
                                                         .maxlen = 10};
                    check_cut(&options);
                    struct text_options standard = options;
                    standard.standard = (enum text_standard)(1 + way % 3);
                    check_cut(&standard);
                }
}

static void check_word(const struct text_options *options, const char *text, size_t i,
                       const char *expected)
{
    struct text_tokenizer *tokenizer = text_new(options);
    struct text_trace trace = {0};
    struct text_cut cut = {.trace = &trace};

    text_cut(tokenizer, text, strlen(text), &cut);
    assert_in_range(i, 0, cut.n - 1);
    char *found =
        xstrndup(text + trace.words[i].start, trace.words[i].end - trace.words[i].start);
    assert_string_equal(found, expected);
    free(found);
    text_cut_release(&cut);
    text_trace_release(&trace);
    text_free(tokenizer);
}

static void test_words(void **state)
{
    struct text_options options = {.lower = true, .tags = TEXT_TAGS_HTML, .maxlen = 9};
    (void)state;

    check_word(&options, "A <b>Good</b>, film.", 1, "Good");
    check_word(&options, "Caf&eacute; au lait", 0, "Caf&eacute;");
    check_word(&options, "\u0130\u0130 x &amp; Y", 2, "Y");
    options.tags = TEXT_TAGS_REMOVE;
    check_word(&options, "good<br />film", 0, "good<br />film");
    options.form = TEXT_FORM_NFC;
    check_word(&options, "un e\u0301te\u0301 x", 1, "e\u0301te\u0301");
    options.segment = TEXT_SEGMENT_ICU;
    check_word(&options, "\u00c9t\u00e9, \u6211", 1, "\u6211");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_ways),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
