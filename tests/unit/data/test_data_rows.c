/* Rows in memory: ids of either width, where words begin, counts and order. */
#include "data/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, LENGTH = 4 };

static const int32_t ids[ROWS][LENGTH] = {
    {0, 0, 7, 65535}, {1, 2, 3, 4}, {0, 0, 0, 0}, {0, 0, 5, 6}, {0, 0, 0, 9}};
static int32_t length[ROWS] = {2, 4, 0, 2, 1}, y[ROWS] = {2, 0, 2, 0, 2};

static void check_ids(const struct rows *rows)
{
    int32_t some[LENGTH];
    assert_int_equal(rows_row_bytes(rows), LENGTH * rows->id_bytes);
    for (int r = 0; r < ROWS; r++)
        for (int t = 0; t < LENGTH; t++)
            assert_int_equal(rows_id(rows, r, t), ids[r][t]);

    rows_ids(rows, rows_at(rows, 1), 1, 2, some);
    assert_int_equal(some[0], 2);
    assert_int_equal(some[1], 3);
    rows_ids(rows, rows_at(rows, 1), LENGTH, 0, some); /* none */
}

static void test_ids(void **state)
{
    (void)state;
    uint16_t narrow[ROWS][LENGTH];
    int32_t wide[ROWS][LENGTH];
    for (int r = 0; r < ROWS; r++)
        for (int t = 0; t < LENGTH; t++)
            narrow[r][t] = (uint16_t)(wide[r][t] = ids[r][t]);
    check_ids(&(struct rows){.n = ROWS, .maxlen = LENGTH, .id_bytes = 2, .x = narrow});
    check_ids(&(struct rows){.n = ROWS, .maxlen = LENGTH, .id_bytes = 4, .x = wide});
}

static void test_first_word(void **state)
{
    (void)state;
    struct rows rows = {.maxlen = LENGTH, .pad_pre = true, .length = length};
    assert_int_equal(rows_first_word(&rows, 0), 2);
    assert_int_equal(rows_first_word(&rows, 1), 0);
    assert_int_equal(rows_first_word(&rows, 2), LENGTH); /* it has none */
    rows.pad_pre = false;
    assert_int_equal(rows_first_word(&rows, 0), 0);
}

/* Longest first; rows of one length by number, whatever their order was. */
static void test_order(void **state)
{
    (void)state;
    const struct rows rows = {.n = ROWS, .maxlen = LENGTH, .length = length};
    int32_t numbers[] = {3, 4, 2, 0, 1};
    static const int32_t expected[] = {1, 0, 3, 4, 2};
    rows_sort_by_length(&rows, numbers, ROWS);
    assert_memory_equal(numbers, expected, sizeof expected);
    rows_sort_by_length(&rows, numbers, 0);
}

static void test_count(void **state)
{
    (void)state;
    const struct rows rows = {.n = ROWS, .y = y};
    static const int32_t numbers[] = {4, 0, 3};
    static const int expected[] = {1, 0, 2};
    int counts[3] = {9, 9, 9};
    rows_count(&rows, numbers, 3, 3, counts);
    assert_memory_equal(counts, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_first_word),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
