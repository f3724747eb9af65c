/* Event files: checksums as RFC 3720 has them, records whole, and a torn one cut where a
 * run goes on. */
#include "train/tensorboard.h"

#include <unistd.h>

#include "../scratch.h"

static uint32_t unmasked(uint32_t masked)
{
    uint32_t rotated = masked - 0xA282EAD8;
    return rotated >> 17 | rotated << 15;
}

static void test_checksum(void **state)
{
    (void)state;
    unsigned char bytes[32] = {0};
    assert_int_equal(unmasked(tensorboard_checksum(bytes, 32)), 0x8A9136AA);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(unmasked(tensorboard_checksum(bytes, 32)), 0x46DD794E);
}

static long size_of(void)
{
    struct stat status = {0};
    char *path = scratch_path(TENSORBOARD_FILE);
    assert_int_equal(stat(path, &status), 0);
    free(path);
    return (long)status.st_size;
}

static long write_epoch(bool goes_on)
{
    struct directory folder = {-1, NULL};
    struct tensorboard *board = NULL;
    json_t *event = json_pack("{s:s,s:i,s:f}", "event", "epoch", "epoch", 3, "loss", 0.5);

    assert_int_equal(directory_open(scratch, &folder), 0);
    assert_int_equal(tensorboard_open(&folder, goes_on, &board), OK);
    assert_int_equal(tensorboard_take(board, event), OK);
    tensorboard_close(board);
    directory_close(&folder);
    json_decref(event);
    return size_of();
}

static void test_goes_on_behind_whole_records(void **state)
{
    (void)state;
    long one = write_epoch(false), two = write_epoch(true);
    long record = two - one;
    char *path = scratch_path(TENSORBOARD_FILE);
    assert_true(record > 0 && record < one);

    assert_int_equal(truncate(path, two - 3), 0);
    assert_int_equal(write_epoch(true), two);
    assert_int_equal(truncate(path, one + 5), 0);
    assert_int_equal(write_epoch(true), two);
    assert_int_equal(write_epoch(false), one);
    free(path);
}

static void test_passes_over_other_events(void **state)
{
    (void)state;
    json_t *event = json_pack("{s:s}", "event", "end");
    assert_int_equal(tensorboard_take(NULL, event), OK);
    json_decref(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_goes_on_behind_whole_records),
        cmocka_unit_test(test_passes_over_other_events),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
