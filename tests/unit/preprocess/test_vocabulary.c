/* Words on their way to the tokenizer: their numbers and what a limit forgets, documents
 * as numbers, counts in the order of rows. */
#define _GNU_SOURCE /* setenv */
#include "words/vocabulary.h"

#include <dirent.h>
#include <unistd.h>

#include "words/fit.h"
#include "words/spool.h"
#include "../scratch.h"
#include "../shown.h"

/* Numbers of words. */

enum { MOST_WORDS = 256 };

/* Meets single letters, a block; their numbers. */
static void meet(struct vocabulary *vocabulary, const char *letters, int32_t *numbers)
{
    static char room[MOST_WORDS][8]; /* as many bytes of a word are read */
    struct word words[MOST_WORDS];
    size_t n = strlen(letters);

    for (size_t i = 0; i < n; i++) {
        room[i][0] = letters[i];
        words[i] = (struct word){room[i], 1};
    }
    vocabulary_find_places(vocabulary, words, n, numbers);
    vocabulary_meet(vocabulary, numbers, n);
    vocabulary_end_block(vocabulary);
}

static void expect_numbers(const int32_t *numbers, size_t n, const char *expected)
{
    struct shown shown = {0};
    for (size_t i = 0; i < n; i++)
        shown_number(&shown, numbers[i], " ");
    expect_shown(&shown, expected);
}

static void test_vocabulary(void **state)
{
    (void)state;
    struct vocabulary vocabulary = {0};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, "banana", numbers);
    expect_numbers(numbers, 6, "0 1 2 1 2 1 ");
    meet(&vocabulary, "cab", numbers);
    expect_numbers(numbers, 3, "3 1 0 ");
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, 4, "0 1 2 3 ");
    free(places);
    vocabulary_release(&vocabulary);
}

/* What stays of a block with a limit of two, as the numbers lead. */
static void check_limit(const char *block, const char *expected_places)
{
    struct vocabulary vocabulary = {.limit = 2};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, block, numbers);
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, (size_t)vocabulary.n_numbers, expected_places);
    free(places);
    vocabulary_release(&vocabulary);
}

static void test_limit(void **state)
{
    (void)state;
    check_limit("abcd", "0 1 2 3 "); /* not more than twice as many */
    check_limit("abcde", "0 1 -2 -2 -2 ");
    check_limit("abcdeed", "-2 -2 -2 0 1 ");
    check_limit("abcdee", "0 -2 -2 -2 1 ");
}

/* A word that is met again after it was forgotten: another number, the same word. */
static void test_met_again(void **state)
{
    (void)state;
    struct vocabulary vocabulary = {.limit = 2};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, "abcde", numbers);
    assert_int_equal(vocabulary.n_forgotten, 3);

    meet(&vocabulary, "ece", numbers);
    expect_numbers(numbers, 3, "5 6 5 ");
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, 7, "0 1 3 -2 2 2 3 ");
    assert_string_equal(words_text(&vocabulary.words, places[4]), "e");
    free(places);
    vocabulary_release(&vocabulary);
}

/* Beside a list that is searched and sorted by hand. */

struct naive {
    struct naive_word {
        char letter;
        int count, number;
    } known[MOST_WORDS];
    int n, n_numbers, limit;
};

static int naive_meet(struct naive *naive, char letter)
{
    int i = 0;
    while (i < naive->n && naive->known[i].letter != letter)
        i++;
    if (i == naive->n)
        naive->known[naive->n++] = (struct naive_word){letter, 0, naive->n_numbers++};
    naive->known[i].count++;
    return naive->known[i].number;
}

/* While there are more than the limit: away with the rarest, of those the newest. */
static void naive_end_block(struct naive *naive)
{
    if (naive->n <= 2 * naive->limit)
        return;
    while (naive->n > naive->limit) {
        int worst = 0;
        for (int i = 1; i < naive->n; i++)
            if (naive->known[i].count <= naive->known[worst].count)
                worst = i;
        naive->n--;
        memmove(naive->known + worst, naive->known + worst + 1,
                (size_t)(naive->n - worst) * sizeof *naive->known);
    }
}

static void test_vocabulary_beside_naive(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int limit = 1; limit < 12; limit++) {
        struct vocabulary vocabulary = {.limit = limit};
        struct naive naive = {.limit = limit};
        int32_t numbers[MOST_WORDS];
        char letter_of[4096], block[64] = "";

        for (int b = 0; b < 60; b++) {
            size_t n = 1 + (seed >> 20) % 60;
            for (size_t i = 0; i < n; i++) {
                seed = seed * 1664525u + 1013904223u;
                block[i] = (char)('a' + (seed >> 24) % (4 + (seed >> 16) % 20));
            }
            block[n] = '\0';
            meet(&vocabulary, block, numbers);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(numbers[i], naive_meet(&naive, block[i]));
                letter_of[numbers[i]] = block[i];
            }
            naive_end_block(&naive);
        }

        int32_t *places = vocabulary_places(&vocabulary);
        for (int number = 0; number < naive.n_numbers; number++) {
            int i = 0;
            while (i < naive.n && naive.known[i].letter != letter_of[number])
                i++;
            assert_int_equal(places[number], i < naive.n ? i : VOCABULARY_FORGOTTEN);
        }
        free(places);
        vocabulary_release(&vocabulary);
    }
}

/* Numbers of documents. */

static int n_entries(const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

/* More than memory holds of them: 12 Mi numbers, then a file without a name. */
static void test_spool(void **state)
{
    (void)state;
    enum { MANY = 1 << 20, TIMES = 12, MORE = 100000 };
    struct spool spool = {0};
    struct spool_reader reader = {0};
    int32_t *numbers = xcalloc(MANY, sizeof *numbers);
    const int32_t *found = NULL;
    int n_before = n_entries(scratch);
    assert_int_equal(setenv("TMPDIR", scratch, 1), 0);
    assert_int_equal(spool_open(&spool, "no/such/folder/x.h5"), OK);
    assert_int_equal(n_entries(scratch), n_before);

    for (int32_t i = 0; i < MANY; i++)
        numbers[i] = i * 7;
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(spool_append(&spool, numbers, MANY - 1), OK);
    assert_int_equal(spool_append(&spool, numbers, MORE), OK); /* does not fit */
    assert_int_equal(spool_append(&spool, numbers + 1, 3), OK);
    int64_t end = (int64_t)TIMES * (MANY - 1);
    assert_int_equal(spool.n, end + MORE + 3);

    static const struct {
        int64_t behind; /* the end of what fits in memory */
        size_t n;
        int32_t first;
    } reads[] = {{MORE, 3, 7},        {0, MORE, 0},       {-5, 5, (MANY - 6) * 7},
                 {70000, 10, 490000}, {90000, 7, 630000}, {40000, 50000, 280000},
                 {1, 1, 7},           {MORE + 2, 1, 21}};
    for (size_t i = 0; i < COUNT_OF(reads); i++) {
        assert_int_equal(
            spool_read(&spool, &reader, end + reads[i].behind, reads[i].n, &found), OK);
        for (size_t j = 0; j < reads[i].n; j++)
            assert_int_equal(found[j], reads[i].first + 7 * (int32_t)j);
    }
    assert_int_equal(spool_read(&spool, &reader, 0, MANY - 1, &found), OK);
    assert_memory_equal(found, numbers, (MANY - 1) * sizeof *found);
    assert_int_equal(spool_read(&spool, &reader, spool.n, 0, &found), OK);

    spool_reader_release(&reader);
    spool_close(&spool);
    free(numbers);
    unsetenv("TMPDIR");
}

static void test_spool_folders(void **state)
{
    (void)state;
    struct spool spool = {0};
    char *output = scratch_path("x.h5");
    unsetenv("TMPDIR");
    assert_int_equal(spool_open(&spool, "/no/such/x.h5"), ERR_IO);
    expect_message("/no/such/: cannot make a temporary file: No such file");
    expect_message("TMPDIR names another folder");
    assert_int_equal(spool_open(&spool, output), OK);
    spool_close(&spool);
    spool_close(&spool);
    free(output);
}

/* Counts. */

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
    assert_int_equal(fit_tokenizer(&counting->corpus, &counting->spool,
                                   &counting->vocabulary, is_fitted, min_count, tokenizer,
                                   &map),
                     OK);
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
        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_met_again),
        cmocka_unit_test(test_vocabulary_beside_naive),
        cmocka_unit_test(test_spool),
        cmocka_unit_test(test_spool_folders),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_fit_leaves_out),
        cmocka_unit_test(test_fit_of_fitted),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
