/* The watch on a tar archive's end, given headers. */
#include "input/tar_end.h"

#include "../scratch.h"

enum { BLOCK = 512, PIECE = 1 << 20 };

/* A header of ustar for an entry of that type, whose size it gives in octal digits. */
static void make_header(char block[BLOCK], char type, uint64_t size)
{
    unsigned sum = 0;
    memset(block, 0, BLOCK);
    memcpy(block, "train.csv", 9);
    snprintf(block + 124, 12, "%011llo", (unsigned long long)size);
    memset(block + 148, ' ', 8);
    block[156] = type;
    memcpy(block + 257, "ustar", 6);
    for (int i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
}

static void pass_header(struct tar_watch *watch, char type, uint64_t size)
{
    char block[BLOCK];
    make_header(block, type, size);
    tar_watch_bytes(watch, block, BLOCK);
}

/* Its records, cut where blocks do not end. */
static void pass_pax(struct tar_watch *watch, const char *records)
{
    char block[BLOCK] = "";
    size_t n = strlen(records);
    memcpy(block, records, n);
    pass_header(watch, 'x', n);
    tar_watch_bytes(watch, block, 7);
    tar_watch_bytes(watch, block + 7, BLOCK - 7);
}

static void pass_body(struct tar_watch *watch, uint64_t n)
{
    char *piece = xcalloc(PIECE, 1);
    memset(piece, 'x', PIECE);
    for (uint64_t passed = 0; passed < n; passed += PIECE)
        tar_watch_bytes(watch, piece, n - passed < PIECE ? (size_t)(n - passed) : PIECE);
    free(piece);
}

static void check_end(struct tar_watch *watch)
{
    char zeros[2 * BLOCK] = "";
    assert_int_equal(tar_watch_end(watch), TAR_END_MISSING);
    tar_watch_bytes(watch, zeros, sizeof zeros);
    assert_int_equal(tar_watch_end(watch), TAR_END_WHOLE);
}

/* 9 GiB, for which a header has no room in octal digits. */
static void test_large_entry(void **state)
{
    (void)state;
    struct tar_watch watch = {0};
    pass_pax(&watch, "26 comment=a, not size=12\n19 size=9663676416\n13 mtime=1.5\n");
    pass_header(&watch, '0', 0);
    pass_body(&watch, UINT64_C(9) << 30);
    pass_header(&watch, '0', BLOCK);
    pass_body(&watch, BLOCK);
    check_end(&watch);
}

/* A long name's header can stand between; what follows the entry has its own size. */
static void test_size_of_one_entry(void **state)
{
    (void)state;
    struct tar_watch watch = {0};
    pass_pax(&watch, "13 size=1024\n");
    pass_header(&watch, 'L', 20);
    pass_body(&watch, BLOCK);
    pass_header(&watch, '0', 0);
    pass_body(&watch, 2 * BLOCK);
    pass_header(&watch, '0', 3 * BLOCK);
    pass_body(&watch, 3 * BLOCK);
    check_end(&watch);
}

/* Nor is a size what other keys or malformed records say. */
static void test_no_size(void **state)
{
    (void)state;
    static const char *const records[] = {"12 mtime=12\n", "18 rsize=size=4096",
                                          "x size=7\n", "19 comment= size=4\n"};
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        struct tar_watch watch = {0};
        pass_pax(&watch, records[i]);
        pass_header(&watch, '0', BLOCK);
        pass_body(&watch, BLOCK);
        check_end(&watch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_large_entry),
                                       cmocka_unit_test(test_size_of_one_entry),
                                       cmocka_unit_test(test_no_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
