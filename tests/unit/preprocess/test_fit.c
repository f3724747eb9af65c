/* Words that are counted in the order of rows, and the tokenizer that is made of them. */
#include "words/fit.h"

#include "letters.h"
#include "../scratch.h"
#include "../shown.h"

/* A corpus of documents that are letters, with rows in another order than reading. */
struct counting {
    struct vocabulary vocabulary;
    struct spool spool;
    struct document documents[8];
    int32_t rows[8];
    struct corpus corpus;
};

static void begin_counting(struct counting *counting, int64_t limit)
{
    *counting = (struct counting){.vocabulary.limit = limit};
    char *output = scratch_path("x.h5");
    assert_int_equal(spool_open(&counting->spool, output), OK);
    free(output);
}

static void add_document(struct counting *counting, const char *letters)
{
    struct corpus *corpus = &counting->corpus;
    int32_t numbers[MOST_WORDS], n = (int32_t)strlen(letters);
    counting->documents[corpus->n_documents++] =
        (struct document){.words_at = counting->spool.n, .n_words = n};
    meet(&counting->vocabulary, letters, numbers);
    assert_int_equal(spool_append(&counting->spool, numbers, (size_t)n), OK);
}

/* Rows as digits: "20" are documents 2 and 0; the first n_train are training. */
static int32_t *fit(struct counting *counting, const char *rows, int n_train,
                    bool is_fitted, int64_t min_count, struct text_tokenizer *tokenizer)
{
    int32_t *map = NULL;

    for (int i = 0; rows[i]; i++)
        counting->rows[i] = rows[i] - '0';
    counting->corpus.documents = counting->documents;
    counting->corpus.rows = counting->rows;
    counting->corpus.n_of_part[DATASET_TRAIN] = n_train;
    counting->corpus.n_of_part[DATASET_TEST] = (int)strlen(rows) - n_train;
    const struct fitting fitting = {.corpus = &counting->corpus,
                                    .spool = &counting->spool,
                                    .vocabulary = &counting->vocabulary,
                                    .is_fitted = is_fitted,
                                    .min_count = min_count};
    assert_int_equal(fit_tokenizer(&fitting, tokenizer, &map), OK);
    return map;
}

static void end_counting(struct counting *counting)
{
    vocabulary_release(&counting->vocabulary);
    spool_close(&counting->spool);
}

/* The tokenizer's words with their counts: "a2 c1 ". */
static void expect_words(const struct text_tokenizer *tokenizer, const char *expected)
{
    struct shown shown = {0};
    for (int index = 1; index <= text_n_words(tokenizer); index++) {
        const char *word = text_word(tokenizer, index);
        shown_add(&shown, word, strlen(word));
        shown_number(&shown, text_word_count(tokenizer, index), " ");
    }
    expect_shown(&shown, expected);
}

/* Ids of the letters by the map, 0: none, in the order of their numbers. */
static void expect_ids(const struct counting *counting, const int32_t *map,
                       const struct text_tokenizer *tokenizer, const char *expected)
{
    struct shown shown = {0};
    for (int32_t i = 0; i < counting->vocabulary.n_numbers; i++)
        shown_number(&shown, map[i] < 0 ? map[i] : text_known_id(tokenizer, map[i]), " ");
    expect_shown(&shown, expected);
}

/* Read: "bad", "cab", "ddf"; rows: the second, the first; "ddf" is of the test part. */
static void test_fit(void **state)
{
    (void)state;
    struct counting counting;
    struct text_options options = {.maxlen = 1};

    for (int64_t min_count = 1; min_count <= 2; min_count++) {
        struct text_tokenizer *tokenizer = text_new(&options);
        begin_counting(&counting, 0);
        add_document(&counting, "bad");
        add_document(&counting, "cab");
        add_document(&counting, "ddf");
        int32_t *map = fit(&counting, "102", 2, false, min_count, tokenizer);
        /* a and b twice, a first in row 0; then c of row 0, d of row 1 */
        expect_words(tokenizer, min_count == 1 ? "a2 b2 c1 d1 " : "a2 b2 ");
        expect_ids(&counting, map, tokenizer,
                   min_count == 1 ? "2 1 4 3 0 " : "2 1 0 0 0 ");
        free(map);
        end_counting(&counting);
        text_free(tokenizer);
    }
}

static void test_fit_leaves_out(void **state)
{
    (void)state;
    struct counting counting;
    char stop[] = "b", *stops[] = {stop};
    struct text_options options = {.maxlen = 1, .stop_words = stops, .n_stop_words = 1};
    struct text_tokenizer *tokenizer = text_new(&options);
    begin_counting(&counting, 2);
    add_document(&counting, "bbaaxyz");
    add_document(&counting, "ya");

    int32_t *map = fit(&counting, "01", 2, false, 1, tokenizer);
    /* y was forgotten and met again: both numbers count */
    expect_words(tokenizer, "a3 y2 ");
    expect_ids(&counting, map, tokenizer, "-1 1 -2 2 -2 2 ");
    assert_int_equal(TEXT_STOP, -1);
    free(map);
    end_counting(&counting);
    text_free(tokenizer);
}

/* A tokenizer that has its words keeps them. */
static void test_fit_of_fitted(void **state)
{
    (void)state;
    struct counting counting;
    struct text_options options = {.maxlen = 1};
    struct text_tokenizer *tokenizer = text_new(&options);
    text_fit(tokenizer, "c c a", 5);
    text_freeze(tokenizer, 1);
    begin_counting(&counting, 0);
    add_document(&counting, "abc");

    int32_t *map = fit(&counting, "0", 1, true, 1, tokenizer);
    expect_words(tokenizer, "c2 a1 ");
    expect_ids(&counting, map, tokenizer, "2 0 1 ");
    free(map);
    end_counting(&counting);
    text_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_fit_leaves_out),
        cmocka_unit_test(test_fit_of_fitted),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
