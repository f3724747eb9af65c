/* Data sets: written and read back, as a whole, by several readers and row by row; and
 * what a damaged or foreign one says, each a good file with one thing wrong. */
#include "data/dataset.h"

#include "files/file.h"
#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 4, LENGTH = 3, WORDS = 10 };

struct fixture {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS];
    char *labels[2];
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";

    *fixture = (struct fixture){
        .x = {{0, 1, 2}, {3, 4, 5}, {0, 0, 9}, {0, 0, 0}},
        .y = {0, 1, 0, 1},
        .length = {2, 3, 1, 0},
        .labels = {neg, pos},
    };
    fixture->data = (struct dataset){.facts = {.num_words = WORDS,
                                               .maxlen = LENGTH,
                                               .n_labels = 2,
                                               .labels = fixture->labels,
                                               .pad_pre = true},
                                     .tokenizer = json,
                                     .provenance = json};
    fixture->data.part[DATASET_TRAIN] = (struct rows){
        .n = ROWS, .x = fixture->x, .y = fixture->y, .length = fixture->length};
}

static int write_fixture(struct fixture *fixture, const char *name)
{
    char *path = scratch_path(name);
    fixture->data.path = path;
    int rc = dataset_write(&fixture->data);
    free(path);
    return rc;
}

static int read_fixture(const char *name, struct dataset *data)
{
    char *path = scratch_path(name);
    int rc = dataset_read(path, DATASET_WORDS_ALL, DATASET_ALL, data);
    free(path);
    return rc;
}

static void expect_rows(const struct rows *rows, const struct rows *expected,
                        size_t id_bytes)
{
    size_t n = (size_t)expected->n;
    assert_int_equal(rows->n, expected->n);
    assert_int_equal(rows->id_bytes, id_bytes);
    assert_memory_equal(rows->x, expected->x, n * LENGTH * id_bytes);
    assert_memory_equal(rows->y, expected->y, n * sizeof(int32_t));
    assert_memory_equal(rows->length, expected->length, n * sizeof(int32_t));
}

static void test_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset data = {0};
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "good.h5"), OK);
    assert_int_equal(read_fixture("good.h5", &data), OK);

    expect_rows(&data.part[DATASET_TRAIN], &fixture.data.part[DATASET_TRAIN], 2);
    assert_int_equal(data.part[DATASET_TEST].n, 0);
    assert_int_equal(data.part[DATASET_TRAIN].maxlen, LENGTH);
    assert_true(data.part[DATASET_TRAIN].pad_pre);
    assert_string_equal(data.facts.labels[1], "pos");
    assert_true(data.facts.pad_pre && !data.facts.truncate_pre);
    assert_string_equal(data.provenance, "{}");
    assert_null(data.file); /* all of it is in memory */
    dataset_release(&data);
}

/* Three parts of four bytes an id, pads behind, as a whole and row by row. */
static void test_wide(void **state)
{
    (void)state;
    int32_t x[ROWS][LENGTH] = {{1, 2, 0}, {70000, 99999, 3}, {0, 0, 0}, {65536, 0, 0}};
    int32_t y[ROWS] = {1, 1, 0, 1}, length[ROWS] = {2, 3, 0, 1}, row[LENGTH];
    struct fixture fixture;
    struct dataset data = {0};
    fill(&fixture);
    fixture.data.facts.num_words = 100000;
    fixture.data.facts.pad_pre = false;
    for (int part = 0; part < DATASET_PARTS; part++)
        fixture.data.part[part] =
            (struct rows){.n = ROWS - part, .x = x, .y = y, .length = length};
    assert_int_equal(write_fixture(&fixture, "wide.h5"), OK);

    assert_int_equal(read_fixture("wide.h5", &data), OK);
    for (int part = 0; part < DATASET_PARTS; part++)
        expect_rows(&data.part[part], &fixture.data.part[part], 4);
    assert_int_equal(rows_id(&data.part[DATASET_TEST], 1, 1), 99999);
    dataset_release(&data);

    char *path = scratch_path("wide.h5");
    struct dataset_reader *reader = NULL;
    assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data), OK);
    assert_null(data.part[DATASET_TRAIN].x);
    assert_null(data.tokenizer);
    assert_int_equal(dataset_reader_open(&data, DATASET_VALIDATION, &reader), OK);
    for (int r = ROWS - 2; r >= 0; r--) {
        assert_int_equal(dataset_reader_row(reader, r, row), OK);
        assert_memory_equal(row, x[r], sizeof row);
    }

    dataset_reader_close(reader);
    dataset_reader_close(NULL);
    dataset_release(&data);
    free(path);
}

/* The content is that of the rows, not of the file. */
static void test_content_hash(void **state)
{
    (void)state;
    static char other[] = "{\"a\":1}";
    struct fixture fixture;
    struct dataset data = {0};
    uint64_t hash[3], files[3];

    for (int i = 0; i < 3; i++) {
        fill(&fixture);
        if (i == 1)
            fixture.data.provenance = other;
        fixture.y[0] = i == 2;
        assert_int_equal(write_fixture(&fixture, "hashed.h5"), OK);
        char *path = scratch_path("hashed.h5");
        assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data),
                         OK);
        assert_int_equal(dataset_content(&data, &hash[i]), OK);
        files[i] = data.hash;
        dataset_release(&data);
        free(path);
    }
    assert_true(hash[0] == hash[1] && files[0] != files[1]);
    assert_true(hash[0] != hash[2]);
}

/* More rows than any host holds: it is said before memory is taken. */
static void test_memory(void **state)
{
    (void)state;
    struct dataset data = {.path = (char[]){"huge.h5"}};
    data.facts.num_words = 70000;
    data.facts.maxlen = FACTS_MOST_LENGTH;
    data.part[DATASET_TRAIN] = facts_rows(&data.facts, INT32_MAX);
    assert_int_equal(dataset_load_alone(&data, DATASET_ALL, "buy some"), ERR_USAGE);
    expect_message("huge.h5: its ids take 85899");
    expect_message(": buy some");
    assert_null(data.storage);
}

/* The same words with the same ids, or the first that differs. */
static void test_words(void **state)
{
    (void)state;
    static char ab[] = "{\"config\":{\"num_words\":10,\"word_index\":"
                       "\"{\\\"a\\\":1,\\\"b\\\":2}\"}}",
                ac[] = "{\"config\":{\"num_words\":10,\"word_index\":"
                       "\"{\\\"a\\\":1,\\\"c\\\":2}\"}}";
    struct text_tokenizer *same = NULL, *other = NULL;
    struct fixture fixture;
    fill(&fixture);
    fixture.data.path = (char[]){"set.h5"};
    fixture.data.tokenizer = ac;
    assert_int_equal(dataset_tokenizer(&fixture.data, &other), OK);
    fixture.data.tokenizer = ab;
    assert_int_equal(dataset_tokenizer(&fixture.data, &same), OK);

    assert_int_equal(dataset_check_words(&fixture.data, same, "model.h5"), OK);
    assert_int_equal(dataset_check_words(&fixture.data, NULL, "model.h5"), OK);
    assert_int_equal(dataset_check_words(&fixture.data, other, "model.h5"), ERR_FORMAT);
    expect_message("set.h5: id 2 is \"b\", but \"c\" in model.h5");
    fixture.data.tokenizer = NULL;
    assert_int_equal(dataset_check_words(&fixture.data, other, "model.h5"), OK);

    text_free(same);
    text_free(other);
}

/* What was begun and given up leaves nothing. */
static void test_abandon(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset_writer *writer = NULL;
    struct dataset data = {0};
    fill(&fixture);
    fixture.data.path = scratch_path("abandoned.h5");
    assert_int_equal(dataset_create(&fixture.data, &writer), OK);
    dataset_abandon(writer);
    dataset_abandon(NULL);
    assert_int_equal(dataset_open(fixture.data.path, DATASET_WORDS_NONE, &data),
                     ERR_NO_INPUT);
    free(fixture.data.path);

    fixture.data.path = scratch_path("no/folder.h5");
    assert_int_equal(dataset_create(&fixture.data, &writer), ERR_IO);
    free(fixture.data.path);
}

/* Three readers, each with the file open for itself, fill one storage. */
static void test_readers(void **state)
{
    (void)state;
    enum { READERS = 3 };
    struct fixture fixture;
    struct dataset whole = {0}, data = {0};
    char *path = scratch_path("shared.h5"), kept[] = "kept words";
    fill(&fixture);
    fixture.data.kept = kept;
    assert_int_equal(write_fixture(&fixture, "shared.h5"), OK);
    assert_int_equal(dataset_read(path, DATASET_WORDS_KEPT, DATASET_ALL, &whole), OK);
    assert_string_equal(whole.tokenizer, "kept words");

    void *storage = xaligned(dataset_bytes(&whole, DATASET_ALL), 1);
    for (int reader = READERS - 1; reader >= 0; reader--) {
        dataset_release(&data);
        assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), OK);
        dataset_attach(&data, DATASET_ALL, storage);
        assert_int_equal(dataset_load(&data, reader, READERS), OK);
    }

    assert_memory_equal(data.part[DATASET_TRAIN].x, fixture.x, sizeof fixture.x);
    assert_true(data.hash == whole.hash);

    dataset_release(&data);
    dataset_release(&whole);
    free(storage);
    free(path);
}

/* HDF5 took the second image for the first one. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset first = {0}, second = {0};
    char *paths[2] = {scratch_path("first.h5"), scratch_path("second.h5")};
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "first.h5"), OK);
    fixture.data.facts.num_words = WORDS + 5;
    assert_int_equal(write_fixture(&fixture, "second.h5"), OK);

    assert_int_equal(dataset_open(paths[0], DATASET_WORDS_ALL, &first), OK);
    assert_int_equal(dataset_open(paths[1], DATASET_WORDS_ALL, &second), OK);
    assert_int_equal(first.facts.num_words, WORDS);
    assert_int_equal(second.facts.num_words, WORDS + 5);

    dataset_release(&first);
    dataset_release(&second);
    free(paths[0]);
    free(paths[1]);
}

static void refuse_dataset(struct fixture *fixture, const char *expected)
{
    struct dataset data = {0};
    assert_int_equal(write_fixture(fixture, "bad.h5"), OK);
    assert_int_equal(read_fixture("bad.h5", &data), ERR_FORMAT);
    expect_message("bad.h5");
    expect_message(expected);
}

static void test_bad_content(void **state)
{
    (void)state;
    struct fixture fixture;
    fill(&fixture);
    fixture.x[1][2] = WORDS;
    refuse_dataset(&fixture, "/train/x row 1, position 2: id 10, expected 1 to 9");

    fill(&fixture);
    fixture.x[0][0] = 7;
    refuse_dataset(&fixture, "/train/x row 0, position 0: id 7, expected 0");

    fill(&fixture);
    fixture.x[1][1] = 0;
    refuse_dataset(&fixture, "/train/x row 1, position 1: id 0, expected 1 to 9");

    fill(&fixture);
    fixture.y[3] = 2;
    refuse_dataset(&fixture, "/train/y row 3: class 2, expected 0 to 1");

    fill(&fixture);
    fixture.y[3] = -1;
    refuse_dataset(&fixture, "/train/y row 3: class -1");

    fill(&fixture);
    fixture.length[2] = LENGTH + 1;
    refuse_dataset(&fixture, "/train/length row 2: 4, expected 0 to 3");

    fill(&fixture);
    fixture.data.part[DATASET_TRAIN].n = 0;
    refuse_dataset(&fixture, "/train/x is missing");

    fill(&fixture);
    fixture.data.facts.num_words = 1;
    refuse_dataset(&fixture, "num_words is 1");

    fill(&fixture);
    fixture.data.facts.n_labels = 1;
    refuse_dataset(&fixture, "/labels names 1 class");
}

/* A file with the attributes of a data set and whatever `version` and `format` say. */
static void write_head(const char *name, const char *format, int version)
{
    char *path = scratch_path(name);
    struct h5_writer *file = h5_create();
    h5_attribute_text(file, "/", "format", format);
    h5_attribute_int(file, "/", "format_version", version);
    assert_int_equal(h5_save(file, path, false), OK);
    free(path);
}

static void refuse_head(const char *name, const char *expected)
{
    struct dataset data = {0};
    char *path = scratch_path(name);
    assert_int_equal(dataset_open(path, DATASET_WORDS_ALL, &data), ERR_FORMAT);
    expect_message(name);
    expect_message(expected);
    free(path);
}

static void test_bad_head(void **state)
{
    (void)state;
    write_head("newer.h5", "rnntrain-dataset", 2);
    refuse_head("newer.h5", "format version 2, this program reads 1: update rnntrain");
    write_head("other.h5", "photographs", 1);
    refuse_head("other.h5", "not a data set");
    write_head("bare.h5", "rnntrain-dataset", 1);
    refuse_head("bare.h5", "num_words of / is missing");
    struct dataset data = {0};
    assert_int_equal(dataset_open("/no/such.h5", DATASET_WORDS_ALL, &data), ERR_NO_INPUT);
    expect_message("rnnprep CORPUS -o /no/such.h5");
}

/* Damage: every truncation and every flipped byte of a whole file is refused. */
static void test_damage(void **state)
{
    (void)state;
    struct fixture fixture;
    char *good = scratch_path("whole.h5"), *bad = scratch_path("damaged.h5"),
         *bytes = NULL;
    size_t n = 0;
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "whole.h5"), OK);
    assert_int_equal(file_read(good, &bytes, &n), OK);

    struct dataset data = {0};
    for (size_t i = 0; i < n; i += i < 64 || n - i < 64 ? 1 : 97) {
        bytes[i] ^= 0x10;
        assert_int_equal(file_replace(bad, bytes, n, false), OK);
        assert_int_equal(dataset_open(bad, DATASET_WORDS_ALL, &data), ERR_FORMAT);
        expect_message("damaged.h5");

        bytes[i] ^= 0x10;
        assert_int_equal(file_replace(bad, bytes, i, false), OK);
        assert_int_equal(dataset_open(bad, DATASET_WORDS_ALL, &data), ERR_FORMAT);
        expect_message("damaged.h5");
    }

    free(bytes);
    free(good);
    free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_content_hash), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_words),        cmocka_unit_test(test_abandon),
        cmocka_unit_test(test_readers),      cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_bad_content),  cmocka_unit_test(test_bad_head),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
