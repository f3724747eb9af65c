/* What is no text is refused by its name and with what makes a text of it; texts that
 * begin in odd ways are none of it. */
#include "input/container.h"

#include "../shown.h"

#define REFUSE(bytes, message)                                                           \
    do {                                                                                 \
        assert_int_equal(container_check("x", bytes, sizeof(bytes) - 1), ERR_FORMAT);    \
        expect_message(message);                                                         \
    } while (0)

#define PASS(bytes) assert_int_equal(container_check("x", bytes, sizeof(bytes) - 1), OK)

static void test_tables(void **state)
{
    (void)state;
    REFUSE("PAR1\x15\x04\x15", "x: a Parquet file, expected text; `python3 -c \"import "
                               "sys, pandas; pandas.read_parquet(sys.argv[1])");
    REFUSE("ARROW1\0\0", "x: an Arrow or Feather file");
    REFUSE("\x80\4\x95\x10", "x: a pickle of Python");
    REFUSE("SQLite format 3\0\x10", "x: an SQLite database, expected text; `sqlite3");
    REFUSE("\x93NUMPY\1\0v\0{'descr'", "x: an array of NumPy");
    REFUSE("\x89HDF\r\n\x1a\n and more",
           "x: an HDF5 file, expected a corpus; `rnnprep inspect`");
    REFUSE("\x21\0\0\0\0\0\0\0\xaa\xbb\xcc\xdd\n\x1f\n\x1d\n\4text",
           "x: records of TensorFlow");

    char orc[80] = "ORC\n\3";
    assert_int_equal(container_check("x", orc, sizeof orc), ERR_FORMAT);
    expect_message("x: an ORC file");
}

static void test_archives(void **state)
{
    (void)state;
    REFUSE("7z\xbc\xaf\x27\x1c\0\4", "x: a 7z archive, which is not read; `7z x x`");
    REFUSE("\4\x22\x4d\x18", "x: packed by lz4, expected text; `lz4 -dc x | rnnprep -`");
    REFUSE("\x5d\0\0\x80\0", "`xz --format=lzma -dc x | rnnprep -` reads it");
    REFUSE("PK\3\4\n", "x: a zip archive within another archive");
    REFUSE("BZh91AY&SY", "x: bzip2 within what was unpacked");
}

static void test_documents(void **state)
{
    (void)state;
    REFUSE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x: a document of an older Office");
    REFUSE("%PDF-1.7\n", "x: a PDF document");
    REFUSE("\xff\xd8\xff\xe0", "x: a picture (JPEG)");
    REFUSE("version https://git-lfs.github.com/spec/v1\n", "`git lfs pull` fetches");
    assert_int_equal(container_check_page("x", "\n <!DOCTYPE HTML>", 17), ERR_FORMAT);
    expect_message("x: a web page, expected a text and a label in every row");
}

static void test_texts(void **state)
{
    (void)state;
    PASS("");
    PASS("P");
    PASS("ORC\nare creatures of Tolkien");
    PASS("PARIS,city\n");
    PASS("\xff\xfe\141\0b\0c\0d\0");
    PASS("\xe2\x80\x9cquoted\xe2\x80\x9d");
    PASS("one \0 zero byte in a text that is longer");
    assert_int_equal(container_check_page("x", "<b>html</b>", 11), OK);
}

static void test_zeros(void **state)
{
    (void)state;
    REFUSE(
        "t\0e\0x\0t\0,\0",
        "x: looks like UTF-16 without a byte order mark; --encoding utf-16le reads it");
    REFUSE("\0t\0e\0x\0t\0,", "--encoding utf-16be reads it");
    REFUSE("t\0\0\0e\0\0\0x\0\0\0", "--encoding utf-32le reads it");
    REFUSE("\1\2\0\0\0\3\4\0\0\7", "x: binary data, expected text");
}

static void test_entries(void **state)
{
    (void)state;
    static const char *const others[] = {"pos/1.txt", "a/mimetype", "neg/a.npy", "x.csv"};
    assert_int_equal(container_check_entry("b.xlsx", "[Content_Types].xml"), ERR_FORMAT);
    expect_message(
        "b.xlsx: a workbook or document of Office (xlsx, docx, pptx), expected "
        "a corpus; save the sheet as CSV");
    assert_int_equal(container_check_entry("b", "mimetype"), ERR_FORMAT);
    assert_int_equal(container_check_entry("b", "arr_0.npy"), ERR_FORMAT);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_int_equal(container_check_entry("b", others[i]), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),    cmocka_unit_test(test_archives),
        cmocka_unit_test(test_documents), cmocka_unit_test(test_texts),
        cmocka_unit_test(test_zeros),     cmocka_unit_test(test_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
