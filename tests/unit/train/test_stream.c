/* Streams: every window has the rows that were asked for, whatever was read before. */
#include "train/stream.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "files/h5.h"
#include "base/rng.h"

enum { TRAIN = 5000, TEST = 700, LENGTH = 200, WORDS = 1000, WINDOW = 640 };

static char path[] = "/tmp/rnntrain-stream-XXXXXX";

static void fill(struct rows *split, int rows, uint32_t part)
{
    uint16_t *x = xcalloc((size_t)rows * LENGTH, sizeof *x);
    split->n = rows;
    split->x = x;
    split->y = xcalloc((size_t)rows, sizeof(int32_t));
    split->length = xcalloc((size_t)rows, sizeof(int32_t));
    for (int row = 0; row < rows; row++, x += LENGTH) {
        struct rng rng = {.seed = part, .purpose = RNG_TEST, .row = (uint32_t)row};
        split->length[row] = (int32_t)rng_below(&rng, 0, LENGTH + 1);
        for (int t = LENGTH - split->length[row]; t < LENGTH; t++)
            x[t] = (uint16_t)(1 + rng_below(&rng, 1 + (uint32_t)t, WORDS - 1));
    }
}

static void write_data(void)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";
    char *labels[] = {neg, pos};
    struct dataset data = {.path = path,
                           .facts = {.num_words = WORDS,
                                     .maxlen = LENGTH,
                                     .n_labels = 2,
                                     .labels = labels,
                                     .pad_pre = true},
                           .tokenizer = json,
                           .provenance = json};

    fill(&data.part[DATASET_TRAIN], TRAIN, 1);
    fill(&data.part[DATASET_TEST], TEST, 2);
    assert_int_equal(dataset_write(&data), OK);

    for (int part = 0; part < DATASET_PARTS; part++) {
        free(data.part[part].x);
        free(data.part[part].y);
        free(data.part[part].length);
    }
}

/* The file in memory, and the same file read by a stream. */
struct fixture {
    struct comm comm;
    struct dataset whole, data;
    struct stream *stream;
    int32_t rows[TRAIN];
};

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    struct rng rng = {.seed = 3, .purpose = RNG_TEST};
    comm_init_alone(&fixture->comm);
    write_data();
    assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &fixture->whole),
                     OK);
    assert_int_equal(
        dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &fixture->data), OK);
    assert_null(fixture->data.part[DATASET_TRAIN].x);
    assert_true(fixture->data.part[DATASET_TRAIN].chunk_rows < WINDOW);
    assert_int_equal(
        stream_new(&fixture->comm, &fixture->data, 1, WINDOW, &fixture->stream), OK);
    for (int i = 0; i < TRAIN; i++)
        fixture->rows[i] = i;
    rng_shuffle(&rng, fixture->rows, TRAIN);
}

static void tear_down(struct fixture *fixture)
{
    stream_free(fixture->stream);
    dataset_release(&fixture->data);
    dataset_release(&fixture->whole);
    comm_finalize(&fixture->comm);
}

static void expect_window(struct fixture *fixture, enum dataset_part part, int n, int per,
                          int w)
{
    const void *ids = NULL;
    size_t row_bytes = LENGTH * sizeof(uint16_t);
    assert_int_equal(stream_window(fixture->stream, w, &ids), OK);
    for (int i = w * per; i < (w + 1) * per && i < n; i++)
        assert_memory_equal((const char *)ids + (size_t)(i - w * per) * row_bytes,
                            rows_at(&fixture->whole.part[part], fixture->rows[i]),
                            row_bytes);
}

static void test_passes(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    stream_begin(fixture.stream, DATASET_TRAIN, fixture.rows, TRAIN, WINDOW);
    for (int w = 0; w < (TRAIN + WINDOW - 1) / WINDOW; w++)
        expect_window(&fixture, DATASET_TRAIN, TRAIN, WINDOW, w);

    /* another part, rows of smaller windows, and a pass that is left in its middle */
    for (int i = 0; i < TEST; i++)
        fixture.rows[i] = TEST - 1 - i;
    stream_begin(fixture.stream, DATASET_TEST, fixture.rows, TEST, 100);
    for (int w = 0; w < 3; w++)
        expect_window(&fixture, DATASET_TEST, TEST, 100, w);

    stream_begin(fixture.stream, DATASET_TRAIN, fixture.rows, TEST, 64);
    /* a resumed run begins anywhere */
    expect_window(&fixture, DATASET_TRAIN, TEST, 64, 5);
    expect_window(&fixture, DATASET_TRAIN, TEST, 64, 6);
    expect_window(&fixture, DATASET_TRAIN, TEST, 64, 6);
    expect_window(&fixture, DATASET_TRAIN, TEST, 64, 0); /* and rolls back */
    expect_window(&fixture, DATASET_TRAIN, TEST, 64, 1);
    tear_down(&fixture);
}

/* A file that is overwritten while it is used says so. */
static void test_overwritten(void **state)
{
    (void)state;
    struct fixture fixture;
    struct stat status;
    const void *ids = NULL;
    int rc = OK;
    set_up(&fixture);
    stream_begin(fixture.stream, DATASET_TRAIN, fixture.rows, TRAIN, WINDOW);

    assert_int_equal(stat(path, &status), 0);
    int fd = open(path, O_WRONLY);
    char *noise = xcalloc((size_t)status.st_size, 1);
    memset(noise, 0x5a, (size_t)status.st_size);
    assert_int_equal(pwrite(fd, noise, (size_t)status.st_size, 0), status.st_size);
    close(fd);
    free(noise);

    for (int w = 0; w < (TRAIN + WINDOW - 1) / WINDOW && !rc; w++)
        rc = stream_window(fixture.stream, w, &ids);
    assert_int_equal(rc, ERR_FORMAT);
    assert_non_null(strstr(fail_message(), path));
    assert_non_null(strstr(fail_message(), "the file has changed since it was opened"));
    tear_down(&fixture);
}

/* What is unpacked here is what HDF5's own filters make of the file. */
static void test_as_hdf5_reads(void **state)
{
    (void)state;
    const size_t shape[2] = {TRAIN, LENGTH};
    struct dataset whole = {0};
    struct h5 *file = NULL;
    uint16_t *ids = xcalloc((size_t)TRAIN * LENGTH, sizeof *ids);
    write_data();
    assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &whole), OK);
    assert_int_equal(h5_open(path, &file), OK);
    assert_int_equal(h5_read(file, "/train/x", H5_UINT16, 2, shape, ids), OK);
    assert_memory_equal(whole.part[DATASET_TRAIN].x, ids,
                        (size_t)TRAIN * LENGTH * sizeof *ids);
    h5_close(file);
    dataset_release(&whole);
    free(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_hdf5_reads),
                                       cmocka_unit_test(test_passes),
                                       cmocka_unit_test(test_overwritten)};
    close(mkstemp(path));
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failures;
}
