/* N-grams found in texts against a loop over all of them; marks as words; and lists that
 * no table may be made of. */
#include "text/ngrams.h"

#include "../scratch.h"
#include "../shown.h"

#include "base/rng.h"

/* a b c, "a b", "b c", "a b c", "c a": the numbers follow documents. */
enum { WORDS = 3, FEATURES = 7 };

struct list {
    char words[7];
    int32_t parent[FEATURES], last[FEATURES], documents[FEATURES];
    struct ngrams ngrams;
};

static void fill(struct list *list)
{
    *list = (struct list){.words = "a\0b\0c",
                          .parent = {-1, -1, 0, -1, 1, 2, 3},
                          .last = {0, 1, 1, 2, 2, 2, 0},
                          .documents = {9, 8, 7, 6, 6, 6, 1}};
    list->ngrams = (struct ngrams){.n = 3,
                                   .n_words = WORDS,
                                   .n_features = FEATURES,
                                   .n_bytes = 6,
                                   .words = list->words,
                                   .parent = list->parent,
                                   .last = list->last,
                                   .documents = list->documents};
}

static struct text_tokenizer *tokenizer_of(enum text_segment segment, const char *filters,
                                           const char *split)
{
    static char the[] = "the", *stop_words[] = {the};
    char *copy = filters ? xstrdup(filters) : NULL,
         *copied = split ? xstrdup(split) : NULL;
    struct text_options options = {.segment = segment,
                                   .lower = true,
                                   .filters = copy,
                                   .split = copied,
                                   .stop_words = stop_words,
                                   .n_stop_words = 1};
    struct text_tokenizer *tokenizer = text_new(&options);
    free(copy);
    free(copied);
    return tokenizer;
}

static void expect_features(const struct ngram_table *table,
                            const struct text_tokenizer *tokenizer, const char *text,
                            size_t n, const uint32_t *expected)
{
    struct ngram_features found = {0};
    ngram_table_features(table, tokenizer, text, strlen(text), &found);
    assert_int_equal(found.n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(found.index[i], expected[i]);
    ngram_features_release(&found);
}

static void test_features(void **state)
{
    static const uint32_t all[] = {0, 1, 2, 3, 4, 5}, apart[] = {0, 3, 6}, one[] = {1};
    struct list list;
    (void)state;
    fill(&list);
    assert_int_equal(ngrams_check(&list.ngrams, "x.h5: /ngrams"), OK);
    struct ngram_table *table = ngram_table_new(&list.ngrams);
    struct text_tokenizer *tokenizer = tokenizer_of(TEXT_SEGMENT_SPLIT, NULL, NULL);

    expect_features(table, tokenizer, "", 0, NULL);
    expect_features(table, tokenizer, "zebra", 0, NULL);
    expect_features(table, tokenizer, "b, B; b", 1, one);
    expect_features(table, tokenizer, "a b c", 6, all);
    expect_features(table, tokenizer, "A the b the the C", 6, all); /* stop words */
    expect_features(table, tokenizer, "c zebra c the a", 3, apart);

    char *text = ngram_table_text(table, 5);
    assert_string_equal(text, "a b c");
    free(text);
    assert_int_equal(ngram_table_find_word(table, "c", 1), 2);
    assert_int_equal(ngram_table_find_word(table, "d", 1), -1);
    text_free(tokenizer);
    ngram_table_free(table);
    ngram_table_free(NULL);
}

/* Of "is": the word, its boundary, i, s, "is" at the end of a word, "_i" at its
 * beginning. A word of the text that looks like a character is none. */
static void test_characters(void **state)
{
    enum { N_WORDS = 4, N = 6 };
    static char words[] = "is\0\1\0\1i\0\1\303\251"; /* is, a boundary, i, é */
    static int32_t parent[N] = {-1, -1, -1, -1, 1, 2}, last[N] = {0, 1, 2, 3, 2, 3},
                   documents[N] = {6, 5, 4, 3, 2, 1};
    static const uint32_t is[] = {0, 1, 2, 4}, ie[] = {1, 2, 3, 4, 5}, odd[] = {1, 2};
    static const char *const texts[N] = {"is", "*", "*i*", "*é*", "i*", "*ié*"};
    const struct ngrams ngrams = {.n = 1,
                                  .characters = 2,
                                  .n_words = N_WORDS,
                                  .n_features = N,
                                  .n_bytes = sizeof words,
                                  .words = words,
                                  .parent = parent,
                                  .last = last,
                                  .documents = documents};
    (void)state;
    assert_int_equal(ngrams_check(&ngrams, "x.h5: /ngrams"), OK);
    struct ngram_table *table = ngram_table_new(&ngrams);
    struct text_tokenizer *tokenizer = tokenizer_of(TEXT_SEGMENT_SPLIT, NULL, NULL);

    expect_features(table, tokenizer, "", 0, NULL);
    expect_features(table, tokenizer, "is the the is", 4, is); /* a stop word */
    expect_features(table, tokenizer, "iÉ", 5, ie);
    expect_features(table, tokenizer, "\1i", 2, odd);
    for (int32_t i = 0; i < N; i++) {
        char *text = ngrams_text(&ngrams, i);
        assert_string_equal(text, texts[i]);
        free(text);
    }
    text_free(tokenizer);
    ngram_table_free(table);
}

static void test_words_of(void **state)
{
    int32_t words[NGRAMS_MOST_WORDS];
    struct list list;
    (void)state;
    fill(&list);
    assert_int_equal(ngrams_words_of(&list.ngrams, 5, words), 3);
    assert_true(words[0] == 0 && words[1] == 1 && words[2] == 2);
    assert_int_equal(ngrams_words_of(&list.ngrams, 3, words), 1);
    assert_int_equal(words[0], 2);
}

/* All n-grams of 12 words up to N, numbered by their digits, against rows of random
 * words, some of which are none. */
static void test_many(void **state)
{
    enum { KINDS = 12, N = 3, LENGTH = 300, ALL = KINDS + KINDS * KINDS };
    struct ngrams ngrams = {.n = N, .n_words = KINDS};
    int32_t parent[ALL + KINDS * KINDS * KINDS], last[COUNT_OF(parent)];
    int32_t row[LENGTH];
    char words[2 * KINDS + 1];
    struct rng rng = {.seed = 5, .purpose = RNG_TEST};
    struct ngram_features found = {0};
    (void)state;

    for (int i = 0; i < KINDS; i++)
        snprintf(words + 2 * i, 2, "%c", 'a' + i);
    for (int i = 0; i < (int)COUNT_OF(parent); i++) {
        parent[i] = i / KINDS - 1;
        last[i] = i % KINDS;
    }
    ngrams.words = words;
    ngrams.n_features = (int32_t)COUNT_OF(parent);
    ngrams.parent = parent;
    ngrams.last = last;
    struct ngram_table *table = ngram_table_new(&ngrams);

    for (int n = 0; n <= LENGTH; n += n < 40 ? 1 : 65) {
        bool expected[COUNT_OF(parent)] = {false};
        for (int i = 0; i < n; i++)
            row[i] = (int32_t)rng_below(&rng, (uint32_t)(n * 1000 + i), KINDS + 1) - 1;
        for (int i = 0; i < n; i++)
            for (int k = 0, number = -1; k < N && i + k < n && row[i + k] >= 0; k++) {
                number = (number + 1) * KINDS + row[i + k];
                expected[number] = true;
            }

        ngram_table_find(table, row, (size_t)n, &found);
        size_t at = 0;
        for (uint32_t i = 0; i < COUNT_OF(parent); i++)
            if (expected[i])
                assert_true(at < found.n && found.index[at++] == i);
        assert_int_equal(at, found.n);
    }
    ngram_features_release(&found);
    ngram_table_free(table);
}

static void expect_cut(enum text_segment segment, const char *filters, const char *split,
                       const char *text, const char *expected)
{
    struct text_tokenizer *tokenizer = tokenizer_of(segment, filters, split);
    struct text_cut cut = {.keeps_marks = true};
    char joined[200] = "";

    text_cut(tokenizer, text, strlen(text), &cut);
    for (size_t i = 0; i < cut.n; i++) {
        int mark = text_mark_number(tokenizer, cut.words[i].text, cut.words[i].n);
        size_t used = strlen(joined);
        snprintf(joined + used, sizeof joined - used, "%s%.*s%s", i ? "|" : "",
                 (int)cut.words[i].n, cut.words[i].text, mark >= 0 ? "*" : "");
        if (mark >= 0)
            assert_memory_equal(text_mark(mark), cut.words[i].text, cut.words[i].n);
    }
    assert_string_equal(joined, expected);
    text_cut_release(&cut);
    text_free(tokenizer);
}

static void test_marks(void **state)
{
    (void)state;
    expect_cut(TEXT_SEGMENT_SPLIT, NULL, NULL, "Good! (\"Well-made\", isn't it?) #1",
               "good|!*|(*|\"*|well|-*|made|\"*|,*|isn't|it|?*|)*|1");
    expect_cut(TEXT_SEGMENT_SPLIT, NULL, NULL, "ÉTÉ...;", "été|.*|.*|.*|;*");
    expect_cut(TEXT_SEGMENT_SPLIT, NULL, NULL, "", "");
    /* what is no filter is a part of words, or the split itself */
    expect_cut(TEXT_SEGMENT_SPLIT, "!", NULL, "a-b! c.", "a-b|!*|c.");
    expect_cut(TEXT_SEGMENT_SPLIT, "!,", ",", "a,b! c", "a|b|!*| c");
    /* filters of several bytes, a split of several */
    expect_cut(TEXT_SEGMENT_SPLIT, "!… ", NULL, "a…b!c", "a|b|!*|c");
    expect_cut(TEXT_SEGMENT_SPLIT, "! ", "__", "a b!__!c", "a|b|!*|!*|c");
    expect_cut(TEXT_SEGMENT_ICU, NULL, NULL, "It's 3.14, well-made。",
               "it's|3.14|,*|well|-*|made|。*");
    expect_cut(TEXT_SEGMENT_CHAR, NULL, NULL, "a! ", "a|!| ");
}

static void refuse(const struct list *list, const char *expected)
{
    assert_int_equal(ngrams_check(&list->ngrams, "x.h5: /ngrams"), ERR_FORMAT);
    expect_message("x.h5: /ngrams");
    expect_message(expected);
}

static void test_bad_lists(void **state)
{
    struct list list;
    (void)state;

    fill(&list);
    list.ngrams.n = 6;
    refuse(&list, "attribute n is 6, expected 1 to 5");

    fill(&list);
    list.ngrams.n = 2;
    refuse(&list, "row 5 of parent: more words than attribute n");

    fill(&list);
    list.parent[2] = 2;
    refuse(&list, "row 2 of parent: expected -1 or an n-gram before it");

    fill(&list);
    list.parent[0] = -2;
    refuse(&list, "row 0 of parent");

    fill(&list);
    list.last[4] = WORDS;
    refuse(&list, "row 4 of last: no word has this number");

    fill(&list);
    list.last[1] = 0;
    refuse(&list, "row 1 of last: words alone stand in their order");

    fill(&list);
    list.parent[3] = 0;
    refuse(&list, "2 words stand alone, expected all 3");

    fill(&list);
    list.documents[3] = 8;
    refuse(&list, "row 3 of documents: expected 1 or more, falling");

    fill(&list);
    list.documents[6] = 0;
    refuse(&list, "row 6 of documents");

    fill(&list);
    list.words[2] = 'a';
    refuse(&list, "/words: word 1 stands twice");

    fill(&list);
    list.words[2] = (char)0xff;
    refuse(&list, "/words: word 1 is not UTF-8");

    fill(&list);
    list.words[1] = 'x';
    refuse(&list, "/words: 2 words that end in 0, expected 3");

    fill(&list);
    list.ngrams.n_bytes = 5;
    refuse(&list, "/words: 0 words that end in 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features), cmocka_unit_test(test_characters),
        cmocka_unit_test(test_words_of), cmocka_unit_test(test_many),
        cmocka_unit_test(test_marks),    cmocka_unit_test(test_bad_lists)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
