/* Files are replaced whole, or not at all. */
#include "files/file.h"

#include <unistd.h>

#include "../scratch.h"
#include "../shown.h"

static void expect_content(const char *path, const char *expected)
{
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(file_read(path, &bytes, &n), OK);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(bytes, expected, n);
    free(bytes);
}

static void test_replace(void **state)
{
    (void)state;
    char *path = scratch_path("note.h5"), *previous = scratch_path("note.prev.h5");

    assert_int_equal(file_replace(path, "one", 3, true), OK);
    assert_int_not_equal(access(previous, F_OK), 0);
    assert_int_equal(file_replace(path, "second", 6, true), OK);
    expect_content(path, "second");
    expect_content(previous, "one");
    assert_int_equal(file_replace(path, "third", 5, false), OK);
    expect_content(path, "third");
    expect_content(previous, "one");
    free(path);
    free(previous);
}

static void test_replace_fails(void **state)
{
    (void)state;
    char *path = scratch_path("no/such/folder.h5");
    assert_int_equal(file_replace(path, "x", 1, true), ERR_IO);
    expect_message("no/such/folder.h5");
    free(path);
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(file_read("/no/such/file", &bytes, &n), ERR_NO_INPUT);
    assert_int_equal(file_read("/tmp", &bytes, &n), ERR_NO_INPUT);
    expect_message("not a regular file");
    assert_null(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_fails),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
