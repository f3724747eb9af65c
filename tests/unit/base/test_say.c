/* What is said stays in its line: escapes, whole characters, and what stays. */
#include "base/say.h"

#include <stdlib.h>
#include <string.h>

#include "../shown.h"

static const struct {
    const char *text, *escaped;
} cases[] = {
    {"", ""},
    {"plain \"text\", a\\b", "plain \"text\", a\\b"},
    {"a\tb\nc\r\n", "a\\tb\\nc\\r\\n"},
    {"\x1b[2J\x07\x7f", "\\x1b[2J\\x07\\u007f"},
    {"Zo\xc3\xab \xe4\xb8\xad \xf0\x9f\x98\x80",
     "Zo\xc3\xab \xe4\xb8\xad \xf0\x9f\x98\x80"},
    {"\xc2\x85 \xc2\x9b \xc2\xa0", "\\u0085 \\u009b \xc2\xa0"},
    {"\xe2\x80\xaegnp.exe\xe2\x81\xa9", "\\u202egnp.exe\\u2069"},
    {"\xe2\x80\xa8 \xe2\x80\x8d", "\\u2028 \xe2\x80\x8d"},
    {"\xff \xc3 \xc3", "\\xff \\xc3 \\xc3"},
    {"\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80",
     "\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80"},
    {"\xe4\xb8", "\\xe4\\xb8"},
};

static void test_escapes(void **state)
{
    char escaped[64];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = say_escape(cases[i].text, escaped, sizeof escaped);
        assert_string_equal(escaped, cases[i].escaped);
        assert_int_equal(n, strlen(cases[i].escaped));
        say_escape(cases[i].escaped, escaped, sizeof escaped); /* once is enough */
        assert_string_equal(escaped, cases[i].escaped);
    }
}

/* Of "a", an escape of two bytes, a character of two and "z". */
static void test_room(void **state)
{
    static const char *const cut[] = {
        "#", "", "a", "a", "a\\t", "a\\t", "a\\t\xc3\xab", "a\\t\xc3\xabz"};
    char escaped[16];
    (void)state;

    for (size_t room = 0; room < COUNT_OF(cut); room++) {
        memset(escaped, '#', sizeof escaped);
        escaped[room + 1] = '\0';
        assert_int_equal(say_escape("a\t\xc3\xabz", escaped, room), 6);
        assert_string_equal(escaped, cut[room]);
        assert_int_equal(escaped[room], '#');
    }
}

static void test_lines(void **state)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    (void)state;

    assert_int_equal(say(out, "%s: %d ", "a\nb", 7), 8);
    assert_int_equal(say_line(out, "%.*s", 2, "xyz"), 2);
    fclose(out);
    assert_string_equal(text, "a\\nb: 7 xy\n");
    free(text);
}

static void test_short(void **state)
{
    char shown[32];
    (void)state;

    assert_int_equal(say_fit("abc", 3), 3);
    assert_int_equal(say_fit("a\xe6\x97\xa5z", 3), 1);
    assert_int_equal(say_fit("a\xe6\x97\xa5z", 4), 4);
    assert_int_equal(say_fit("\xe6\x97", 1), 1); /* bytes that are no character */
    assert_int_equal(say_fit("", 3), 0);
    snprintf(shown, sizeof shown, "%.*s%s|%.*s%s", SAY_SHORT("abc", 2),
             SAY_SHORT("abc", 3));
    assert_string_equal(shown, "ab...|abc");
    assert_string_equal(plural(0), "s");
    assert_string_equal(plural(1), "");
    assert_string_equal(plural(2), "s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes), cmocka_unit_test(test_room),
        cmocka_unit_test(test_lines), cmocka_unit_test(test_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
