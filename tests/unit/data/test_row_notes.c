/* Where rows come from and their texts: written and read back, in any order; and what a
 * damaged or foreign file says, each a good one with one thing wrong. */
#include "data/row_notes.h"

#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 4, LENGTH = 2, WORDS = 4, LONG = 300000 };

static uint16_t x[ROWS][LENGTH] = {{1, 2}, {3, 1}, {1, 1}, {2, 2}};
static int32_t y[ROWS] = {0, 1, 0, 1}, lengths[ROWS] = {2, 2, 2, 2};
static char neg[] = "neg", pos[] = "pos", json[] = "{}", *labels[] = {neg, pos};

static char long_text[LONG + 1];
static const char *notes[ROW_NOTES][ROWS] = {
    [ROW_ORIGIN] = {"neg/1.txt", "", "line 7, id \u00e9", "d"},
    [ROW_TEXT] = {"", "a film", long_text, "the\nend"}};

static int read_note(void *context, enum dataset_part part, enum row_note note, int row,
                     const char **text, size_t *n)
{
    assert_ptr_equal(context, notes);
    *text = part == DATASET_TEST ? "test" : notes[note][row];
    *n = strlen(*text);
    return OK;
}

static void write_file(const char *path, bool origin, bool text)
{
    const struct row_notes_source source = {read_note, notes};
    struct dataset data = {
        .path = (char *)(uintptr_t)path,
        .facts = {.num_words = WORDS, .maxlen = LENGTH, .n_labels = 2, .labels = labels},
        .tokenizer = json,
        .provenance = json,
        .notes = {[ROW_ORIGIN] = origin, [ROW_TEXT] = text},
        .notes_source = &source};
    const struct rows rows = {.n = ROWS, .x = x, .y = y, .length = lengths};

    for (int i = 0; i < LONG; i++)
        long_text[i] = (char)('a' + i * 7 % 23);
    data.part[DATASET_TRAIN] = rows;
    data.part[DATASET_TEST] = rows;
    data.part[DATASET_TEST].n = 1;
    assert_int_equal(dataset_write(&data), OK);
}

static void check_notes(const struct dataset *data, enum row_note note)
{
    static const int order[] = {3, 0, 2, 1, 2, 3};
    struct row_notes_reader *reader = NULL;
    const char *text = NULL;

    assert_int_equal(row_notes_open(data, DATASET_TRAIN, note, &reader), OK);
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        assert_int_equal(row_notes_read(reader, order[i], &text), OK);
        assert_string_equal(text, notes[note][order[i]]);
    }
    row_notes_close(reader);

    assert_int_equal(row_notes_open(data, DATASET_TEST, note, &reader), OK);
    assert_int_equal(row_notes_read(reader, 0, &text), OK);
    assert_string_equal(text, "test");
    row_notes_close(reader);
}

static void test_whole(void **state)
{
    char *path = scratch_path("notes.h5");
    uint64_t content[4];
    (void)state;

    for (int which = 0; which < 4; which++) {
        struct dataset data = {0};
        write_file(path, which & 1, which & 2);
        assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data),
                         OK);
        for (enum row_note note = 0; note < ROW_NOTES; note++) {
            assert_int_equal(data.notes[note], which >> note & 1);
            if (data.notes[note])
                check_notes(&data, note);
        }
        assert_int_equal(dataset_content(&data, &content[which]), OK);
        for (int before = 0; before < which; before++)
            assert_true(content[before] != content[which]);
        dataset_release(&data);
    }
    row_notes_close(NULL);
    free(path);
}

/* What a stranger may write in their place: starts, and n bytes. */
struct strange {
    size_t n_starts, n_bytes;
    int64_t starts[ROWS + 1];
    const char *bytes;
    enum h5_type type;
};

static void write_strange(const char *path, const struct strange *strange)
{
    struct h5_writer *file = h5_create();
    size_t train[2] = {ROWS, LENGTH};
    const struct facts facts = {
        .num_words = WORDS, .maxlen = LENGTH, .n_labels = 2, .labels = labels};

    h5_attribute_text(file, "/", "format", "rnntrain-dataset");
    h5_attribute_int(file, "/", "format_version", 1);
    facts_write(file, FACTS_IN_DATASET, &facts);
    facts_write_labels(file, FACTS_IN_DATASET, &facts);
    h5_write_text(file, "/provenance", "{}");
    h5_write(file, "/train/x", H5_UINT16, 2, train, x, true);
    h5_write(file, "/train/y", H5_INT32, 1, train, y, true);
    h5_write(file, "/train/length", H5_INT32, 1, train, lengths, true);
    h5_write(file, "/train/text/start", H5_INT64, 1, &strange->n_starts, strange->starts,
             false);
    if (strange->bytes)
        h5_write(file, "/train/text/bytes", strange->type, 1, &strange->n_bytes,
                 strange->bytes, true);
    assert_int_equal(h5_save(file, path, false), OK);
}

static void refuse(const struct strange *strange, const char *expected)
{
    char *path = scratch_path("strange.h5");
    struct dataset data = {0};
    uint64_t content = 0;

    write_strange(path, strange);
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data);
    if (!rc)
        rc = dataset_content(&data, &content);
    assert_int_equal(rc, ERR_FORMAT);
    expect_message("strange.h5: ");
    expect_message(expected);
    dataset_release(&data);
    free(path);
}

static void test_strange(void **state)
{
    (void)state;
    const struct strange good = {ROWS + 1, 4, {0, 1, 2, 3, 4}, "abcd", H5_UINT8};
    struct strange bad = good;
    bad.n_starts = ROWS;
    refuse(&bad, "/train/text/start");
    bad = good;
    bad.type = H5_INT32;
    bad.n_bytes = 1;
    refuse(&bad, "/train/text/bytes");
    bad = good;
    bad.bytes = NULL;
    refuse(&bad, "/train/text/bytes is missing");

    bad = good;
    bad.starts[0] = 1;
    refuse(&bad, "/train/text/start row 0: 1, expected 0 to 0");
    bad = good;
    bad.starts[2] = -1;
    refuse(&bad, "/train/text/start row 2: -1, expected 1 to 4");
    bad = good;
    bad.starts[3] = INT64_MAX;
    refuse(&bad, "/train/text/start row 3: 9223372036854775807, expected 2 to 4");
    bad = good;
    bad.starts[4] = 3;
    refuse(&bad, "/train/text/start row 4: 3, expected 4 to 4");
    bad = good;
    bad.bytes = "ab\0d";
    refuse(&bad, "/train/text/bytes row 2 is no UTF-8 without NUL");
    bad.bytes = "a\xff"
                "cd";
    refuse(&bad, "/train/text/bytes row 1 is no UTF-8 without NUL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_strange),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
