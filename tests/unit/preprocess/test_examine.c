/* Whether labels are what was meant: what is corrected, refused, said. */
#include "reading.h"

#include <stdio.h>

/* n records of a label, one text each. */
static void add_some(struct reading *reading, int part, const char *label, int n)
{
    for (int i = 0; i < n; i++) {
        int32_t line = reading->corpus.n_documents + 1;
        add_record(reading, part, line, label, line)->n_words = 20;
    }
}

/* A first row that may name columns; its text has two words. */
static void add_first(struct reading *reading, int part, const char *label)
{
    struct document *document = add_record(reading, part, 1, label, 255);
    document->is_first_row = true;
    document->n_words = 2;
}

/* "CLASS N, ...; NOTE" of each part. */
static void expect_settled(struct reading *reading, struct corpus_options options,
                           const char *expected)
{
    struct shown shown = {0};
    if (settle(reading, options))
        fail_msg("%s", fail_message());
    const struct corpus *corpus = &reading->corpus;

    for (int c = 0; c < corpus->n_classes; c++) {
        int n = 0;
        for (int part = 0; part < DATASET_PARTS; part++)
            n += corpus->n_of_class[part][c];
        shown_add(&shown, corpus->classes[c], strlen(corpus->classes[c]));
        shown_add(&shown, " ", 1);
        shown_number(&shown, n, "; ");
    }
    for (int i = 0; i < corpus->n_notes; i++) {
        shown_add(&shown, corpus->notes[i].about, strlen(corpus->notes[i].about));
        shown_add(&shown, ": ", 2);
        shown_add(&shown, corpus->notes[i].text, strlen(corpus->notes[i].text));
        shown_add(&shown, "; ", 2);
    }
    expect_shown(&shown, expected);
    end(reading);
}

static void test_header(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading); /* all others are numbers */
    add_first(&reading, -1, "befund");
    add_some(&reading, -1, "0", 10);
    add_some(&reading, -1, "1", 10);
    expect_settled(&reading, PLAIN,
                   "0 10; 1 10; left out: first row that names the columns, \"befund\" "
                   "(1): standard input: line 1; --header off keeps it; ");

    begin(&reading); /* what columns of labels are called */
    add_first(&reading, -1, "airline_sentiment");
    add_some(&reading, -1, "neg", 2);
    add_some(&reading, -1, "pos", 2);
    expect_settled(
        &reading, PLAIN,
        "neg 2; pos 2; left out: first row that names the columns, "
        "\"airline_sentiment\" (1): standard input: line 1; --header off keeps "
        "it; ");

    begin(&reading); /* in each file */
    add_first(&reading, DATASET_TRAIN, "befund");
    add_some(&reading, DATASET_TRAIN, "neg", 10);
    add_first(&reading, DATASET_TEST, "befund");
    add_some(&reading, DATASET_TRAIN, "pos", 10);
    expect_settled(
        &reading, PLAIN,
        "neg 10; pos 10; left out: first row that names the columns, "
        "\"befund\" (2): standard input/train: line 1; --header off keeps it; ");
}

static void test_quoted(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_some(&reading, -1, "'neg'", 10);
    add_some(&reading, -1, "'pos'", 10);
    expect_settled(&reading, PLAIN,
                   "'neg' 10; 'pos' 10; labels: all stand in single quotes, which stay "
                   "part of their names, and of texts: CSV has double ones; ");

    begin(&reading);
    add_some(&reading, -1, "'neg'", 10);
    add_some(&reading, -1, "pos", 10);
    expect_settled(&reading, PLAIN, "'neg' 10; pos 10; ");
}

static void test_header_or_not(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_first(&reading, -1, "befund");
    add_some(&reading, -1, "neg", 10);
    add_some(&reading, -1, "pos", 10);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "standard input: line 1, the first row, is the only document of its class, "
           "\"befund\": does it name the columns (--header on), or is it a document "
           "(--header off)?");

    begin(&reading);
    add_first(&reading, -1, "befund");
    add_some(&reading, -1, "0", 10);
    add_some(&reading, -1, "1", 10);
    expect_settled(&reading, WITH(.header_is_given = true), "0 10; 1 10; befund 1; ");

    begin(&reading); /* of few documents nothing can be said */
    add_first(&reading, DATASET_TRAIN, "a");
    add_some(&reading, DATASET_TRAIN, "b", 1);
    add_first(&reading, DATASET_TEST, "a");
    add_some(&reading, DATASET_TEST, "b", 1);
    expect_settled(&reading, PLAIN, "a 2; b 2; ");

    begin(&reading); /* its text is one */
    add_first(&reading, -1, "befund");
    reading.corpus.documents[0].n_words = 20;
    add_some(&reading, -1, "0", 10);
    add_some(&reading, -1, "1", 10);
    expect_settled(&reading, PLAIN, "0 10; 1 10; befund 1; ");
}

static void test_own_classes(void **state)
{
    (void)state;
    struct reading reading;
    char label[16];
    begin(&reading);
    add_some(&reading, -1, "pos", 9);
    for (int i = 0; i < 11; i++) {
        snprintf(label, sizeof label, "id%d", i);
        add_some(&reading, -1, label, 1);
    }
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: 11 of 20 train documents have a class of their own, as \"id10\"");

    begin(&reading); /* many classes, most of them rare: names come again, ids do not */
    for (int i = 0; i < 60; i++) {
        snprintf(label, sizeof label, "k%d", i);
        add_some(&reading, -1, label, i < 16 ? 2 : 1);
    }
    if (settle(&reading, PLAIN))
        fail_msg("%s", fail_message());
    assert_int_equal(reading.corpus.n_classes, 60);
    assert_int_equal(reading.corpus.n_notes, 1);
    assert_non_null(strstr(reading.corpus.notes[0].text, "have a class of their own"));
    end(&reading);

    begin(&reading); /* ids in place of the labels that a test file lacks */
    add_some(&reading, DATASET_TRAIN, "pos", 30);
    add_some(&reading, DATASET_TRAIN, "neg", 30);
    for (int i = 0; i < 20; i++) {
        snprintf(label, sizeof label, "%d", i);
        add_some(&reading, DATASET_TEST, label, 1);
    }
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: 20 of 20 test documents have a class of their own");
}

static void test_swapped(void **state)
{
    (void)state;
    struct reading reading;
    char label[16];
    begin(&reading);
    for (int i = 0; i < 30; i++) {
        snprintf(label, sizeof label, "review %d", i / 3);
        add_record(&reading, -1, i + 1, label, i % 2);
    }
    refuse(&reading, PLAIN, ERR_FORMAT,
           "corpus: 10 classes, as \"review 9\", but 2 different texts: are labels and "
           "texts swapped? Name the columns with --label-column");
}

static void test_controls(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    add_some(&reading, -1, "pos", 2);
    add_some(&reading, -1, "a\tb", 1);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "standard input: line 3: the label \"a\\tb\" holds a tab, a line end");
}

static void test_missing(void **state)
{
    (void)state;
    struct reading reading;

    begin(&reading);
    add_some(&reading, -1, "0.0", 9);
    add_some(&reading, -1, "1", 9);
    add_some(&reading, -1, "1.0", 2);
    add_some(&reading, -1, "NaN", 5);
    expect_settled(
        &reading, PLAIN,
        "0.0 9; 1 11; labels: equal as numbers, so one class each: \"1\" (9) "
        "and \"1.0\" (2); --merge-labels none keeps spellings apart; left out: "
        "5 rows without a label: \"NaN\" (5); --missing-labels keep makes "
        "classes of them; ");

    begin(&reading); /* as the Hub has it */
    add_some(&reading, -1, "0", 9);
    add_some(&reading, -1, "1", 9);
    add_some(&reading, -1, "-1", 1);
    expect_settled(&reading, PLAIN,
                   "0 9; 1 9; left out: 1 row without a label: \"-1\" (1); "
                   "--missing-labels keep makes classes of them; ");

    begin(&reading);
    add_some(&reading, -1, "+", 9);
    add_some(&reading, -1, "-", 7);
    add_some(&reading, -1, "o", 7);
    expect_settled(&reading, PLAIN, "+ 9; - 7; o 7; ");

    begin(&reading);
    add_some(&reading, -1, "1", 9);
    add_some(&reading, -1, "-1", 1);
    expect_settled(&reading, PLAIN, "-1 1; 1 9; ");

    begin(&reading); /* folders are called what they are called */
    add_file(&reading, "train/nan", "1", 1);
    for (int i = 0; i < 9; i++)
        add_file(&reading, i % 2 ? "train/pos" : "train/neg", (char[]){'a' + (char)i, 0},
                 i);
    expect_settled(&reading, PLAIN, "nan 1; neg 5; pos 4; ");
}

static void test_strays(void **state)
{
    (void)state;
    struct reading reading;
    begin(&reading);
    add_some(&reading, DATASET_TRAIN, "spam", 2);
    add_some(&reading, DATASET_TRAIN, "Spam", 2);
    add_some(&reading, DATASET_TRAIN, "ham", 2);
    add_some(&reading, DATASET_TEST, "Ham", 2);
    expect_settled(
        &reading, PLAIN,
        "Spam 2; ham 4; spam 2; labels: train lacks these spellings, so "
        "\"Ham\" (2) is ham; --merge-labels nfc takes them for classes; "
        "labels: equal but for case, quotes or hyphens, classes of their own: \"spam\" "
        "(2) and \"Spam\" (2); --merge-labels case makes them one; ");

    begin(&reading); /* which of the two? */
    add_some(&reading, DATASET_TRAIN, "spam", 2);
    add_some(&reading, DATASET_TRAIN, "Spam", 2);
    add_some(&reading, DATASET_TEST, "SPAM", 2);
    refuse(&reading, PLAIN, ERR_FORMAT,
           "standard input/test: line 5: class SPAM is in test but not in train; Spam "
           "is: --merge-labels case makes them one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_header_or_not), cmocka_unit_test(test_own_classes),
        cmocka_unit_test(test_swapped),       cmocka_unit_test(test_controls),
        cmocka_unit_test(test_missing),       cmocka_unit_test(test_strays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
