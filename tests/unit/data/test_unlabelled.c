/* Rows without labels in a data set: written and read back, in memory where they are
 * asked for and by row in any case; and what a damaged part says, each a good file with
 * one thing wrong. */
#include "data/dataset.h"

#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 3, LENGTH = 2, WORDS = 10 };

struct fixture {
    uint16_t x[ROWS][LENGTH], more[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], more_length[ROWS];
    uint8_t multi_hot[ROWS][2];
    char *labels[2];
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";

    *fixture = (struct fixture){.x = {{1, 2}, {3, 4}, {0, 5}},
                                .more = {{6, 7}, {0, 8}, {0, 0}},
                                .y = {0, 1, 0},
                                .length = {2, 2, 1},
                                .more_length = {2, 1, 0},
                                .labels = {neg, pos}};
    fixture->data = (struct dataset){.facts = {.num_words = WORDS,
                                               .maxlen = LENGTH,
                                               .n_labels = 2,
                                               .labels = fixture->labels,
                                               .pad_pre = true,
                                               .has_unlabelled = true},
                                     .tokenizer = json,
                                     .provenance = json};
    fixture->data.part[DATASET_TRAIN] = (struct rows){
        .n = ROWS, .x = fixture->x, .y = fixture->y, .length = fixture->length};
    fixture->data.part[DATASET_UNLABELLED] =
        (struct rows){.n = ROWS, .x = fixture->more, .length = fixture->more_length};
}

static char *write_fixture(struct fixture *fixture, const char *name)
{
    char *path = scratch_path(name);
    fixture->data.path = path;
    assert_int_equal(dataset_write(&fixture->data), OK);
    return path;
}

static void expect_reader(const struct dataset *data, const struct fixture *fixture)
{
    struct dataset_reader *reader = NULL;
    uint16_t row[LENGTH];
    assert_int_equal(dataset_reader_open(data, DATASET_UNLABELLED, &reader), OK);
    for (int i = ROWS - 1; i >= 0; i--) {
        assert_int_equal(dataset_reader_row(reader, i, row), OK);
        assert_memory_equal(row, fixture->more[i], sizeof row);
    }
    dataset_reader_close(reader);
}

/* With any extent there are the lengths, and the rows by number. */
static void test_extents(void **state)
{
    struct fixture fixture;
    (void)state;
    fill(&fixture);
    char *path = write_fixture(&fixture, "good.h5");

    for (int extent = DATASET_COLUMNS; extent <= DATASET_WITH_UNLABELLED; extent++) {
        struct dataset data = {0};
        const struct rows *rows = &data.part[DATASET_UNLABELLED];
        assert_int_equal(
            dataset_read(path, DATASET_WORDS_NONE, (enum dataset_extent)extent, &data),
            OK);
        assert_true(data.facts.has_unlabelled && rows->n == ROWS);
        assert_true(!rows->y && !rows->multi_hot && rows->pad_pre);
        assert_memory_equal(rows->length, fixture.more_length,
                            sizeof fixture.more_length);
        assert_true(!data.part[DATASET_TRAIN].x == (extent == DATASET_COLUMNS));
        assert_true(!rows->x == (extent != DATASET_WITH_UNLABELLED));
        assert_true(!data.file == (extent == DATASET_WITH_UNLABELLED));
        if (rows->x)
            assert_memory_equal(rows->x, fixture.more, sizeof fixture.more);
        else
            expect_reader(&data, &fixture);
        dataset_release(&data);
    }
    free(path);
}

/* Three readers fill one storage; ids of four bytes, texts of several labels. */
static void test_readers(void **state)
{
    enum { READERS = 3 };
    int32_t x[ROWS][LENGTH] = {{70000, 1}, {0, 2}, {0, 0}};
    struct fixture fixture;
    struct dataset data = {0};
    (void)state;
    fill(&fixture);
    fixture.data.facts.num_words = 100000;
    fixture.data.facts.multi_label = true;
    fixture.data.part[DATASET_TRAIN] = (struct rows){.n = ROWS,
                                                     .x = x,
                                                     .n_labels = 2,
                                                     .multi_hot = fixture.multi_hot[0],
                                                     .length = fixture.more_length};
    fixture.data.part[DATASET_UNLABELLED].x = x;
    char *path = write_fixture(&fixture, "shared.h5");
    assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), OK);

    void *storage = xaligned(dataset_bytes(&data, DATASET_WITH_UNLABELLED), 1);
    for (int reader = READERS - 1; reader >= 0; reader--) {
        dataset_release(&data);
        assert_int_equal(dataset_open_again(path, &data), OK);
        dataset_attach(&data, DATASET_WITH_UNLABELLED, storage);
        assert_int_equal(dataset_load(&data, reader, READERS), OK);
    }
    assert_memory_equal(data.part[DATASET_UNLABELLED].x, x, sizeof x);
    assert_true(data.facts.multi_label && !data.part[DATASET_UNLABELLED].n_labels);

    dataset_release(&data);
    free(storage);
    free(path);
}

static uint64_t content_of(struct fixture *fixture)
{
    struct dataset data = {0};
    uint64_t content = 0;
    char *path = write_fixture(fixture, "hashed.h5");
    assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data), OK);
    assert_int_equal(dataset_content(&data, &content), OK);
    dataset_release(&data);
    free(path);
    return content;
}

/* The content is that of these rows too; without them it is what it was. */
static void test_content(void **state)
{
    struct fixture fixture;
    (void)state;
    fill(&fixture);
    uint64_t content = content_of(&fixture);
    assert_true(content == content_of(&fixture));
    fixture.more[0][1] = 9;
    assert_true(content != content_of(&fixture));
    fill(&fixture);
    fixture.data.facts.has_unlabelled = false;
    fixture.data.part[DATASET_UNLABELLED].n = 0;
    assert_true(content_of(&fixture) == UINT64_C(0x47ABAA61CE381806));
    assert_true(content != content_of(&fixture));
}

static void refuse(struct fixture *fixture, const char *expected)
{
    struct dataset data = {0};
    uint64_t content = 0;
    char *path = write_fixture(fixture, "bad.h5");
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data);
    if (!rc)
        rc = dataset_content(&data, &content);
    assert_int_equal(rc, ERR_FORMAT);
    expect_message("bad.h5");
    expect_message(expected);
    dataset_release(&data);
    free(path);
}

static void test_bad(void **state)
{
    struct fixture fixture;
    (void)state;
    fill(&fixture);
    fixture.more[0][1] = WORDS;
    refuse(&fixture, "/unlabelled/x row 0, position 1: id 10, expected 1 to 9");
    fill(&fixture);
    fixture.more[1][0] = 1;
    refuse(&fixture, "/unlabelled/x row 1, position 0: id 1, expected 0");
    fill(&fixture);
    fixture.more_length[2] = LENGTH + 1;
    refuse(&fixture, "/unlabelled/length row 2: 3, expected 0 to 2");
    fill(&fixture);
    fixture.more_length[2] = -1;
    refuse(&fixture, "/unlabelled/length row 2: -1");
    fill(&fixture);
    fixture.data.part[DATASET_UNLABELLED].n = 0;
    refuse(&fixture, "/unlabelled/x is missing");
}

/* What a stranger may write: shapes and types that do not fit, or no lengths. */
static void refuse_arrays(enum h5_type type, int n_dims, const size_t shape[2],
                          size_t n_lengths, const char *expected)
{
    struct fixture fixture;
    struct dataset data = {0};
    struct h5_writer *file = h5_create();
    size_t train[2] = {ROWS, LENGTH};
    char *path = scratch_path("strange.h5");
    fill(&fixture);

    h5_attribute_text(file, "/", "format", "rnntrain-dataset");
    h5_attribute_int(file, "/", "format_version", 1);
    facts_write(file, FACTS_IN_DATASET, &fixture.data.facts);
    facts_write_labels(file, FACTS_IN_DATASET, &fixture.data.facts);
    h5_write_text(file, "/provenance", "{}");
    h5_write(file, "/train/x", H5_UINT16, 2, train, fixture.x, true);
    h5_write(file, "/train/y", H5_INT32, 1, train, fixture.y, false);
    h5_write(file, "/train/length", H5_INT32, 1, train, fixture.length, false);
    h5_write(file, "/unlabelled/x", type, n_dims, shape, fixture.more, shape[0] > 0);
    if (n_lengths)
        h5_write(file, "/unlabelled/length", H5_INT32, 1, &n_lengths, fixture.more_length,
                 false);
    assert_int_equal(h5_save(file, path, false), OK);

    assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), ERR_FORMAT);
    expect_message("strange.h5");
    expect_message(expected);
    free(path);
}

static void test_strange(void **state)
{
    (void)state;
    refuse_arrays(H5_UINT16, 2, (size_t[]){ROWS, 1}, ROWS,
                  "/unlabelled/x is (3, 1), expected (rows, 2) of uint16");
    refuse_arrays(H5_UINT8, 2, (size_t[]){ROWS, LENGTH}, ROWS,
                  "/unlabelled/x is (3, 2), expected (rows, 2) of uint16");
    refuse_arrays(H5_UINT16, 1, (size_t[]){ROWS, 0}, ROWS,
                  "/unlabelled/x is (3), expected (rows, 2)");
    refuse_arrays(H5_UINT16, 2, (size_t[]){ROWS, LENGTH}, 1, "/unlabelled/length");
    refuse_arrays(H5_UINT16, 2, (size_t[]){ROWS, LENGTH}, 0,
                  "/unlabelled/length is missing");
    refuse_arrays(H5_UINT16, 2, (size_t[]){0, LENGTH}, 0, "/unlabelled has no rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extents), cmocka_unit_test(test_readers),
        cmocka_unit_test(test_content), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_strange),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
