/* N-grams counted over a spool, against a loop over all pairs of rows and n-grams; the
 * same on any number of threads, also where a limit forgets some. */
#include "words/ngram_count.h"

#include "../scratch.h"
#include "../shown.h"
#include "base/rng.h"
#include "words/marks.h"
#include "words/ngram_bins.h"
#include "words/ngram_order.h"

/* Numbers of words are their places too; the last one is a stop word, the one before it
 * is not known. */
enum { ROWS = 300, KINDS = 9, STOP = KINDS - 1, UNKNOWN = KINDS - 2, MOST = 40 };

struct fixture {
    struct document documents[ROWS];
    int32_t order[ROWS];
    struct corpus corpus;
    struct spool spool;
    struct ngram_texts texts;
};

/* Documents of 0 to 39 words, the first ones frequent; marks between them. */
static void make(struct fixture *fixture)
{
    struct rng rng = {.seed = 3, .purpose = RNG_TEST};
    struct marks marks = {0};
    char *path = scratch_path("out.h5");
    uint32_t at = 0;

    *fixture = (struct fixture){.corpus = {.documents = fixture->documents,
                                           .rows = fixture->order,
                                           .n_of_part = {[DATASET_TRAIN] = ROWS}}};
    assert_int_equal(spool_open(&fixture->spool, path), OK);
    free(path);

    for (int32_t row = 0; row < ROWS; row++) {
        int32_t words[MOST], n = (int32_t)rng_below(&rng, at++, MOST);
        struct marks_counts counts = {n, 0};
        marks.n = 0;
        if (marks.room < MOST) {
            marks.room = MOST;
            marks.packed = xcalloc(MOST, sizeof *marks.packed);
        }

        for (int32_t i = 0; i < n; i++) {
            int32_t kind = (int32_t)rng_below(&rng, at++, KINDS);
            words[i] = kind < 4 ? kind / 2 : kind;
            if (rng_below(&rng, at++, 4) == 0)
                marks.packed[marks.n++] = marks_pack(i, (int)rng_below(&rng, at++, 2));
        }
        counts.n_marks = (int32_t)marks.n;
        fixture->documents[row] =
            (struct document){.words_at = fixture->spool.n, .n_words = n};
        fixture->order[row] = row;
        assert_int_equal(marks_spool(&marks, words, &counts, 1, &fixture->spool), OK);
    }
    marks_release(&marks);
}

static void make_texts(struct fixture *fixture)
{
    struct ngram_texts texts = {.corpus = &fixture->corpus,
                                .spool = &fixture->spool,
                                .has_marks = true,
                                .map = xcalloc(KINDS, sizeof *texts.map),
                                .n_numbers = KINDS};
    for (int32_t i = 0; i < KINDS; i++)
        texts.map[i] = i == STOP ? NGRAM_SKIPPED : i == UNKNOWN ? NGRAM_UNKNOWN : i;
    for (int i = 0; i < TEXT_MARKS; i++)
        texts.marks[i] = KINDS + i;
    fixture->texts = texts;
}

static void unmake(struct fixture *fixture)
{
    spool_close(&fixture->spool);
}

static const char *letter(const void *context, int32_t place)
{
    static char texts[KINDS + TEXT_MARKS][2];
    (void)context;
    texts[place][0] = (char)('a' + place);
    return texts[place];
}

static void count(struct fixture *fixture, const struct ngram_counting *options,
                  struct ngrams *ngrams, struct ngram_tally *tally)
{
    const struct ngram_order order = {options->n, 0, true, letter, NULL};
    struct ngram_kept kept = {0};

    make_texts(fixture);
    assert_int_equal(ngram_count(&fixture->texts, KINDS + TEXT_MARKS, options, &kept),
                     OK);
    ngram_order(&kept, &order, ngrams);
    assert_int_equal(ngrams_check(ngrams, "counted"), OK);
    *tally = kept.tally;
    ngram_kept_release(&kept);
    ngram_texts_release(&fixture->texts);
}

/* Documents that have n words in a row. */
static int32_t count_documents(struct fixture *fixture, const int32_t *words, size_t n)
{
    struct ngram_text text = {0};
    int32_t n_documents = 0;

    make_texts(fixture);
    for (int32_t row = 0; row < ROWS; row++) {
        bool has = false;
        assert_int_equal(ngram_text_read(&fixture->texts, row, &text), OK);
        for (size_t i = 0; i + n <= text.n; i++)
            has |= !memcmp(text.words + i, words, n * sizeof *words);
        n_documents += has;
    }
    ngram_text_release(&text);
    ngram_texts_release(&fixture->texts);
    return n_documents;
}

static void expect_equal(const struct ngrams *a, const struct ngrams *b)
{
    size_t n = (size_t)a->n_features * sizeof *a->parent;
    assert_int_equal(a->n_features, b->n_features);
    assert_int_equal(a->n_bytes, b->n_bytes);
    assert_memory_equal(a->words, b->words, a->n_bytes);
    assert_memory_equal(a->parent, b->parent, n);
    assert_memory_equal(a->last, b->last, n);
    assert_memory_equal(a->documents, b->documents, n);
}

/* Every triple of words and marks is there if and only if enough documents have it. */
static void test_naive(void **state)
{
    static struct fixture fixture;
    const struct ngram_counting options = {.n = 3, .min_documents = 12, .n_threads = 3};
    struct ngrams ngrams = {0};
    struct ngram_tally tally;
    int32_t n_kept = 0, n_met = 0;
    (void)state;
    make(&fixture);
    count(&fixture, &options, &ngrams, &tally);

    int32_t n_triples = 0;
    for (int32_t i = 0; i < ngrams.n_features; i++) {
        int32_t words[NGRAMS_MOST_WORDS] = {0}, places[NGRAMS_MOST_WORDS];
        int n = ngrams_words_of(&ngrams, i, words);
        for (int k = 0; k < n; k++)
            places[k] = ngrams.words[2 * words[k]] - 'a';
        assert_int_equal(count_documents(&fixture, places, (size_t)n),
                         ngrams.documents[i]);
        assert_true(ngrams.documents[i] >= 12);
        n_triples += n == 3;
    }

    for (int32_t a = 0; a < KINDS + 2; a++)
        for (int32_t b = 0; b < KINDS + 2; b++)
            for (int32_t c = 0; c < KINDS + 2; c++)
                n_kept += count_documents(&fixture, (int32_t[]){a, b, c}, 3) >= 12;
    assert_true(n_kept > 10);
    assert_int_equal(n_triples, n_kept);
    assert_int_equal(tally.n_kept[2], n_kept);
    for (int32_t a = 0; a < KINDS + 2; a++)
        n_met += count_documents(&fixture, &a, 1) > 0;
    assert_int_equal(tally.n_met[0], n_met);
    assert_int_equal(tally.n_forgotten, 0);
    ngrams_release(&ngrams);
    unmake(&fixture);
}

static void test_threads(void **state)
{
    static struct fixture fixture;
    (void)state;
    make(&fixture);

    for (int64_t limit = 0; limit < 30; limit += 29) {
        struct ngrams first = {0};
        for (int n_threads = 1; n_threads < 9; n_threads = 2 * n_threads + 1) {
            const struct ngram_counting options = {
                .n = 5, .min_documents = 1, .limit = limit, .n_threads = n_threads};
            struct ngrams ngrams = {0};
            struct ngram_tally tally;
            count(&fixture, &options, &ngrams, &tally);
            assert_true((tally.n_forgotten > 0) == (limit > 0));
            if (n_threads == 1) {
                first = ngrams;
                continue;
            }
            expect_equal(&first, &ngrams);
            ngrams_release(&ngrams);
        }
        ngrams_release(&first);
    }
    unmake(&fixture);
}

/* Of more than twice the limit those in most documents stay; ties: by bin, then the first
 * one. */
static void test_forget(void **state)
{
    enum { MANY = 1000 };
    static struct ngram_bin bins[NGRAM_BINS];
    (void)state;

    for (int32_t row = 0; row < 4; row++)
        for (int32_t i = 0; i < MANY; i++) {
            struct ngram_met met = {i, 2 * i, row};
            if (row <= i % 4)
                ngram_bin_count(&bins[ngram_bin_of(&met)], &met, 1);
        }
    assert_int_equal(ngram_bins_count(bins), MANY);
    assert_int_equal(ngram_bins_forget(bins, 0), 0);
    assert_int_equal(ngram_bins_forget(bins, MANY / 2), 0);
    assert_int_equal(ngram_bins_forget(bins, 300), MANY - 300);

    int32_t n_of[5] = {0};
    for (int bin = 0; bin < NGRAM_BINS; bin++)
        for (int32_t i = 0; i < bins[bin].n; i++) {
            struct ngram_counted counted = bins[bin].counted[i];
            struct ngram_met met = {counted.parent, counted.word, 9};
            assert_int_equal(counted.documents, counted.parent % 4 + 1);
            n_of[counted.documents]++;
            ngram_bin_count(&bins[bin], &met, 1); /* it is found again */
        }
    assert_int_equal(n_of[4], 250);
    assert_int_equal(n_of[3], 50);
    assert_int_equal(ngram_bins_count(bins), 300);
    ngram_bins_release(bins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_naive),
                                       cmocka_unit_test(test_threads),
                                       cmocka_unit_test(test_forget)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
