/* The small files of names: lines, and stop words of languages and of a file. */
#include "corpus/lines.h"

#include "corpus/stop_words.h"
#include "text/words.h"
#include "../scratch.h"
#include "../shown.h"

static void test_lines(void **state)
{
    (void)state;
    char *path = scratch_path("names"), **lines = NULL;
    int n = 0;
    scratch_write_text("names", "one\r\n\n two \ncaf\xc3\xa9\n\r\nlast");
    assert_int_equal(lines_read(path, "the names", &lines, &n), OK);
    assert_int_equal(n, 4);
    assert_string_equal(lines[0], "one");
    assert_string_equal(lines[1], "two");
    assert_string_equal(lines[2], "caf\xc3\xa9");
    assert_string_equal(lines[3], "last");
    lines_release(lines, n);

    scratch_write_text("names", "\n\n");
    assert_int_equal(lines_read(path, "the names", &lines, &n), OK);
    assert_int_equal(n, 0);
    lines_release(lines, n);

    n = 7;
    scratch_write_text("names", "one\n\nb\xe9\n");
    assert_int_equal(lines_read(path, "the names", &lines, &n), ERR_FORMAT);
    expect_message("/names: line 3 is not valid UTF-8");
    assert_int_equal(n, 7);
    assert_int_equal(lines_read("/no/such", "the names", &lines, &n), ERR_NO_INPUT);
    expect_message("/no/such: cannot open the names: No such file");
    assert_int_equal(lines_read(scratch, "the names", &lines, &n), ERR_IO);
    expect_message("cannot read the names: Is a directory");
    free(path);
}

static void expect_lines(const char *path, const char *const *expected, int n_expected)
{
    char **lines = NULL;
    int n = 0;
    assert_int_equal(lines_read(path, "the names", &lines, &n), OK);
    assert_int_equal(n, n_expected);
    for (int i = 0; i < n; i++)
        assert_string_equal(lines[i], expected[i]);
    lines_release(lines, n);
}

/* Marks of UTF-8 and UTF-16, ends of all kinds, blanks that a terminal does not show. */
static void test_encodings(void **state)
{
    (void)state;
    static const char *const names[] = {"pos", "neg", "meh"};
    static const char wide[] = "\xff\xfep\0o\0s\0\r\0n\0e\0g\0\n\0m\0e\0h\0";
    char *path = scratch_path("names");
    scratch_write_text("names", "\xef\xbb\xbfpos\rneg\r\rmeh\r");
    expect_lines(path, names, 3);
    scratch_write_text("names", "pos\xc2\xa0\t\r\n\xe2\x80\x8bneg\n \n\xc2\xa0\nmeh");
    expect_lines(path, names, 3);
    scratch_write("names", wide, sizeof wide - 1);
    expect_lines(path, names, 3);
    scratch_write_text("names", "");
    expect_lines(path, names, 0);
    free(path);
}

static void test_distinct(void **state)
{
    (void)state;
    char *path = scratch_path("names"), **lines = NULL;
    int n = 0;
    scratch_write_text("names", "pos\n\nneg\npos \n");
    assert_int_equal(lines_read_distinct(path, "the names", &lines, &n), ERR_FORMAT);
    expect_message("/names: line 4 is line 1 again: pos");
    scratch_write_text("names", "pos\nneg\n");
    assert_int_equal(lines_read_distinct(path, "the names", &lines, &n), OK);
    assert_int_equal(n, 2);
    lines_release(lines, n);
    free(path);
}

/* One word of each language that no other one has. */
static void test_stop_words(void **state)
{
    (void)state;
    static const char *const languages[][2] = {
        {"english", "the"},    {"german", "f\xc3\xbcr"},     {"french", "\xc3\xaatre"},
        {"spanish", "porque"}, {"italian", "perch\xc3\xa9"}, {"portuguese", "n\xc3\xa3o"},
        {"dutch", "het"}};

    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        struct words distinct = {0};
        char **words = NULL;
        int n = 0;
        assert_int_equal(stop_words_read(languages[i][0], &words, &n), OK);
        for (int w = 0; w < n; w++) {
            assert_null(strchr(words[w], ' '));
            words_add(&distinct, words[w], strlen(words[w]));
        }
        assert_int_equal(distinct.n, n);
        for (size_t j = 0; j < COUNT_OF(languages); j++)
            assert_int_equal(
                words_find(&distinct, languages[j][1], strlen(languages[j][1])) >= 0,
                i == j);
        assert_true(words_find(&distinct, "", 0) < 0);
        words_release(&distinct);
        lines_release(words, n);
    }
}

static void test_stop_words_file(void **state)
{
    (void)state;
    char *path = scratch_path("stops"), **words = NULL;
    int n = 0;
    scratch_write_text("stops", "film\n\nfilms\n");
    assert_int_equal(stop_words_read(path, &words, &n), OK);
    assert_int_equal(n, 2);
    assert_string_equal(words[1], "films");
    lines_release(words, n);
    assert_int_equal(stop_words_read("klingon", &words, &n), ERR_NO_INPUT);
    expect_message("klingon: cannot open the stop words (or one of english, german, ");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),           cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_distinct),        cmocka_unit_test(test_stop_words),
        cmocka_unit_test(test_stop_words_file),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
