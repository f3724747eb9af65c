/* From bytes to UTF-8: marks, pairs and characters that pieces cut in two, and what an
 * encoding does not have. */
#include "input/decode.h"

#include "../shown.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD */

/* Decodes n bytes in a first piece of four and others of `piece`. */
static void decode(struct decoder *decoder, const char *encoding, const char *bytes,
                   size_t n, size_t piece, struct shown *shown)
{
    bool last = false;

    for (size_t at = 0; !last;) {
        const char *text = NULL;
        size_t wanted = at ? piece : piece < 4 ? 4 : piece, n_text = 0;
        size_t some = n - at < wanted ? n - at : wanted;
        last = at + some == n;
        char *copy = xcalloc(1, some); /* so that reading too far shows */
        memcpy(copy, bytes + at, some);
        decode_piece(decoder, encoding, copy, some, last, &text, &n_text);
        shown_bytes(shown, text, n_text);
        free(copy);
        at += some;
    }
}

struct expected {
    const char *text;
    int64_t n_bad, first_bad;
};

static void check(const char *encoding, const char *bytes, size_t n,
                  struct expected expected)
{
    for (size_t piece = 1; piece <= n + 1; piece++) {
        struct decoder decoder = {0};
        struct shown shown = {0};
        decode(&decoder, encoding, bytes, n, piece, &shown);
        expect_shown(&shown, expected.text);
        assert_int_equal(decoder.n_bad, expected.n_bad);
        if (expected.n_bad)
            assert_int_equal(decoder.first_bad, expected.first_bad);
        assert_int_equal(decoder.n_bytes, n);
        decode_release(&decoder);
    }
}

#define GOOD(encoding, bytes, text)                                                      \
    check(encoding, bytes, sizeof(bytes) - 1, (struct expected){text, 0, 0})
#define REPAIRED(encoding, bytes, ...)                                                   \
    check(encoding, bytes, sizeof(bytes) - 1, (struct expected){__VA_ARGS__})

static void test_utf8(void **state)
{
    (void)state;
    GOOD(NULL, "", "");
    GOOD(NULL, "a", "a");
    GOOD(NULL, "caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac");
    GOOD("utf8", "bad \xff\xc3", "bad \xff\xc3"); /* text_repair_utf8's affair */
    GOOD(NULL, "\xef\xbb\xbf", "");

    GOOD(NULL,
         "\xef\xbb\xbf"
         "caf\xc3\xa9",
         "caf\xc3\xa9");
    GOOD(NULL,
         "a\xef\xbb\xbf"
         "b",
         "a\xef\xbb\xbf"
         "b"); /* only the first is a mark */
}

/* a, U+00E9, U+20AC, U+1F600 (a pair), U+10FFFF (a pair), z */
static const char mixed[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbfz";

static void test_utf16(void **state)
{
    (void)state;
    GOOD(NULL,
         "\xff\xfe"
         "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde\xff\xdb\xff\xdfz\0",
         mixed);

    GOOD(NULL,
         "\xfe\xff"
         "\0a\0\xe9\x20\xac\xd8\x3d\xde\x00\xdb\xff\xdf\xff\0z",
         mixed);
    GOOD("utf-16le", "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde\xff\xdb\xff\xdfz\0", mixed);
    GOOD(NULL, "\xff\xfe", "");
    GOOD(NULL, "\xfe\xff\0a", "a");
    GOOD(NULL, "\xff\xfe\0\0z\0\0\0\x00\xf6\x01\0", "z\xf0\x9f\x98\x80"); /* UTF-32 */
}

static void test_mark_decides(void **state)
{
    (void)state;
    GOOD("latin1",
         "\xef\xbb\xbf"
         "caf\xc3\xa9",
         "caf\xc3\xa9");
    GOOD("gb18030",
         "\xff\xfe"
         "a\0\xe9\0",
         "a\xc3\xa9");
}

/* Of each character the one byte; and UTF-8 by its definition. */
static void test_latin1(void **state)
{
    (void)state;
    char bytes[256], text[2 * 256 + 1];
    struct decoder decoder = {0};
    struct shown all = {0}, ours = {0};
    size_t n = 0;

    for (int c = 0; c < 256; c++) {
        bytes[c] = (char)c;
        if (c >= 128)
            text[n++] = (char)(0xc0 | c >> 6);
        text[n++] = (char)(c < 128 ? c : 0x80 | (c & 0x3f));
    }
    shown_bytes(&all, text, n);
    decode(&decoder, "latin1", bytes, 256, 3, &ours);
    expect_shown(&ours, all.text);
    assert_int_equal(decoder.n_bad, 0);
    decode_release(&decoder);
    shown_release(&all);
    GOOD("cp1252", "\x80 \x93x\x94", "\xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d");
}

/* One, two and four bytes a character: 5A, D6D0, CEC4, 81308130 (U+0080), 9439FC36
 * (U+1F600). */
static void test_gb18030(void **state)
{
    (void)state;
    GOOD("gb18030", "Z\xd6\xd0\xce\xc4\x81\x30\x81\x30\x94\x39\xfc\x36",
         "Z\xe4\xb8\xad\xe6\x96\x87\xc2\x80\xf0\x9f\x98\x80");
}

static void test_invalid(void **state)
{
    (void)state;
    REPAIRED(NULL,
             "\xff\xfe"
             "a\0\x00\xd8"
             "b\0\xff\xdf",
             "a" BAD "b" BAD, 2, 4);
    REPAIRED(NULL,
             "\xff\xfe"
             "a\0b\0\x3d\xd8",
             "ab" BAD, 1, 6); /* half a pair */

    REPAIRED(NULL,
             "\xff\xfe"
             "a\0b\0c",
             "ab" BAD, 1, 6); /* half a unit */
    REPAIRED("gb18030", "abcdef\xff g\xd6", "abcdef" BAD " g" BAD, 2, 6);
    REPAIRED("shift_jis", "\x83\x5c\x82\xa0\xff.", "\xe3\x82\xbd\xe3\x81\x82" BAD ".", 1,
             4);
}

/* A pair at every place of a text that is longer than any buffer on the way. */
static void test_long(void **state)
{
    (void)state;
    enum { UNITS = 4200 };
    char *bytes = xcalloc(UNITS, 2), *expected = xcalloc(UNITS, 2);

    for (size_t at = 4090; at < 4102; at++) {
        struct decoder decoder = {0};
        struct shown shown = {0};
        for (size_t i = 0; i < UNITS; i++)
            bytes[2 * i] = 'x', bytes[2 * i + 1] = 0;
        memcpy(bytes + 2 * at, "\x3d\xd8\x00\xde", 4);
        memset(expected, 'x', UNITS + 2);
        memcpy(expected + at, "\xf0\x9f\x98\x80", 4);
        const char *text = NULL;
        size_t n = 0;
        decode_piece(&decoder, "utf-16le", bytes, 2 * UNITS, true, &text, &n);
        shown_add(&shown, text, n);
        expect_shown(&shown, expected);
        decode_release(&decoder);
    }
    free(bytes);
    free(expected);
}

/* Bytes that some registry calls the mark of UTF-7, SCSU, BOCU-1 or UTF-EBCDIC: they are
 * text in the file's encoding. */
static void test_no_other_marks(void **state)
{
    (void)state;
    GOOD(NULL, "+/v8 and +AGE-", "+/v8 and +AGE-");
    GOOD(NULL, "+/v9+/v8-x", "+/v9+/v8-x");
    GOOD(NULL, "\x0e\xfe\xff text", "\x0e\xfe\xff text");
    GOOD("latin1", "\xdd\x73\x66\x73 x", "\xc3\x9dsfs x");
    GOOD("latin1", "\xfb\xee\x28 x", "\xc3\xbb\xc3\xae( x");
}

static void test_encodings(void **state)
{
    (void)state;
    static const char *const known[] = {"utf-8",   "utf-16",    "latin1", "cp1252",
                                        "gb18030", "shift_jis", "koi8-r"};

    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_int_equal(decode_check(known[i]), OK);
    assert_int_equal(decode_check("latin-99"), ERR_USAGE);
    expect_message("--encoding latin-99: no such encoding; expected utf-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),         cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_mark_decides), cmocka_unit_test(test_latin1),
        cmocka_unit_test(test_gb18030),      cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_long),         cmocka_unit_test(test_no_other_marks),
        cmocka_unit_test(test_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
