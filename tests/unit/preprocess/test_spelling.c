/* What spellings of one class have in common. */
#include "corpus/spelling.h"

#include "../shown.h"

static void expect(char *key, const char *expected)
{
    assert_string_equal(key, expected);
    free(key);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const numbers[][3] = {
        /* as written, its number, its whole number */
        {"1", "1", "1"},
        {"1.0", "1", "1"},
        {"1.00", "1", "1"},
        {" 1. ", "1", "1"},
        {"01", "1", "01"},
        {"+1", "1", "+1"},
        {"-1.0", "-1", "-1"},
        {"-0.0", "0", "0"},
        {"000", "0", "000"},
        {"1.10", "1.1", "1.10"},
        {"0.5", "0.5", "0.5"},
        {"1e0", "1", "1"},
        {"1e3", "1000", "1000"},
        {"25e-1", "2.5", "25e-1"},
        {"9007199254740993", "9007199254740993", "9007199254740993"},
        {"9007199254740992.0", "9007199254740992", "9007199254740992"},
        {"1e999", "1e999", "1e999"},
        {"0x1", "0x1", "0x1"},
        {"1e", "1e", "1e"},
        {".5", ".5", ".5"},
        {"nan", "nan", "nan"},
        {"1 2", "1 2", "1 2"},
        {"", "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        expect(spelling_number(numbers[i][0]), numbers[i][1]);
        expect(spelling_whole_number(numbers[i][0]), numbers[i][2]);
    }

    assert_true(spelling_is_number("-2.50"));
    assert_true(spelling_is_number("\xc2\xa0"
                                   "7"));
    assert_false(spelling_is_number("7a"));
    assert_false(spelling_is_number("inf"));
}

static void test_folded(void **state)
{
    (void)state;
    expect(spelling_folded("Spam"), "spam");
    expect(spelling_folded(" \"pos\""), "pos");
    expect(spelling_folded("\xe2\x80\x9cPOS \xe2\x80\x9d"), "pos");
    expect(spelling_folded("''"), "''");
    expect(spelling_folded("Non_Toxic"), "non toxic");
    expect(spelling_folded("non-toxic"), "non toxic");
    expect(spelling_folded("-1"), "-1");
    expect(spelling_folded("-x-"), "-x-");
    expect(spelling_folded("c--"), "c--");
    expect(spelling_folded("\xef\xbc\x91.0"), "1");
    expect(spelling_trimmed(" Spam"), "Spam");
    expect(spelling_composed("cafe\xcc\x81 "), "caf\xc3\xa9");
}

static void test_booleans(void **state)
{
    (void)state;
    assert_true(spelling_is_boolean("TRUE"));
    assert_true(spelling_is_boolean(" no"));
    assert_false(spelling_is_boolean("1"));
    assert_false(spelling_is_boolean("maybe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_booleans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
