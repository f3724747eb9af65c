/* From files of records to the rows of a data set, in the steps of rnnprep: intake,
 * encode, and the summary of both. */
#define _GNU_SOURCE /* dup2 */
#include "words/encode.h"

#include <unistd.h>

#include <jansson.h>
#include <xxhash.h>

#include "files/file.h"
#include "summary.h"
#include "words/fit.h"
#include "words/intake.h"
#include "../scratch.h"
#include "../shown.h"

/* How a corpus is prepared, and what becomes of it. */
struct prepared {
    struct text_options text;
    int64_t vocab_limit;
    int n_threads;
    bool strict;
    const char *output; /* in the folder */
    char *paths[2], *output_path;
    struct source sources[2];
    struct records_options records;
    struct reader *reader;
    struct text_tokenizer *tokenizer;
    struct corpus corpus;
    struct vocabulary vocabulary;
    struct spool spool;
    struct tally tally;
    struct dataset data; /* as it was read back */
};

/* Five documents; `good` three times, `film` and `very` twice, the others once. */
static void write_small(void)
{
    scratch_write_text("c.csv", "label,text\npos,\"Good good, film\"\nneg,bad film\n"
                                "pos,a very very good story\nneg,\n");
    scratch_write_text("t.csv", "label,text\nneg,bad unknown good\n");
}

static int take_in(struct prepared *prepared)
{
    prepared->paths[0] = scratch_path("c.csv");
    prepared->paths[1] = scratch_path("t.csv");
    prepared->output_path = scratch_path(prepared->output);
    prepared->sources[0] = (struct source){prepared->paths[0], NULL, -1};
    prepared->sources[1] = (struct source){prepared->paths[1], NULL, DATASET_TEST};
    prepared->reader = reader_new(prepared->sources, 2, &prepared->records, NULL);
    prepared->tokenizer = text_new(&prepared->text);
    prepared->corpus.sources = prepared->sources;
    prepared->vocabulary.limit = prepared->vocab_limit;
    struct intake intake = {.tokenizer = prepared->tokenizer,
                            .reader = prepared->reader,
                            .corpus = &prepared->corpus,
                            .vocabulary = &prepared->vocabulary,
                            .spool = &prepared->spool,
                            .strict = prepared->strict,
                            .n_threads = prepared->n_threads};

    assert_int_equal(spool_open(&prepared->spool, prepared->output_path), OK);
    return intake_run(&intake);
}

static void write_rows(struct prepared *prepared, int32_t *map)
{
    const struct text_options *text = &prepared->text;
    static char provenance[] = "{}";
    struct encoding encoding = {.corpus = &prepared->corpus,
                                .spool = &prepared->spool,
                                .map = map,
                                .n_numbers = prepared->vocabulary.n_numbers,
                                .tokenizer = prepared->tokenizer,
                                .n_threads = prepared->n_threads};
    struct dataset data = {.path = prepared->output_path,
                           .facts = {.num_words = text->num_words,
                                     .maxlen = text->maxlen,
                                     .n_labels = prepared->corpus.n_classes,
                                     .labels = prepared->corpus.classes,
                                     .pad_pre = text->pad_pre,
                                     .truncate_pre = text->truncate_pre},
                           .provenance = provenance};

    for (int part = 0; part < DATASET_PARTS; part++) {
        struct rows *rows = &data.part[part];
        rows->n = prepared->corpus.n_of_part[part];
        rows->y = xcalloc((size_t)rows->n, sizeof *rows->y);
        rows->length = xcalloc((size_t)rows->n, sizeof *rows->length);
    }
    assert_int_equal(encode_write(&encoding, &data, &prepared->tally, NULL), OK);
    for (int part = 0; part < DATASET_PARTS; part++) {
        free(data.part[part].y);
        free(data.part[part].length);
    }

    free(data.tokenizer);
    free(data.kept);
}

static void prepare(struct prepared *prepared)
{
    struct corpus_options options = {0};
    int32_t *map = NULL;
    if (take_in(prepared))
        fail_msg("%s", fail_message());
    assert_int_equal(
        corpus_settle(&prepared->corpus, 2, &options, reader_notes(prepared->reader)),
        OK);
    const struct fitting fitting = {.corpus = &prepared->corpus,
                                    .spool = &prepared->spool,
                                    .vocabulary = &prepared->vocabulary,
                                    .min_count = 1};
    assert_int_equal(fit_tokenizer(&fitting, prepared->tokenizer, &map), OK);
    write_rows(prepared, map);
    free(map);

    if (dataset_read(prepared->output_path, DATASET_WORDS_ALL, DATASET_ALL,
                     &prepared->data))
        fail_msg("%s", fail_message());
}

static void release(struct prepared *prepared)
{
    dataset_release(&prepared->data);
    free(prepared->tally.lengths);
    reader_free(prepared->reader);
    text_free(prepared->tokenizer);
    corpus_release(&prepared->corpus);
    vocabulary_release(&prepared->vocabulary);
    spool_close(&prepared->spool);
    for (int i = 0; i < 2; i++)
        free(prepared->paths[i]);
    free(prepared->output_path);
}

/* Rows of a data set: "IDS=CLASS LENGTH; ". */
static void expect_rows(const struct dataset *data, enum dataset_part part,
                        const char *expected)
{
    struct shown shown = {0};
    for (int row = 0; row < data->part[part].n; row++) {
        for (int t = 0; t < data->facts.maxlen; t++)
            shown_number(&shown, rows_id(&data->part[part], row, t), " ");
        shown_number(&shown, data->part[part].y[row], "/");
        shown_number(&shown, data->part[part].length[row], "; ");
    }
    expect_shown(&shown, expected);
}

static void check(struct text_options text, const char *train, const char *test)
{
    struct prepared prepared = {.text = text, .n_threads = 2, .output = "small.h5"};
    write_small();
    prepare(&prepared);
    expect_rows(&prepared.data, DATASET_TRAIN, train);
    expect_rows(&prepared.data, DATASET_TEST, test);
    assert_int_equal(prepared.data.part[DATASET_VALIDATION].n, 0);
    release(&prepared);
}

/* good 1, film 2, very 3, bad 4, a 5, story 6; neg 0, pos 1 */
static void test_rows(void **state)
{
    (void)state;
    struct text_options text = {.lower = true, .num_words = 5, .maxlen = 4};
    text.pad_pre = text.truncate_pre = true;
    check(text, "0 1 1 2 1/3; 0 0 4 2 0/2; 0 3 3 1 1/3; 0 0 0 0 0/0; ", "0 0 4 1 0/2; ");
    text.pad_pre = false;
    text.num_words = 70000; /* ids of four bytes */
    check(text, "1 1 2 0 1/3; 4 2 0 0 0/2; 3 3 1 6 1/4; 0 0 0 0 0/0; ", "4 1 0 0 0/2; ");
}

/* The token is 1, the others follow it. */
static void test_unknown(void **state)
{
    (void)state;
    char token[] = "<unk>";
    struct text_options text = {
        .lower = true, .num_words = 5, .maxlen = 3, .oov_token = token, .pad_pre = true};
    check(text, "2 2 3 1/3; 0 1 3 0/2; 1 4 4 1/3; 0 0 0 0/0; ", "1 1 2 0/3; ");
}

static void test_intake(void **state)
{
    (void)state;
    static const char *const texts[] = {"Good good, film", "bad film",
                                        "a very very good story", "", "bad unknown good"};
    static const int n_words[] = {3, 2, 5, 0, 3};
    struct prepared prepared = {
        .text = {.lower = true, .maxlen = 1}, .n_threads = 3, .output = "x.h5"};
    write_small();
    assert_int_equal(take_in(&prepared), OK);
    assert_int_equal(prepared.corpus.n_documents, 5);
    assert_int_equal(prepared.spool.n, 13);

    for (int i = 0, at = 0; i < 5; i++) {
        const struct document *document = &prepared.corpus.documents[i];
        XXH128_canonical_t hash;
        XXH128_canonicalFromHash(&hash, XXH3_128bits(texts[i], strlen(texts[i])));
        assert_memory_equal(document->hash, hash.digest, CORPUS_HASH_BYTES);
        assert_int_equal(document->words_at, at);
        assert_int_equal(document->n_words, n_words[i]);
        at += n_words[i];
    }
    const int32_t expected[] = {0, 0, 1, 2, 1, 3, 4, 4, 0, 5, 2, 6, 0};
    struct spool_reader reader = {0};
    const int32_t *numbers = NULL;
    assert_int_equal(spool_read(&prepared.spool, &reader, 0, 13, &numbers), OK);
    assert_memory_equal(numbers, expected, sizeof expected);

    spool_reader_release(&reader);
    release(&prepared);
}

static void test_strict(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct prepared prepared = {.text = {.lower = true, .maxlen = 1},
                                    .n_threads = 2,
                                    .strict = strict,
                                    .output = "x.h5"};

        write_small();
        scratch_write_text("c.csv", "label,text\npos,good\nneg,caf\xe9 \xff\npos,x\n");
        assert_int_equal(take_in(&prepared), strict ? ERR_FORMAT : OK);
        if (strict)
            expect_message("/c.csv: line 3: byte 3 is not valid UTF-8 (of the text); "
                           "repair the file, or leave --strict out");
        assert_int_equal(prepared.corpus.repairs.n_documents, 1);
        assert_int_equal(prepared.corpus.repairs.n_parts, 2);
        assert_non_null(strstr(prepared.corpus.repairs.examples, "line 3 (byte 3)"));
        release(&prepared);
    }
}

static char *many_text(int i)
{
    return xasprintf(
        "documentation%d, what is a multilingual%d or another-word%d of theirs: x%d",
        i % 977, i % 7, i % 89, i / 3);
}

/* 12,000 documents, three blocks of them. */
static void write_many(void)
{
    struct shown text = {0};
    shown_add(&text, "label\ttext\n", 11);
    for (int i = 0; i < 12000; i++) {
        char *words = many_text(i);
        char *row = xasprintf("%s\t%s\n", i % 3 ? "pos" : "neg", words);
        shown_add(&text, row, strlen(row));
        free(row);
        free(words);
    }

    scratch_write("c.csv", text.text, text.n);
    scratch_write_text("t.csv", "label,text\nneg,documentation1\n");
    shown_release(&text);
}

/* Each row is what the tokenizer itself makes of its text. */
static void check_many(const struct prepared *prepared)
{
    struct text_ids ids = {0};
    int32_t row[6], found[6];

    for (int i = 0; i < prepared->data.part[DATASET_TRAIN].n; i += 7) {
        char *text = many_text(i);
        text_encode(prepared->tokenizer, text, strlen(text), &ids);
        text_pad(&prepared->text, ids.ids, ids.n, row);
        rows_ids(&prepared->data.part[DATASET_TRAIN],
                 rows_at(&prepared->data.part[DATASET_TRAIN], i), 0, 6, found);
        assert_memory_equal(found, row, sizeof row);
        free(text);
    }
    text_ids_release(&ids);
}

/* The file that becomes of many documents; the caller's to free. */
static char *prepare_many(int64_t limit, int n_threads, size_t *n)
{
    struct prepared prepared = {.text = {.num_words = 200, .maxlen = 6, .pad_pre = true},
                                .vocab_limit = limit,
                                .n_threads = n_threads,
                                .output = "many.h5"};
    char *bytes = NULL;

    prepare(&prepared);
    assert_int_equal(prepared.vocabulary.n_forgotten > 0, limit > 0);
    check_many(&prepared);
    assert_int_equal(file_read(prepared.output_path, &bytes, n), OK);
    release(&prepared);
    return bytes;
}

static void test_any_number_of_threads(void **state)
{
    (void)state;
    size_t n_one = 0, n_four = 0;
    write_many();
    free(prepare_many(0, 4, &n_four));
    char *one = prepare_many(300, 1, &n_one), *four = prepare_many(300, 4, &n_four);
    assert_int_equal(n_one, n_four);
    assert_memory_equal(one, four, n_one);
    free(one);
    free(four);
}

static struct summary summary_of(const struct prepared *prepared)
{
    return (struct summary){.corpus = &prepared->corpus,
                            .notes = reader_notes(prepared->reader),
                            .tokenizer = prepared->tokenizer,
                            .tally = &prepared->tally,
                            .is_fitted = true,
                            .output = "small.h5"};
}

/* A part of the summary's JSON, compact, its keys sorted. */
static void expect_json(const json_t *root, const char *key, const char *expected)
{
    char *found = json_dumps(json_object_get(root, key), JSON_COMPACT | JSON_ENCODE_ANY |
                                                             JSON_SORT_KEYS |
                                                             JSON_REAL_PRECISION(4));
    assert_non_null(found);
    assert_string_equal(found, expected);
    free(found);
}

static void check_tally(const struct prepared *prepared)
{
    static const int32_t lengths[] = {3, 2, 3, 0, 2};
    assert_int_equal(prepared->tally.n_words, 13);
    assert_int_equal(prepared->tally.n_unknown, 3);
    assert_int_equal(prepared->tally.n_ids, 10);
    assert_int_equal(prepared->tally.n_truncated, 2);
    assert_int_equal(prepared->tally.n_longer, 2);
    assert_int_equal(prepared->tally.n_empty, 1);
    assert_memory_equal(prepared->tally.lengths, lengths, sizeof lengths);
}

static void check_json(const struct prepared *prepared)
{
    struct summary summary = summary_of(prepared);
    char *text = summary_json(&summary);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    expect_json(root, "documents",
                "{\"test\":{\"neg\":1,\"pos\":0},\"train\":{\"neg\":2,\"pos\":2}}");
    expect_json(root, "class_weights", "{\"neg\":1.0,\"pos\":1.0}");
    expect_json(root, "words", "13");
    expect_json(root, "words_without_id", "3");
    expect_json(root, "vocabulary", "6");
    expect_json(root, "ids", "10");
    expect_json(root, "ids_truncated", "2");
    expect_json(root, "documents_truncated", "2");
    expect_json(root, "documents_empty", "1");
    expect_json(root, "most_frequent_lost", "[[\"a\",1],[\"story\",1]]");

    /* of ten words in training, and of ten ids in five documents */
    expect_json(root, "num_words",
                "[{\"kept\":0.8,\"num_words\":5},{\"kept\":1.0,\"num_words\":7}]");
    expect_json(root, "lengths",
                "{\"histogram\":[{\"documents\":1,\"from\":0,\"to\":0},"
                "{\"documents\":0,\"from\":1,\"to\":1},"
                "{\"documents\":2,\"from\":2,\"to\":2},"
                "{\"documents\":2,\"from\":3,\"to\":3}],\"longest\":3,"
                "\"maxlen\":[{\"kept\":0.8,\"maxlen\":2,\"whole_documents\":0.6},"
                "{\"kept\":1.0,\"maxlen\":3,\"whole_documents\":1.0}],\"median\":2}");

    json_decref(root);
    free(text);
}

static void check_print(const struct prepared *prepared)
{
    static const char *const lines[] = {
        "\ntrain      4 documents: neg 2, pos 2\n",
        "\ntest       1 document: neg 1, pos 0\n",
        "\nvocabulary kept 4 of 6 words, ids 1 to 4\n",
        "\nnum_words  23.08 % of all words have no id and are dropped\n",
        "           most frequent of them: a story\n",
        "\nmaxlen     2 of 5 documents exceed 2 ids and lose their end: 20.00 % of ids\n",
        "\nlengths    median 2 ids, 95 % of documents at most 3, longest 3\n",
        "\nempty      1 of 5 documents without a known word\n",
        "\nwrote      small.h5\n"};
    struct summary summary = summary_of(prepared);
    char *path = scratch_path("said"), *said = NULL;
    size_t n = 0;
    FILE *file = fopen(path, "w");
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    summary_print(&summary);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    fclose(file);

    assert_int_equal(file_read(path, &said, &n), OK);
    char *text = xstrndup(said, n);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (!strstr(text, lines[i]))
            fail_msg("no line \"%s\" in:\n%s", lines[i], text);

    free(text);
    free(said);
    free(path);
}

static void test_summary(void **state)
{
    (void)state;
    struct prepared prepared = {.text = {.lower = true, .num_words = 5, .maxlen = 2},
                                .n_threads = 1,
                                .output = "small.h5"};
    write_small();
    prepare(&prepared);
    expect_rows(&prepared.data, DATASET_TRAIN, "1 1 1/2; 4 2 0/2; 3 3 1/2; 0 0 0/0; ");
    check_tally(&prepared);
    check_json(&prepared);
    check_print(&prepared);
    release(&prepared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_intake),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_any_number_of_threads),
        cmocka_unit_test(test_summary),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
