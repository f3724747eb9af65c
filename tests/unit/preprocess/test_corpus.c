/* What becomes of documents: layout, classes, splits, duplicates, order of rows. */
#include "reading.h"

#include "../scratch.h"

/* pos before neg, as in the notebook, though neg is class 0; names as strings. */
static void test_rows_of_folders(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    add_file(&reading, "train/neg", "9.txt", 1);
    add_file(&reading, "train/pos", "b.txt", 2);
    add_file(&reading, "test/neg", "1.txt", 3);
    add_file(&reading, "train/neg", "10.txt", 4);
    add_file(&reading, "train/pos", "a.txt", 5);
    assert_int_equal(settle(&reading, PLAIN), OK);
    expect_classes(&reading, "neg pos ");
    expect_rows(&reading, "train: corpus/train/pos/a.txt=pos corpus/train/pos/b.txt=pos "
                          "corpus/train/neg/10.txt=neg corpus/train/neg/9.txt=neg; "
                          "test: corpus/test/neg/1.txt=neg; ");
    assert_int_equal(reading.corpus.n_of_class[DATASET_TRAIN][0], 2);
    assert_int_equal(reading.corpus.n_of_class[DATASET_TEST][1], 0);
    end(&reading);

    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    add_file(&reading, "train/neutral", "1", 2);
    add_file(&reading, "train/neg", "1", 3);
    assert_int_equal(settle(&reading, PLAIN), OK);
    expect_rows(&reading, "train: corpus/train/neg/1=neg corpus/train/neutral/1=neutral "
                          "corpus/train/pos/1=pos; ");
    end(&reading);
}

/* As they were read, whatever their classes. */
static void test_rows_of_records(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_record(&reading, -1, 2, "pos", 1);
    add_record(&reading, DATASET_TEST, 3, "neg", 2);
    add_record(&reading, -1, 4, "neg", 3);
    add_record(&reading, DATASET_TRAIN, 5, "pos", 4);
    assert_int_equal(settle(&reading, PLAIN), OK);
    expect_rows(&reading, "train: standard input: line 2=pos standard input: line 4=neg "
                          "standard input/train: line 5=pos; "
                          "test: standard input/test: line 3=neg; ");
    assert_false(reading.corpus.is_sorted);
    end(&reading);
}

static void test_sorted_records(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    for (int i = 0; i < 20; i++)
        add_record(&reading, -1, i + 1, i < 12 ? "pos" : "neg", i);
    assert_int_equal(settle(&reading, PLAIN), OK);
    assert_true(reading.corpus.is_sorted);
    end(&reading);
}

static void test_name_twice(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    add_file(&reading, "train/pos", "1.txt", 1);
    add_file(&reading, "train/neg", "1.txt", 2);
    add_file(&reading, "train/pos", "1.txt", 3);
    refuse(&reading, PLAIN, ERR_FORMAT, "corpus/train/pos/1.txt is there twice");
}

/* Files beside the class folders, and the first of them. */
static void expect_beside(const struct reading *reading, int n, const char *first)
{
    const struct left_out *left = &reading->corpus.layout.left_out;
    assert_int_equal(left->n, 1);
    assert_string_equal(left->reasons[0].what, "files beside the class folders");
    assert_int_equal(left->reasons[0].n, n);
    assert_string_equal(left->reasons[0].first, first);
}

static void test_parts_win(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_file(&reading, "extra", "1", 1);
    add_file(&reading, "extra", "2", 2);
    add_file(&reading, "train/pos", "1", 3);
    add_file(&reading, "more", "1", 4);
    add_file(&reading, "train/neg", "1", 5);
    assert_int_equal(settle(&reading, PLAIN), OK);
    expect_rows(&reading, "train: corpus/train/pos/1=pos corpus/train/neg/1=neg; ");
    expect_beside(&reading, 3, "corpus/extra/1");
    end(&reading);
}

static void test_parent_with_most(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    add_file(&reading, "notes", "1", 1);
    add_file(&reading, "films/good", "1", 2);
    add_file(&reading, "films/bad", "1", 3);
    assert_int_equal(settle(&reading, PLAIN), OK);
    expect_rows(&reading, "train: corpus/films/bad/1=bad corpus/films/good/1=good; ");
    expect_beside(&reading, 1, "corpus/notes/1");
    end(&reading);
}

static void test_empty_folder(void **state)
{
    (void)state;
    struct reading reading;
    char path[] = "train/meh", beside[] = "notes"; /* none of the layout's */
    struct reader_folder folders[] = {{0, beside}, {0, path}};
    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    add_file(&reading, "train/neg", "1", 2);
    reading.notes = (struct reader_notes){.folders = folders, .n_folders = 2};
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: train/meh holds no document: add some or remove the folder");
}

static void settle_labels(const char *const *labels, int n, const char *file,
                          const char *expected)
{
    struct reading reading;
    begin(&reading);
    for (int i = 0; i < n; i++)
        add_record(&reading, -1, i + 1, labels[i], i);
    if (settle(&reading, WITH(.labels = file)) != OK)
        fail_msg("%s", fail_message());
    expect_classes(&reading, expected);
    end(&reading);
}

static void test_order_of_classes(void **state)
{
    (void)state;
    static const char *const names[] = {"b", "B", "a10", "a9"};
    static const char *const numbers[] = {"10", "9", "-1", "0.5", "+2"};
    static const char *const mixed[] = {"10", "9", "x", "-1"};
    settle_labels(names, 4, NULL, "B a10 a9 b ");
    settle_labels(numbers, 5, NULL, "-1 0.5 +2 9 10 ");
    settle_labels(mixed, 4, NULL, "-1 10 9 x ");
}

static void test_labels_file(void **state)
{
    (void)state;
    static const char *const names[] = {"bad", "good"}, *const from_0[] = {"1", "0"},
                             *const from_1[] = {"1", "2"};
    scratch_write_text("labels", "good\r\nbad\n");
    char *file = scratch_path("labels");
    settle_labels(names, 2, file, "good bad ");

    struct reading reading;
    for (int base = 0; base < 2; base++) {
        begin(&reading);
        add_record(&reading, -1, 1, base ? from_1[0] : from_0[0], 1);
        add_record(&reading, -1, 2, base ? from_1[1] : from_0[1], 2);
        assert_int_equal(settle(&reading, WITH(.labels = file)), OK);
        expect_rows(&reading, base ? "train: standard input: line 1=good "
                                     "standard input: line 2=bad; "
                                   : "train: standard input: line 1=bad "
                                     "standard input: line 2=good; ");
        end(&reading);
    }

    begin(&reading);
    add_record(&reading, -1, 1, "good", 1);
    add_record(&reading, -1, 2, "bad", 2);
    add_record(&reading, -1, 3, "meh", 3);
    refuse(&reading, WITH(.labels = file), ERR_FORMAT,
           "standard input: line 3: class meh is not in ");

    begin(&reading);
    add_record(&reading, -1, 1, "good", 1);
    add_record(&reading, -1, 2, "good", 2);
    refuse(&reading, WITH(.labels = file), ERR_FORMAT,
           "corpus: no training document of class bad, which stands in ");

    static const char *const few[][2] = {
        {"\n", "/labels: names of 0 classes; expected 2 to 65536, one a line"},
        {"good\n", "/labels: names of 1 class;"},
        {"good\nbad\ngood\n", "/labels: line 3 is line 1 again: good"}};
    for (size_t i = 0; i < COUNT_OF(few); i++) {
        scratch_write_text("labels", few[i][0]);
        begin(&reading);
        add_record(&reading, -1, 1, "good", 1);
        refuse(&reading, WITH(.labels = file), ERR_FORMAT, few[i][1]);
    }
    free(file);
}

static void test_class_refusals(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    refuse(&reading, PLAIN, ERR_FORMAT, "corpus: no training documents; expected class");

    begin(&reading);
    add_file(&reading, "test/pos", "1", 1);
    add_file(&reading, "test/neg", "1", 1);
    add_file(&reading, "dev/neg", "1", 1);
    refuse(&reading, PLAIN, ERR_FORMAT, "corpus: no training documents");

    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: one class only (pos); a classifier needs two or more. All 1 "
           "documents stand in folders of this name, as corpus/train/pos/1: expected a ");

    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    add_file(&reading, "train/neg", "1", 2);
    add_file(&reading, "test/meh", "1", 3);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus/test/meh/1: class meh is in test but not in train");

    begin(&reading);
    add_record(&reading, -1, 1, "caf\xe9", 1);
    add_record(&reading, -1, 2, "bar", 2);
    refuse(&reading, PLAIN, ERR_FORMAT, "corpus: the name of class 1 is not valid UTF-8");
}

/* Shares 0.25, 0.5 and 0.75 of test; 0.125 and 0.5 of validation. */
static void test_splits(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    set_text(add_record(&reading, -1, 1, "a", 0), 64, 32);
    set_text(add_record(&reading, -1, 2, "b", 0), 128, 32);
    set_text(add_record(&reading, -1, 3, "a", 0), 192, 128);
    set_text(add_record(&reading, -1, 4, "b", 0), 192, 128);
    set_text(add_record(&reading, -1, 5, "b", 0), 64, 32);
    assert_int_equal(settle(&reading, WITH(.test_split = 0.5, .validation_split = 0.2)),
                     OK);
    expect_rows(&reading, "train: standard input: line 3=a standard input: line 4=b; "
                          "validation: standard input: line 2=b; "
                          "test: standard input: line 1=a standard input: line 5=b; ");
    end(&reading);
}

/* Shares 0.25, 0.5 and 0.75: of a class that would go the largest stays, with all copies
 * of its text. */
static void test_split_of_rare_class(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    set_text(add_record(&reading, -1, 1, "a", 0), 192, 192);
    set_text(add_record(&reading, -1, 2, "a", 0), 64, 64);
    set_text(add_record(&reading, -1, 3, "b", 0), 64, 64);
    set_text(add_record(&reading, -1, 4, "b", 0), 128, 64);
    set_text(add_record(&reading, -1, 5, "a", 0), 128, 64);
    assert_int_equal(settle(&reading, WITH(.test_split = 0.6)), OK);
    expect_rows(&reading, "train: standard input: line 1=a standard input: line 4=b "
                          "standard input: line 5=a; "
                          "test: standard input: line 2=a standard input: line 3=b; ");
    assert_int_equal(reading.corpus.n_notes, 1);
    assert_string_equal(reading.corpus.notes[0].text,
                        "--test-split would take all documents of 1 class: one text of "
                        "each stays in train: b");
    end(&reading);

    begin(&reading);
    set_text(add_record(&reading, -1, 1, "a", 0), 128, 64);
    set_text(add_record(&reading, -1, 2, "a", 0), 192, 192);
    set_text(add_record(&reading, -1, 3, "b", 0), 64, 64);
    assert_int_equal(settle(&reading, WITH(.test_split = 0.4, .validation_split = 0.5)),
                     OK);
    expect_rows(&reading, "train: standard input: line 2=a standard input: line 3=b; "
                          "validation: standard input: line 1=a; ");
    assert_int_equal(reading.corpus.n_notes, 4); /* two stay, each part lacks some */
    end(&reading);
}

/* Documents of other parts stay where they are, and a part that is there is not split. */
static void test_split_of_train_only(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    set_text(add_file(&reading, "train/pos", "1", 0), 255, 255);
    set_text(add_file(&reading, "train/neg", "1", 0), 255, 255);
    set_text(add_file(&reading, "test/neg", "1", 0), 1, 1);
    assert_int_equal(settle(&reading, WITH(.validation_split = 0.5)), OK);
    expect_rows(&reading, "train: corpus/train/pos/1=pos corpus/train/neg/1=neg; "
                          "test: corpus/test/neg/1=neg; ");
    end(&reading);

    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    add_file(&reading, "train/neg", "1", 2);
    add_file(&reading, "test/neg", "1", 3);
    refuse(&reading, WITH(.test_split = 0.5), ERR_USAGE,
           "--test-split: the corpus has a test part already");
}

static void add_copies(struct reading *reading)
{
    begin(reading);
    add_record(reading, DATASET_TRAIN, 1, "a", 7);
    add_record(reading, DATASET_TRAIN, 2, "a", 7);
    add_record(reading, DATASET_TRAIN, 3, "b", 8);
    add_record(reading, DATASET_TRAIN, 4, "b", 9);
    add_record(reading, DATASET_TRAIN, 5, "a", 10);
    add_record(reading, DATASET_VALIDATION, 6, "b", 7);
    add_record(reading, DATASET_VALIDATION, 7, "a", 10);
    add_record(reading, DATASET_TEST, 8, "b", 8);
    add_record(reading, DATASET_TEST, 9, "b", 8);
    add_record(reading, DATASET_TRAIN, 10, "a", 11);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct reading reading;
    add_copies(&reading);
    assert_int_equal(settle(&reading, PLAIN), OK);
    const struct corpus_duplicates *found = &reading.corpus.duplicates;

    assert_int_equal(found->in_part[DATASET_TRAIN], 1);
    assert_int_equal(found->in_part[DATASET_VALIDATION], 0);
    assert_int_equal(found->in_part[DATASET_TEST], 1);
    assert_int_equal(found->in_train[DATASET_VALIDATION], 2);
    assert_int_equal(found->in_train[DATASET_TEST], 2);
    assert_int_equal(found->n_conflicts, 1);
    assert_string_equal(
        found->conflict,
        "standard input/validation: line 6 and standard input/train: line 1");
    assert_int_equal(found->n_dropped, 0);
    assert_int_equal(reading.corpus.n_of_part[DATASET_TRAIN], 6);
    end(&reading);
}

/* A test document stays before one of validation, that before one of train; then the
 * first. */
static void test_drop_duplicates(void **state)
{
    (void)state;
    struct reading reading;
    add_copies(&reading);
    assert_int_equal(settle(&reading, WITH(.drop_duplicates = true)), OK);
    expect_rows(&reading,
                "train: standard input/train: line 4=b standard input/train: line 10=a; "
                "validation: standard input/validation: line 6=b standard "
                "input/validation: line 7=a; "
                "test: standard input/test: line 8=b; ");
    assert_int_equal(reading.corpus.duplicates.n_dropped, 5);
    end(&reading);

    begin(&reading);
    add_record(&reading, DATASET_TRAIN, 1, "a", 1);
    add_record(&reading, DATASET_TRAIN, 2, "b", 2);
    add_record(&reading, DATASET_TEST, 3, "b", 2);
    refuse(&reading, WITH(.drop_duplicates = true), ERR_FORMAT,
           "corpus: no training document of class b");
}

/* SHA-256 by Python's hashlib: part, class, 0 and hash of each row. */
static void test_digest(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_file(&reading, "train/neg", "x", 1);
    add_file(&reading, "train/pos", "y", 2);
    add_file(&reading, "test/neg", "z", 3);
    assert_int_equal(settle(&reading, PLAIN), OK);
    char *digest = corpus_digest(&reading.corpus);
    assert_string_equal(
        digest, "34ed52a9311d3cc5e15984ca4a862914b8f62db0a2c1ea311dcdd9650fa5ab88");
    free(digest);
    end(&reading);
}

static void test_repairs(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    block_clear(&reading.block);
    size_t folder = block_add_string(&reading.block, "pos", 3);
    for (size_t i = 1; i <= 4; i++) {
        struct block_document given = {
            .kind = PLACE_FOLDER, .folder = folder, .n_bad = i, .first_bad = 10 * i};
        char *name = xasprintf("%zu", i);
        given.name = block_add_string(&reading.block, name, 1);
        corpus_add(&reading.corpus, &reading.block, &given);
        free(name);
    }

    assert_int_equal(reading.corpus.repairs.n_documents, 4);
    assert_int_equal(reading.corpus.repairs.n_parts, 10);
    assert_string_equal(
        reading.corpus.repairs.examples,
        "corpus/pos/1 (byte 10), corpus/pos/2 (byte 20), corpus/pos/3 (byte 30)");
    end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_folders),
        cmocka_unit_test(test_rows_of_records),
        cmocka_unit_test(test_sorted_records),
        cmocka_unit_test(test_name_twice),
        cmocka_unit_test(test_parts_win),
        cmocka_unit_test(test_parent_with_most),
        cmocka_unit_test(test_empty_folder),
        cmocka_unit_test(test_order_of_classes),
        cmocka_unit_test(test_labels_file),
        cmocka_unit_test(test_class_refusals),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_split_of_rare_class),
        cmocka_unit_test(test_split_of_train_only),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_drop_duplicates),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_repairs),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
