/* Names that are one but for how Unicode writes them. */
#include "text/fold.h"

#include "../shown.h"

static void expect(char *found, const char *expected)
{
    assert_string_equal(found, expected);
    free(found);
}

static void test_trimmed(void **state)
{
    (void)state;
    expect(text_trimmed("pos"), "pos");
    expect(text_trimmed(" \t a b\r\n"), "a b");
    expect(text_trimmed("\xc2\xa0pos\xe3\x80\x80"), "pos");
    expect(text_trimmed("\xef\xbb\xbfpos\xe2\x80\x8b"), "pos");
    expect(text_trimmed("\xe2\x9d\xa4\xef\xb8\x8f"), "\xe2\x9d\xa4\xef\xb8\x8f");
    expect(text_trimmed(" \xc2\xa0"), "");
    expect(text_trimmed(""), "");
    expect(text_trimmed(" \xe9 "), " \xe9 "); /* no UTF-8 */
}

static void test_composed(void **state)
{
    (void)state;
    expect(text_composed("cafe\xcc\x81"), "caf\xc3\xa9");
    expect(text_composed("caf\xc3\xa9"), "caf\xc3\xa9");
    expect(text_composed("Caf"), "Caf");
    expect(text_composed("\xef\xbc\xa1"), "\xef\xbc\xa1"); /* a wide A is not a narrow */
    expect(text_composed("\xe9"), "\xe9");
}

static void test_folded(void **state)
{
    (void)state;
    expect(text_folded("SPAM"), "spam");
    expect(text_folded("STRASSE"), "strasse");
    expect(text_folded("stra\xc3\x9f"
                       "e"),
           "strasse");
    expect(text_folded("\xef\xbc\xa1\xef\xbc\x91"), "a1");
    expect(text_folded("E\xcc\x81"), "\xc3\xa9");
}

static void test_control(void **state)
{
    (void)state;
    assert_true(text_has_control("a\tb"));
    assert_true(text_has_control("a\nb"));
    assert_true(text_has_control("a\xc2\x85"
                                 "b"));
    assert_false(text_has_control("a b \xc3\xa9"));
    assert_false(text_has_control("\xe9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trimmed),
        cmocka_unit_test(test_composed),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_control),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
