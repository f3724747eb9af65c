/* Documents as numbers of words, in memory and in a file without a name. */
#define _GNU_SOURCE /* setenv */
#include "words/spool.h"

#include <dirent.h>

#include "../scratch.h"
#include "../shown.h"

static int n_entries(const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

/* More than memory holds of them: 12 Mi numbers, then a file without a name. */
static void test_spool(void **state)
{
    (void)state;
    enum { MANY = 1 << 20, TIMES = 12, MORE = 100000 };
    struct spool spool = {0};
    struct spool_reader reader = {0};
    int32_t *numbers = xcalloc(MANY, sizeof *numbers);
    const int32_t *found = NULL;
    int n_before = n_entries(scratch);
    assert_int_equal(setenv("TMPDIR", scratch, 1), 0);
    assert_int_equal(spool_open(&spool, "no/such/folder/x.h5"), OK);
    assert_int_equal(n_entries(scratch), n_before);

    for (int32_t i = 0; i < MANY; i++)
        numbers[i] = i * 7;
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(spool_append(&spool, numbers, MANY - 1), OK);
    assert_int_equal(spool_append(&spool, numbers, MORE), OK); /* does not fit */
    assert_int_equal(spool_append(&spool, numbers + 1, 3), OK);
    int64_t end = (int64_t)TIMES * (MANY - 1);
    assert_int_equal(spool.n, end + MORE + 3);

    static const struct {
        int64_t behind; /* the end of what fits in memory */
        size_t n;
        int32_t first;
    } reads[] = {{MORE, 3, 7},        {0, MORE, 0},       {-5, 5, (MANY - 6) * 7},
                 {70000, 10, 490000}, {90000, 7, 630000}, {40000, 50000, 280000},
                 {1, 1, 7},           {MORE + 2, 1, 21}};
    for (size_t i = 0; i < COUNT_OF(reads); i++) {
        assert_int_equal(
            spool_read(&spool, &reader, end + reads[i].behind, reads[i].n, &found), OK);
        for (size_t j = 0; j < reads[i].n; j++)
            assert_int_equal(found[j], reads[i].first + 7 * (int32_t)j);
    }
    assert_int_equal(spool_read(&spool, &reader, 0, MANY - 1, &found), OK);
    assert_memory_equal(found, numbers, (MANY - 1) * sizeof *found);
    assert_int_equal(spool_read(&spool, &reader, spool.n, 0, &found), OK);

    spool_reader_release(&reader);
    spool_close(&spool);
    free(numbers);
    unsetenv("TMPDIR");
}

static void test_spool_folders(void **state)
{
    (void)state;
    struct spool spool = {0};
    char *output = scratch_path("x.h5");
    unsetenv("TMPDIR");
    assert_int_equal(spool_open(&spool, "/no/such/x.h5"), ERR_IO);
    expect_message("/no/such/: cannot make a temporary file: No such file");
    expect_message("TMPDIR names another folder");
    assert_int_equal(spool_open(&spool, output), OK);
    spool_close(&spool);
    spool_close(&spool);
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spool),
        cmocka_unit_test(test_spool_folders),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
