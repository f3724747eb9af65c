/* What becomes of documents: layout, classes, splits, duplicates, order of rows. */
#include "corpus/corpus.h"

#include "../scratch.h"
#include "../shown.h"

/* A corpus while it is read from two sources, "corpus" and "-". */
struct reading {
    struct corpus corpus;
    struct block block;
    struct reader_notes notes;
};

static const struct source sources[] = {{"corpus", NULL, -1}, {"-", NULL, -1}};

static void begin(struct reading *reading)
{
    *reading = (struct reading){.corpus.sources = sources};
}

static void end(struct reading *reading)
{
    corpus_release(&reading->corpus);
    block_release(&reading->block);
}

/* Equal texts have equal numbers. Hash bytes 0 .. 7, which decide for test, are
 * `text` / 256; bytes 8 .. 15, for validation, `other` / 256. */
static void set_text(struct document *document, int text, int other)
{
    document->n_words = 1;
    document->hash[0] = (unsigned char)text;
    document->hash[8] = (unsigned char)other;
}

static struct document *add_file(struct reading *reading, const char *folder,
                                 const char *name, int text)
{
    struct place place = place_of_folder(folder);
    block_clear(&reading->block);
    size_t at = block_add_string(&reading->block, folder, strlen(folder));
    struct block_document given = {.kind = place.kind, .part = place.part, .folder = at};
    given.name = block_add_string(&reading->block, name, strlen(name));
    struct document *document = corpus_add(&reading->corpus, &reading->block, &given);
    set_text(document, text, text);
    return document;
}

/* Of standard input, or of a file there that is named like its part. */
static struct document *add_record(struct reading *reading, int part, int64_t line,
                                   const char *label, int text)
{
    block_clear(&reading->block);
    const char *file = part < 0 ? "" : dataset_part_names[part]; /* a part a file */
    size_t at = block_add_string(&reading->block, file, strlen(file));
    struct block_document given = {
        .source = 1, .kind = PLACE_RECORDS, .part = part, .folder = at, .line = line};
    given.label = block_add_string(&reading->block, label, strlen(label));
    struct document *document = corpus_add(&reading->corpus, &reading->block, &given);
    set_text(document, text, text);
    return document;
}

static int settle(struct reading *reading, struct corpus_options options)
{
    return corpus_settle(&reading->corpus, 2, &options, &reading->notes);
}

#define PLAIN ((struct corpus_options){0})
#define WITH(...) ((struct corpus_options){__VA_ARGS__})

/* The rows, "PART: NAME=CLASS NAME=CLASS ...; ". */
static void expect_rows(const struct reading *reading, const char *expected)
{
    const struct corpus *corpus = &reading->corpus;
    const int32_t *row = corpus->rows;
    struct shown shown = {0};

    for (int part = 0; part < DATASET_PARTS; part++) {
        if (corpus->n_of_part[part] == 0)
            continue;
        shown_add(&shown, dataset_part_names[part], strlen(dataset_part_names[part]));
        shown_add(&shown, ":", 1);
        for (int i = 0; i < corpus->n_of_part[part]; i++) {
            const struct document *document = &corpus->documents[*row++];
            const char *class_name = corpus->classes[document->label];
            char *name = corpus_name(corpus, document);
            assert_int_equal(document->part, part);
            shown_add(&shown, " ", 1);
            shown_add(&shown, name, strlen(name));
            shown_add(&shown, "=", 1);
            shown_add(&shown, class_name, strlen(class_name));
            free(name);
        }
        shown_add(&shown, "; ", 2);
    }
    expect_shown(&shown, expected);
}

static void expect_classes(const struct reading *reading, const char *expected)
{
    struct shown shown = {0};
    for (int c = 0; c < reading->corpus.n_classes; c++) {
        const char *name = reading->corpus.classes[c];
        shown_add(&shown, name, strlen(name));
        shown_add(&shown, " ", 1);
    }
    expect_shown(&shown, expected);
}

static void refuse(struct reading *reading, struct corpus_options options, int code,
                   const char *message)
{
    assert_int_equal(settle(reading, options), code);
    expect_message(message);
    end(reading);
}

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
    assert_int_equal(reading.corpus.n_beside, 3);
    assert_int_equal(reading.corpus.beside, 0);
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
    assert_int_equal(reading.corpus.n_beside, 1);
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
    refuse(&reading, PLAIN, ERR_FORMAT, "corpus: no training documents");

    begin(&reading);
    add_file(&reading, "train/pos", "1", 1);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: one class only (pos); a classifier needs two or more");

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
        struct block_document given = {.kind = PLACE_CLASS,
                                       .part = -1,
                                       .folder = folder,
                                       .n_bad = i,
                                       .first_bad = 10 * i};
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
        cmocka_unit_test(test_split_of_train_only),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_drop_duplicates),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_repairs),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
