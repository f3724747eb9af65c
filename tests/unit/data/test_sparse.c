/* N-grams of a data set: written and read back, whole and in pieces; and what a damaged
 * one says, each a good file with one thing wrong. */
#include "data/sparse.h"

#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 5, LENGTH = 2, FEATURES = 4, ONES = 7 };

/* "a", "b", "a b", "b a", in five rows of train and two of test. */
struct fixture {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS];
    char *labels[2], words[5];
    int32_t parent[FEATURES], last[FEATURES], documents[FEATURES];
    uint64_t start[ROWS + 1];
    uint32_t index[ONES];
    struct ngrams ngrams;
    struct sparse sparse[DATASET_PARTS];
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";

    *fixture = (struct fixture){.x = {{1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}},
                                .length = {2, 2, 2, 2, 2},
                                .labels = {neg, pos},
                                .words = "a\0b",
                                .parent = {-1, -1, 0, 1},
                                .last = {0, 1, 1, 0},
                                .documents = {4, 4, 3, 2},
                                .start = {0, 2, 2, 3, 7, 7},
                                .index = {0, 3, 2, 0, 1, 2, 3}};
    fixture->ngrams = (struct ngrams){.n = 2,
                                      .punctuation = true,
                                      .n_words = 2,
                                      .n_features = FEATURES,
                                      .n_bytes = 4,
                                      .words = fixture->words,
                                      .parent = fixture->parent,
                                      .last = fixture->last,
                                      .documents = fixture->documents};
    fixture->data = (struct dataset){.facts = {.num_words = 10,
                                               .maxlen = LENGTH,
                                               .n_labels = 2,
                                               .labels = fixture->labels,
                                               .has_ngrams = true},
                                     .tokenizer = json,
                                     .provenance = json,
                                     .n_features = FEATURES,
                                     .n_ones = {[DATASET_TRAIN] = ONES},
                                     .ngrams = &fixture->ngrams,
                                     .sparse = fixture->sparse};
    for (int part = 0; part < DATASET_PARTS; part += DATASET_TEST) {
        fixture->data.part[part] = (struct rows){.n = part ? 2 : ROWS,
                                                 .x = fixture->x,
                                                 .y = fixture->y,
                                                 .length = fixture->length};
    }
    fixture->sparse[DATASET_TRAIN] =
        (struct sparse){ROWS, FEATURES, fixture->start, fixture->index};
    static const uint64_t none[3];
    fixture->sparse[DATASET_TEST] = (struct sparse){2, FEATURES, none, NULL};
}

static int open_fixture(struct fixture *fixture, const char *name, struct dataset *data)
{
    char *path = scratch_path(name);
    fixture->data.path = path;
    assert_int_equal(dataset_write(&fixture->data), OK);
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, data);
    free(path);
    return rc;
}

static void test_whole(void **state)
{
    struct fixture fixture;
    struct dataset data = {0};
    struct ngrams ngrams = {0};
    uint64_t start[ROWS + 1];
    uint32_t *index = NULL;
    (void)state;
    fill(&fixture);
    assert_int_equal(open_fixture(&fixture, "good.h5", &data), OK);
    assert_true(data.facts.has_ngrams && !data.facts.multi_label);
    assert_int_equal(data.n_features, FEATURES);
    assert_int_equal(data.n_ones[DATASET_TRAIN], ONES);
    assert_int_equal(data.n_ones[DATASET_TEST], 0);

    assert_int_equal(dataset_ngrams(&data, &ngrams), OK);
    assert_true(ngrams.n == 2 && ngrams.punctuation && ngrams.n_words == 2);
    assert_memory_equal(ngrams.words, fixture.words, 4);
    assert_memory_equal(ngrams.parent, fixture.parent, sizeof fixture.parent);
    assert_memory_equal(ngrams.last, fixture.last, sizeof fixture.last);
    assert_memory_equal(ngrams.documents, fixture.documents, sizeof fixture.documents);
    ngrams_release(&ngrams);

    assert_int_equal(sparse_load(&data, DATASET_TRAIN, 0, ROWS, start, &index), OK);
    assert_memory_equal(start, fixture.start, sizeof start);
    assert_memory_equal(index, fixture.index, sizeof fixture.index);
    free(index);
    assert_int_equal(sparse_load(&data, DATASET_TEST, 0, 2, start, &index), OK);
    assert_int_equal(start[2], 0);
    free(index);
    dataset_release(&data);
}

/* Any range of rows, and pieces of any size. */
static void test_ranges(void **state)
{
    struct fixture fixture;
    struct dataset data = {0};
    uint64_t start[ROWS + 1];
    uint32_t *index = NULL;
    (void)state;
    fill(&fixture);
    assert_int_equal(open_fixture(&fixture, "good.h5", &data), OK);

    for (size_t first = 0; first <= ROWS; first++)
        for (size_t n = 0; first + n <= ROWS; n++) {
            const uint64_t *expected = fixture.start + first;
            assert_int_equal(sparse_load(&data, DATASET_TRAIN, first, n, start, &index),
                             OK);
            for (size_t i = 0; i <= n; i++)
                assert_int_equal(start[i], expected[i] - expected[0]);
            assert_memory_equal(index, fixture.index + expected[0],
                                start[n] * sizeof *index);
            free(index);
        }

    for (size_t most = 1; most <= ROWS + 1; most++) {
        struct sparse_reader *reader = NULL;
        struct sparse rows = {0};
        size_t row = 0;
        assert_int_equal(sparse_reader_open(&data, DATASET_TRAIN, &reader), OK);
        do {
            assert_int_equal(sparse_reader_next(reader, most, &rows), OK);
            assert_memory_equal(rows.index, fixture.index + fixture.start[row],
                                rows.start[rows.n_rows] * sizeof *rows.index);
            row += rows.n_rows;
        } while (rows.n_rows);
        assert_int_equal(row, ROWS);
        sparse_reader_close(reader);
    }
    sparse_reader_close(NULL);
    dataset_release(&data);
}

/* More than a chunk holds: every row has all features. */
static void test_chunks(void **state)
{
    enum { MANY = 300, WIDE = 400 };
    static int32_t parent[WIDE], last[WIDE], documents[WIDE];
    static uint64_t start[MANY + 1];
    static uint32_t index[MANY * WIDE];
    static uint16_t x[MANY][LENGTH];
    static int32_t numbers[MANY];
    char words[2 * WIDE];
    struct fixture fixture;
    struct dataset data = {0};
    uint64_t found[4];
    uint32_t *read = NULL;
    (void)state;

    fill(&fixture);
    for (int i = 0; i < WIDE; i++) {
        parent[i] = i < 100 ? -1 : i / 100 - 1;
        last[i] = i % 100;
        documents[i] = MANY;
    }
    for (int i = 0; i < 100; i++)
        memcpy(words + 2 * i, (char[]){(char)(i + 1), 0}, 2);
    for (size_t i = 0; i < COUNT_OF(index); i++)
        index[i] = (uint32_t)(i % WIDE);
    for (size_t i = 0; i <= MANY; i++)
        start[i] = i * WIDE;

    fixture.ngrams =
        (struct ngrams){2, 0, false, 100, WIDE, 200, words, parent, last, documents};
    fixture.data.n_features = WIDE;
    fixture.data.n_ones[DATASET_TRAIN] = COUNT_OF(index);
    fixture.data.part[DATASET_TRAIN] =
        (struct rows){.n = MANY, .x = x, .y = numbers, .length = numbers};
    fixture.sparse[DATASET_TRAIN] = (struct sparse){MANY, WIDE, start, index};
    assert_int_equal(open_fixture(&fixture, "chunks.h5", &data), OK);
    assert_int_equal(sparse_load(&data, DATASET_TRAIN, 81, 3, found, &read), OK);
    assert_memory_equal(read, index, 3 * WIDE * sizeof *read);
    free(read);

    struct sparse_reader *reader = NULL;
    struct sparse rows = {0};
    assert_int_equal(sparse_reader_open(&data, DATASET_TRAIN, &reader), OK);
    for (int row = 0; row < MANY; row++) {
        assert_int_equal(sparse_reader_next(reader, 1, &rows), OK);
        assert_memory_equal(rows.index, index, WIDE * sizeof *rows.index);
    }
    sparse_reader_close(reader);
    dataset_release(&data);
}

/* The content is that of the n-grams too. */
static void test_content(void **state)
{
    struct fixture fixture;
    uint64_t hash[5];
    (void)state;

    for (int i = 0; i < 5; i++) {
        struct dataset data = {0};
        fill(&fixture);
        fixture.index[1] -= i == 1;
        fixture.documents[0] += i == 2;
        fixture.words[2] = i == 3 ? 'c' : 'b';
        assert_int_equal(open_fixture(&fixture, "hashed.h5", &data), OK);
        assert_int_equal(dataset_content(&data, &hash[i]), OK);
        dataset_release(&data);
    }
    for (int i = 1; i < 4; i++)
        assert_true(hash[i] != hash[0]);
    assert_true(hash[4] == hash[0]);
}

static void refuse(struct fixture *fixture, const char *expected)
{
    struct dataset data = {0};
    uint64_t content = 0;
    int rc = open_fixture(fixture, "bad.h5", &data);
    if (!rc)
        rc = dataset_content(&data, &content);
    assert_int_equal(rc, ERR_FORMAT);
    expect_message("bad.h5: ");
    expect_message(expected);
    dataset_release(&data);
}

static void test_bad(void **state)
{
    struct fixture fixture;
    (void)state;

    fill(&fixture);
    fixture.index[4] = 0;
    refuse(&fixture, "/train/ngrams/index row 3, place 1: n-gram 0, expected 1 to 3");

    fill(&fixture);
    fixture.index[6] = FEATURES;
    refuse(&fixture, "/train/ngrams/index row 3, place 3: n-gram 4, expected 3 to 3");

    fill(&fixture);
    fixture.index[2] = UINT32_MAX;
    refuse(&fixture, "/train/ngrams/index row 2, place 0: n-gram -1, expected 0 to 3");

    fill(&fixture);
    fixture.start[0] = 1;
    refuse(&fixture, "/train/ngrams/start row 0: 1, expected 0 to 0");

    fill(&fixture);
    fixture.start[3] = 1;
    refuse(&fixture, "/train/ngrams/start row 3: 1, expected 2 to 7");

    fill(&fixture);
    fixture.start[2] = UINT64_MAX;
    refuse(&fixture, "/train/ngrams/start row 2: -1, expected 2 to 7");

    fill(&fixture);
    fixture.start[ROWS] = 6;
    fixture.start[4] = 6;
    refuse(&fixture, "/train/ngrams/start row 5: 6, expected 7 to 7");

    fill(&fixture);
    fixture.parent[3] = 3;
    refuse(&fixture, "/ngrams: row 3 of parent");

    fill(&fixture);
    fixture.sparse[DATASET_TRAIN].n_rows = ROWS - 1;
    refuse(&fixture, "/train/ngrams/start is (5), expected (6)");
}

/* What rnnprep made before there were n-grams has none, and is read as ever. */
static void test_none(void **state)
{
    struct fixture fixture;
    struct dataset data = {0};
    (void)state;
    fill(&fixture);
    fixture.data.facts.has_ngrams = false;
    assert_int_equal(open_fixture(&fixture, "none.h5", &data), OK);
    assert_true(!data.facts.has_ngrams && data.n_features == 0);
    dataset_release(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),  cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_chunks), cmocka_unit_test(test_content),
        cmocka_unit_test(test_bad),    cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
