/* HDF5 files that we write and read: arrays whole, by rows and by packed chunks, texts,
 * attributes, and what is said where a file holds something else. */
#include "files/h5_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 1500, COLUMNS = 100 };

static const size_t table_shape[] = {ROWS, COLUMNS}, vector_shape[] = {5};
static const float vector[] = {0.5f, -1, 0, 3e30f, 2};
static uint16_t table[ROWS][COLUMNS];

static char folder[] = "/tmp/rnntrain-h5-XXXXXX";

static void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

static void write_all(struct h5_writer *file)
{
    char neg[] = "neg", longer[] = "positive";
    char *const labels[] = {neg, longer};
    h5_make_group(file, "/empty/group");
    h5_write(file, "/train/x", H5_UINT16, 2, table_shape, table, true);
    h5_write(file, "/w", H5_FLOAT32, 1, vector_shape, vector, false);
    h5_write_text(file, "/tokenizer", "{\"a\": 1}");
    h5_write_strings(file, "/labels", 2, labels);
    h5_attribute_text(file, "/train", "format", "rows");
    h5_attribute_int(file, "/", "version", -3000000000);
}

static struct h5 *opened(struct h5_writer *written)
{
    struct h5 *file = NULL;
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(h5_image(written, &bytes, &n), OK);
    assert_int_equal(h5_open_bytes("image", bytes, n, &file), OK);
    free(bytes);
    return file;
}

static struct h5 *in_memory(void)
{
    struct h5_writer *written = h5_create();
    write_all(written);
    return opened(written);
}

static void test_arrays(void **state)
{
    (void)state;
    static uint16_t found[ROWS][COLUMNS];
    struct h5 *file = in_memory();
    enum h5_type type = H5_INT32;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};
    assert_int_equal(h5_shape(file, "/train/x", &type, &n_dims, shape), OK);
    assert_int_equal(type, H5_UINT16);
    assert_int_equal(n_dims, 2);
    assert_memory_equal(shape, table_shape, sizeof table_shape);
    assert_int_equal(h5_read(file, "/train/x", H5_UINT16, 2, table_shape, found), OK);
    assert_memory_equal(found, table, sizeof table);
    assert_int_equal(
        h5_read_rows(file, "/train/x", H5_UINT16, 2, table_shape, 700, 13, found), OK);
    assert_memory_equal(found, table[700], 13 * sizeof table[0]);

    float few[5];
    assert_int_equal(h5_read(file, "/w", H5_FLOAT32, 1, vector_shape, few), OK);
    assert_memory_equal(few, vector, sizeof vector);

    h5_close(file);
    h5_close(NULL);
}

static void test_texts(void **state)
{
    (void)state;
    struct h5 *file = in_memory();
    char *text = NULL, **strings = NULL;
    size_t n = 0;
    int64_t number = 0;
    assert_int_equal(h5_read_text(file, "/tokenizer", 1000, &text), OK);
    assert_string_equal(text, "{\"a\": 1}");
    free(text);

    assert_int_equal(h5_read_strings(file, "/labels", &n, &strings), OK);
    assert_int_equal(n, 2);
    assert_string_equal(strings[0], "neg");
    assert_string_equal(strings[1], "positive");
    h5_free_texts(n, strings);

    assert_int_equal(h5_read_attribute_text(file, "/train", "format", &text), OK);
    assert_string_equal(text, "rows");
    free(text);
    assert_int_equal(h5_read_attribute_int(file, "/", "version", &number), OK);
    assert_true(number == -3000000000);

    assert_true(h5_exists(file, "/empty/group") && !h5_exists(file, "/empty/none"));
    assert_true(!h5_exists(file, "/none/group"));
    h5_close(file);
}

/* Of three dimensions the reader takes the last two for one; who asks sees three. */
static void test_cube(void **state)
{
    (void)state;
    const size_t cube[] = {2, 3, 4};
    static const float values[2 * 3 * 4];
    struct h5_writer *written = h5_create();
    h5_write(written, "/cube", H5_FLOAT32, 3, cube, values, false);
    struct h5 *file = opened(written);

    enum h5_type type = H5_UINT16;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};
    assert_int_equal(h5_shape(file, "/cube", &type, &n_dims, shape), OK);
    assert_int_equal(n_dims, 3);
    assert_memory_equal(shape, cube, sizeof cube);

    h5_close(file);
}

static void test_other_content(void **state)
{
    (void)state;
    struct h5 *file = in_memory();
    char *text = NULL, **strings = NULL;
    size_t n = 0, shape[H5_MAX_DIMS] = {ROWS, COLUMNS + 1};
    int64_t number = 0;
    float few[5];

    assert_int_equal(h5_read(file, "/v", H5_FLOAT32, 1, vector_shape, few), ERR_FORMAT);
    expect_message("image: /v is missing");
    assert_int_equal(h5_read(file, "/train", H5_FLOAT32, 1, vector_shape, few),
                     ERR_FORMAT);
    expect_message("image: /train is not an array");
    assert_int_equal(h5_read(file, "/w", H5_INT32, 1, vector_shape, few), ERR_FORMAT);
    expect_message("image: /w is float32, expected int32");
    assert_int_equal(h5_read(file, "/train/x", H5_UINT16, 2, shape, few), ERR_FORMAT);
    expect_message("image: /train/x is (1500, 100), expected (1500, 101)");

    assert_int_equal(h5_read_text(file, "/w", 1000, &text), ERR_FORMAT);
    assert_int_equal(h5_read_strings(file, "/w", &n, &strings), ERR_FORMAT);
    expect_message("/w is not a list of fixed-length strings");

    assert_int_equal(h5_read_attribute_text(file, "/", "version", &text), ERR_FORMAT);
    assert_int_equal(h5_read_attribute_int(file, "/train", "format", &number),
                     ERR_FORMAT);
    expect_message("attribute format of /train is not one whole number");
    assert_int_equal(h5_read_attribute_int(file, "/w", "none", &number), ERR_FORMAT);
    expect_message("attribute none of /w is missing");
    assert_true(!text && !strings && n == 0 && number == 0);
    h5_close(file);
}

/* The same content gives the same bytes; what is not whole is not opened. */
static void test_images(void **state)
{
    (void)state;
    char *bytes[2] = {NULL};
    size_t n[2] = {0};
    struct h5 *file = NULL;
    for (int i = 0; i < 2; i++) {
        struct h5_writer *written = h5_create();
        write_all(written);
        assert_int_equal(h5_image(written, &bytes[i], &n[i]), OK);
    }
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    assert_true(h5_is_one(bytes[0], n[0]) && !h5_is_one(bytes[0] + 1, n[0] - 1));

    bytes[0][n[0] / 2] ^= 1;
    assert_int_equal(h5_open_bytes("image", bytes[0], n[0], &file), ERR_FORMAT);
    assert_int_equal(h5_open_bytes("image", bytes[1], n[1] - 1, &file), ERR_FORMAT);
    assert_int_equal(h5_open_bytes("image", "PK\x03\x04more", 8, &file), ERR_FORMAT);
    expect_message("image: not an HDF5 file");
    assert_null(file);

    free(bytes[0]);
    free(bytes[1]);
}

static struct h5 *on_disk(void)
{
    char *path = xasprintf("%s/data.h5", folder);
    struct h5_writer *written = NULL;
    struct h5 *file = NULL;
    unsigned char digest[FILE_DIGEST_BYTES];

    assert_int_equal(h5_create_on_disk(path, &written), OK);
    write_all(written);
    assert_int_not_equal(access(path, F_OK), 0); /* it has its name when it is whole */
    assert_int_equal(h5_finish(written), OK);
    assert_int_equal(h5_open_on_disk(path, true, digest, &file), OK);
    assert_string_equal(h5_path(file), path);
    unlink(path);
    free(path);
    return file;
}

/* Sealed, with the byte at `at` changed by `bit`. */
static void write_changed(const struct directory *directory, size_t at, char bit)
{
    struct h5_writer *written = h5_create();
    char *bytes = NULL;
    size_t n = 0;

    write_all(written);
    assert_int_equal(h5_image(written, &bytes, &n), OK);
    bytes[at < n ? at : n / 2] ^= bit;
    assert_int_equal(directory_replace(directory, "ahead.h5", bytes, n, false), OK);
    free(bytes);
}

/* Read while a thread checks the seal, whose word comes first. */
static void test_ahead(void **state)
{
    (void)state;
    enum { MAGIC_END = 8, INSIDE = 1 << 30 };
    float found[COUNT_OF(vector)];
    struct directory directory;
    struct h5 *file = NULL;
    assert_int_equal(directory_open(folder, &directory), OK);

    write_changed(&directory, INSIDE, 0);
    assert_int_equal(h5_open_ahead(&directory, "ahead.h5", 0, &file), OK);
    assert_int_equal(h5_read(file, "/w", H5_FLOAT32, 1, vector_shape, found), OK);
    assert_memory_equal(found, vector, sizeof vector);
    assert_int_equal(h5_believe(file, ERR_USAGE), ERR_USAGE);
    assert_int_equal(h5_believe(file, OK), OK);
    h5_close(file);

    write_changed(&directory, INSIDE, 1);
    assert_int_equal(h5_open_ahead(&directory, "ahead.h5", 0, &file), OK);
    assert_int_equal(h5_believe(file, ERR_USAGE), ERR_FORMAT);
    expect_message("ahead.h5: damaged: the SHA-256");
    h5_close(file);

    assert_int_equal(h5_open_ahead(&directory, "ahead.h5", 0, &file), OK);
    h5_close(file); /* before anybody asked */

    file = NULL;
    write_changed(&directory, MAGIC_END, 1);
    assert_int_equal(h5_open_ahead(&directory, "ahead.h5", 0, &file), ERR_FORMAT);
    expect_message("ahead.h5: damaged: the SHA-256");
    assert_int_equal(h5_open_ahead(&directory, "ahead.h5", INSIDE, &file), ERR_FORMAT);
    expect_message("ahead.h5: damaged: the SHA-256");
    assert_null(file);

    assert_int_equal(directory_remove(&directory, "ahead.h5"), OK);
    directory_close(&directory);
}

/* Without HDF5's filters the same values come out; the last chunk is not full. */
static void test_chunks(void **state)
{
    (void)state;
    struct h5 *file = on_disk();
    struct h5_chunks *chunks = NULL;
    const void *values = NULL;
    assert_int_equal(h5_chunks_open(file, "/train/x", H5_UINT16, 2, table_shape, &chunks),
                     OK);
    size_t rows = h5_chunks_rows(chunks);
    assert_int_equal(rows, 131072 / 200 + 1);
    assert_int_equal(rows, h5_chunk_rows(H5_UINT16, 2, table_shape));

    static const size_t order[] = {2, 0, 1};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        size_t first = order[i] * rows, n = ROWS - first < rows ? ROWS - first : rows;
        assert_int_equal(h5_chunks_read(chunks, order[i], &values), OK);
        assert_memory_equal(values, table[first], n * sizeof table[0]);
    }

    assert_int_equal(h5_chunks_read(chunks, 3, &values), ERR_FORMAT);
    expect_message("/train/x: rows from 1968 on cannot be unpacked");

    h5_chunks_close(chunks);
    h5_chunks_close(NULL);
    h5_close(file);
}

static void test_no_chunks(void **state)
{
    (void)state;
    const size_t shape[] = {5, 1}, other[] = {ROWS, 3};
    struct h5_chunks *chunks = NULL;
    struct h5_writer *written = h5_create();
    struct h5 *file = NULL;
    char *bytes = NULL;
    size_t n = 0;

    h5_write(written, "/w", H5_FLOAT32, 2, shape, vector, false);
    assert_int_equal(h5_image(written, &bytes, &n), OK);
    assert_int_equal(h5_open_bytes("image", bytes, n, &file), OK);
    assert_int_equal(h5_chunks_open(file, "/w", H5_FLOAT32, 2, shape, &chunks),
                     ERR_FORMAT);
    expect_message("image: /w is not stored in chunks of rows");
    assert_int_equal(h5_chunks_open(file, "/w", H5_FLOAT32, 2, other, &chunks),
                     ERR_FORMAT);
    expect_message("/w is (5, 1), expected (1500, 3)");
    assert_null(chunks);

    h5_close(file);
    free(bytes);
}

/* Chunks that others packed, in any order. */
static void test_packer(void **state)
{
    (void)state;
    static uint16_t whole[ROWS][COLUMNS], found[ROWS][COLUMNS];
    struct h5_writer *written = h5_create();
    struct h5 *file = NULL;
    struct h5_packer *packer = h5_packer_new();
    size_t rows = h5_chunk_rows(H5_UINT16, 2, table_shape), n = 0;
    char *bytes = NULL;

    h5_make_chunked(written, "/x", H5_UINT16, 2, table_shape);
    for (size_t k = 3; k-- > 0;) {
        size_t first = k * rows, in_it = ROWS - first < rows ? ROWS - first : rows;
        memset(whole, 0, sizeof whole);
        memcpy(whole, table[first], in_it * sizeof table[0]);
        const void *packed = h5_pack(packer, H5_UINT16, rows * COLUMNS, whole, &n);
        h5_write_chunk(written, "/x", first, packed, n);
    }

    h5_packer_free(packer);
    assert_int_equal(h5_image(written, &bytes, &n), OK);
    assert_int_equal(h5_open_bytes("image", bytes, n, &file), OK);
    assert_int_equal(h5_read(file, "/x", H5_UINT16, 2, table_shape, found), OK);
    assert_memory_equal(found, table, sizeof table);

    h5_close(file);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),    cmocka_unit_test(test_texts),
        cmocka_unit_test(test_cube),      cmocka_unit_test(test_other_content),
        cmocka_unit_test(test_images),    cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_no_chunks), cmocka_unit_test(test_packer),
        cmocka_unit_test(test_ahead),
    };

    if (!mkdtemp(folder))
        return 1;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            table[i][j] = (uint16_t)(i * 41 + j * j);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
