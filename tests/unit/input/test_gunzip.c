/* Gzip from a function: whole, in small pieces, members one behind the other, damaged. */
#include "input/gunzip.h"

#include "../shown.h"

#include <zlib.h>

struct packed {
    char bytes[512];
    size_t n, at, piece;
};

static int next_piece(void *given, const char **bytes, size_t *n)
{
    struct packed *packed = given;
    size_t left = packed->n - packed->at;
    *bytes = packed->bytes + packed->at;
    *n = left < packed->piece ? left : packed->piece;
    packed->at += *n;
    return OK;
}

static void pack(struct packed *packed, const char *text)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text,
                       .avail_in = (unsigned)strlen(text),
                       .next_out = (unsigned char *)packed->bytes + packed->n,
                       .avail_out = (unsigned)(sizeof packed->bytes - packed->n)};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed->n = sizeof packed->bytes - stream.avail_out;
    deflateEnd(&stream);
}

static int unpack(struct packed *packed, size_t piece, struct shown *shown)
{
    const char *bytes = NULL;
    size_t n = 1;
    packed->at = 0;
    packed->piece = piece;
    struct gunzip *gunzip = gunzip_new(next_piece, packed);
    int rc = OK;

    while (!rc && n) {
        rc = gunzip_read(gunzip, &bytes, &n);
        if (!rc)
            shown_add(shown, bytes, n);
    }
    gunzip_free(gunzip);
    return rc;
}

static void check(struct packed *packed, const char *expected)
{
    for (size_t piece = 2; piece < 64; piece += 13) {
        struct shown shown = {0};
        assert_int_equal(unpack(packed, piece, &shown), OK);
        shown_add(&shown, "", 1);
        assert_string_equal(shown.text, expected);
        shown_release(&shown);
    }
}

static void test_members(void **state)
{
    (void)state;
    struct packed packed = {.n = 0};
    check(&packed, "");
    pack(&packed, "one");
    check(&packed, "one");
    pack(&packed, " and two");
    check(&packed, "one and two");
}

static void test_not_packed(void **state)
{
    (void)state;
    struct packed plain = {.bytes = "label,text\n", .n = 11};
    check(&plain, "label,text\n");
}

static void test_damaged(void **state)
{
    (void)state;
    struct packed packed = {.n = 0}, cut;
    struct shown shown = {0};
    pack(&packed, "a text that is long enough to be packed");

    for (cut = packed; --cut.n >= 2;)
        assert_int_equal(unpack(&cut, 7, &shown), ERR_FORMAT);

    packed.bytes[packed.n - 6] ^= 1; /* of the checksum */
    assert_int_equal(unpack(&packed, 7, &shown), ERR_FORMAT);
    assert_non_null(strstr(fail_message(), "is damaged, or not all of it is here"));
    shown_release(&shown);
}

/* What stands behind the end is not passed over, unless it is zeros up to a block. */
static void test_behind(void **state)
{
    (void)state;
    struct packed packed = {.n = 0};
    struct shown shown = {0};
    pack(&packed, "one");
    memset(packed.bytes + packed.n, 0, 100);
    packed.n += 100;
    check(&packed, "one");
    pack(&packed, " and two");
    check(&packed, "one and two");

    memcpy(packed.bytes + packed.n, "label,text\n", 11);
    packed.n += 11;
    for (size_t piece = 2; piece < 64; piece += 9) {
        assert_int_equal(unpack(&packed, piece, &shown), ERR_FORMAT);
        assert_non_null(strstr(fail_message(), "behind the end of what gzip packed"));
    }
    shown_release(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_behind),
        cmocka_unit_test(test_not_packed), cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
