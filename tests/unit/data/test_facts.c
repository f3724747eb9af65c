/* Facts about ids: stored in both forms and read back, and what of them is refused. */
#include "data/facts.h"

#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

static char *names[] = {(char[]){"neg"}, (char[]){""}, (char[]){"sehr gut"}};

static const struct facts usual = {
    .num_words = 3800, .maxlen = 380, .n_labels = 3, .labels = names, .pad_pre = true};

static const enum facts_form forms[] = {FACTS_IN_DATASET, FACTS_IN_CHECKPOINT};

/* A file of these facts, opened again. */
static struct h5 *stored(enum facts_form form, const struct facts *facts)
{
    char *path = scratch_path("facts.h5");
    struct h5_writer *written = h5_create();
    struct h5 *file = NULL;
    h5_make_group(written, "/rnntrain");
    facts_write(written, form, facts);
    facts_write_labels(written, form, facts);
    assert_int_equal(h5_save(written, path, false), OK);
    assert_int_equal(h5_open(path, &file), OK);
    free(path);
    return file;
}

static void test_both_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        for (int sides = 0; sides < 4; sides++) {
            struct facts given = usual, read = {0};
            given.pad_pre = sides % 2;
            given.truncate_pre = sides / 2;

            struct h5 *file = stored(forms[i], &given);
            assert_int_equal(facts_read(file, forms[i], &read), OK);
            assert_true(facts_agree(&read, &given));
            assert_int_equal(read.truncate_pre, given.truncate_pre);
            for (int c = 0; c < given.n_labels; c++)
                assert_string_equal(read.labels[c], names[c]);
            facts_release(&read);
            h5_close(file);
        }
}

/* What only a data set has is not written of a model, and not taken in one. */
static void test_needs_of_data_sets(void **state)
{
    struct facts given = usual, read = {0};
    (void)state;
    given.has_unlabelled = given.has_vectors = true;
    given.has_ngrams = given.has_characters = true;

    struct h5 *file = stored(FACTS_IN_DATASET, &given);
    assert_int_equal(facts_read(file, FACTS_IN_DATASET, &read), OK);
    assert_true(read.has_unlabelled && read.has_ngrams && read.has_characters &&
                read.has_vectors && !read.multi_label);
    facts_release(&read);
    h5_close(file);

    file = stored(FACTS_IN_CHECKPOINT, &given);
    assert_int_equal(facts_read(file, FACTS_IN_CHECKPOINT, &read), OK);
    assert_true(!read.has_unlabelled && !read.has_vectors && read.has_ngrams);
    facts_release(&read);
    h5_close(file);

    char *path = scratch_path("needs.h5");
    struct h5_writer *written = h5_create();
    h5_make_group(written, "/rnntrain");
    h5_attribute_text(written, "/rnntrain", "needs", "unlabelled");
    assert_int_equal(h5_save(written, path, false), OK);
    assert_int_equal(h5_open(path, &file), OK);
    assert_int_equal(facts_read(file, FACTS_IN_CHECKPOINT, &read), ERR_FORMAT);
    expect_message("needs unlabelled, which this program");
    h5_close(file);
    free(path);
}

/* The greatest and the least that are allowed, and those next to them. */
static void refuse(struct facts facts, enum facts_form form, const char *expected)
{
    struct facts read = {.num_words = 77};
    struct h5 *file = stored(form, &facts);
    assert_int_equal(facts_read(file, form, &read), ERR_FORMAT);
    expect_message("facts.h5: ");
    expect_message(expected);
    assert_int_equal(read.num_words, 77);
    assert_null(read.labels);
    h5_close(file);
}

static void accept(struct facts facts, enum facts_form form)
{
    struct facts read = {0};
    struct h5 *file = stored(form, &facts);
    assert_int_equal(facts_read(file, form, &read), OK);
    assert_true(facts_agree(&read, &facts));
    facts_release(&read);
    h5_close(file);
}

static void test_bounds(void **state)
{
    (void)state;
    struct facts facts = usual;
    facts.num_words = 2;
    facts.maxlen = 1;
    facts.n_labels = 2;
    accept(facts, FACTS_IN_DATASET);
    facts.num_words = INT32_MAX;
    facts.maxlen = FACTS_MOST_LENGTH;
    accept(facts, FACTS_IN_CHECKPOINT);

    facts.maxlen++;
    refuse(facts, FACTS_IN_CHECKPOINT,
           "attribute maxlen of /rnntrain is 1048577, expected 1 to 1048576");
    facts.maxlen = 0;
    refuse(facts, FACTS_IN_DATASET, "attribute maxlen is 0, expected 1 to 1048576");
    facts = usual;
    facts.num_words = 1;
    refuse(facts, FACTS_IN_CHECKPOINT,
           "attribute num_words of /rnntrain is 1, expected 2 to 2147483647");
    facts = usual;
    facts.n_labels = 1;
    refuse(facts, FACTS_IN_DATASET, "/labels names 1 class, expected 2 to 65536");
    refuse(facts, FACTS_IN_CHECKPOINT, "/rnntrain/labels names 1 class, expected 2");
}

/* Classes that cannot be told apart, or that no line can name. */
static void test_labels(void **state)
{
    char *twice[] = {(char[]){"pos"}, (char[]){"neg"}, (char[]){"pos"}};
    char *broken[] = {(char[]){"pos"}, (char[]){"neg"}, (char[]){"na\xefve"}};
    char *odd[] = {(char[]){"pos"}, (char[]){"a\tb"}, (char[]){"\x1b[2J"}};
    struct facts facts = usual;
    (void)state;

    facts.labels = twice;
    refuse(facts, FACTS_IN_DATASET, "/labels: two classes are called pos");
    facts.labels = broken;
    refuse(facts, FACTS_IN_CHECKPOINT,
           "/rnntrain/labels: name 3 is not UTF-8: \"na\\xefve\"");
    facts.labels = odd; /* as rnnprep once wrote them */
    accept(facts, FACTS_IN_CHECKPOINT);
}

/* A side that is neither. */
static void test_sides(void **state)
{
    (void)state;
    struct facts read = {0};
    struct h5_writer *written = h5_create();
    struct h5 *file = NULL;
    char *path = scratch_path("sides.h5");
    h5_attribute_int(written, "/", "num_words", 5);
    h5_attribute_int(written, "/", "maxlen", 5);
    h5_attribute_text(written, "/", "padding", "left");
    h5_make_group(written, "/rnntrain");
    h5_attribute_int(written, "/rnntrain", "num_words", 5);
    h5_attribute_int(written, "/rnntrain", "maxlen", 5);
    h5_attribute_int(written, "/rnntrain", "pad_pre", 2);
    assert_int_equal(h5_save(written, path, false), OK);

    assert_int_equal(h5_open(path, &file), OK);
    assert_int_equal(facts_read(file, FACTS_IN_DATASET, &read), ERR_FORMAT);
    expect_message("attribute padding is \"left\", expected \"pre\" or \"post\"");
    assert_int_equal(facts_read(file, FACTS_IN_CHECKPOINT, &read), ERR_FORMAT);
    expect_message("attribute pad_pre of /rnntrain is 2, expected 0 to 1");

    h5_close(file);
    free(path);
}

static void test_id_bytes(void **state)
{
    (void)state;
    struct facts facts = usual;
    facts.num_words = 65536; /* ids up to 65,535 */
    assert_int_equal(facts_id_bytes(&facts), 2);
    assert_int_equal(facts_row_bytes(&facts), 760);
    facts.num_words = 65537;
    assert_int_equal(facts_id_bytes(&facts), 4);

    struct rows rows = facts_rows(&facts, 12);
    assert_int_equal(rows.n, 12);
    assert_int_equal(rows_row_bytes(&rows), facts_row_bytes(&facts));
    assert_true(rows.pad_pre && !rows.x && !rows.y && !rows.length);
}

static void test_agreement(void **state)
{
    (void)state;
    struct facts other = usual;

    other.truncate_pre = !other.truncate_pre; /* of texts, not of rows */
    assert_true(facts_agree(&usual, &other));
    other.num_words++;
    assert_false(facts_agree(&usual, &other));
    other = usual;
    other.maxlen++;
    assert_false(facts_agree(&usual, &other));
    other = usual;
    other.n_labels--;
    assert_false(facts_agree(&usual, &other));
    other = usual;
    other.pad_pre = false;
    assert_false(facts_agree(&usual, &other));
}

static void test_packed_labels(void **state)
{
    (void)state;
    struct facts copy = usual;
    size_t n = 0;
    char *packed = facts_pack_labels(&usual, &n);

    assert_int_equal(n, sizeof "neg" + sizeof "" + sizeof "sehr gut");
    facts_set_labels(&copy, packed);
    free(packed);
    for (int c = 0; c < usual.n_labels; c++)
        assert_string_equal(copy.labels[c], names[c]);
    facts_release(&copy);
    assert_int_equal(copy.n_labels, 0);
    facts_release(&copy);
}

static void test_tokenizer(void **state)
{
    (void)state;
    static const char json[] = "{\"config\":{\"word_index\":"
                               "\"{\\\"a\\\":1,\\\"b\\\":2,\\\"c\\\":3}\"}}";
    struct facts facts = {.num_words = 4, .maxlen = 5, .pad_pre = true};
    struct text_tokenizer *tokenizer = NULL;
    assert_int_equal(facts_tokenizer(&facts, json, "set.h5", &tokenizer), OK);
    assert_int_equal(text_settings(tokenizer)->maxlen, 5);
    assert_true(text_settings(tokenizer)->pad_pre);
    text_free(tokenizer);

    tokenizer = NULL;
    facts.num_words = 3;
    assert_int_equal(facts_tokenizer(&facts, json, "set.h5", &tokenizer), ERR_FORMAT);
    expect_message("set.h5: its tokenizer gives ids up to 3, num_words is 3");
    assert_int_equal(facts_tokenizer(&facts, "{", "set.h5", &tokenizer), ERR_FORMAT);
    expect_message("set.h5");
    assert_null(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_forms), cmocka_unit_test(test_needs_of_data_sets),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_labels),
        cmocka_unit_test(test_sides),      cmocka_unit_test(test_id_bytes),
        cmocka_unit_test(test_agreement),  cmocka_unit_test(test_packed_labels),
        cmocka_unit_test(test_tokenizer),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
