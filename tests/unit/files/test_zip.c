/* Zip archives: ours, one that Python's zipfile made, and damaged ones. */
#include "files/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* zipfile.writestr("config.json", 50 * "a"), deflated. */
static const char deflated[] =
    "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x21\x00\x7d\xba\xd7\x47\x06\x00\x00\x00"
    "\x32\x00\x00\x00\x0b\x00\x00\x00"
    "config.json"
    "\x4b\x4c\x24\x15\x00\x00"
    "PK\x01\x02\x14\x03\x14\x00\x00\x00\x08\x00\x00\x00\x21\x00\x7d\xba\xd7\x47\x06\x00"
    "\x00\x00\x32\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00"
    "\x00\x00\x00"
    "config.json"
    "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x39\x00\x00\x00\x2f\x00\x00\x00\x00\x00";

enum { DEFLATED = sizeof deflated - 1, MOST = 1 << 20 };

static const struct zip_entry entries[] = {{"metadata.json", "{}", 2},
                                           {"none", "", 0},
                                           {"model.weights.h5", "\x89HDF\0more", 9}};

static void expect(const char *bytes, size_t n, const char *name, const void *content,
                   size_t n_content)
{
    char *found = NULL;
    size_t n_found = 0;
    assert_int_equal(zip_read("a.keras", bytes, n, name, MOST, &found, &n_found), OK);
    assert_int_equal(n_found, n_content);
    assert_memory_equal(found, content, n_content);
    assert_int_equal(found[n_found], 0);
    free(found);
}

static void refuse(const char *bytes, size_t n, const char *name, size_t most,
                   const char *said)
{
    char *found = NULL;
    size_t n_found = 0;
    assert_int_equal(zip_read("a.keras", bytes, n, name, most, &found, &n_found),
                     ERR_FORMAT);
    assert_null(found);
    assert_ptr_equal(strstr(fail_message(), "a.keras: "), fail_message());
    assert_non_null(strstr(fail_message(), said));
}

static void test_foreign(void **state)
{
    (void)state;
    char content[50];
    memset(content, 'a', sizeof content);
    assert_true(zip_is_one(deflated, DEFLATED));
    assert_false(zip_is_one(deflated, 3));
    assert_false(zip_is_one("\x89HDF", 4));
    expect(deflated, DEFLATED, "config.json", content, sizeof content);
}

static void test_own(void **state)
{
    (void)state;
    char *bytes = NULL, *again = NULL;
    size_t n = 0, n_again = 0;
    zip_write(entries, COUNT_OF(entries), &bytes, &n);
    zip_write(entries, COUNT_OF(entries), &again, &n_again);
    assert_true(zip_is_one(bytes, n));
    assert_int_equal(n, n_again);
    assert_memory_equal(bytes, again, n);
    for (size_t i = 0; i < COUNT_OF(entries); i++)
        expect(bytes, n, entries[i].name, entries[i].bytes, entries[i].n);
    refuse(bytes, n, "config.json", MOST, "a zip archive without config.json");

    char *content = bytes + 30 + strlen("metadata.json"); /* stored, behind its name */
    while (memcmp(content, "{}", 2))
        content++;
    content[1] = ']';
    refuse(bytes, n, "metadata.json", MOST, "this zip archive cannot be read");

    free(bytes);
    free(again);
}

static void test_damaged(void **state)
{
    (void)state;
    refuse("PK\x03\x04", 4, "config.json", MOST, "");
    refuse("no archive", 10, "config.json", MOST, "");
    refuse(deflated, DEFLATED, "config.json", 49,
           "config.json in it has more than 0 MiB");
    expect(deflated, DEFLATED, "config.json",
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50);
    for (size_t n = 5; n < 47; n += 6) /* cut inside the header and the packed bytes */
        refuse(deflated, n, "config.json", MOST, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_foreign),
                                       cmocka_unit_test(test_own),
                                       cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
