/* The reader of our own HDF5 files, against what HDF5 writes for us, what others could
 * put into a file instead, and files of which any byte is another one. */
#include "files/h5_library.h"
#include "files/h5_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

/* The file that was written, opened from its bytes. */
static struct h5 *opened(struct h5_writer *written)
{
    struct h5 *file = NULL;
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(h5_image_unsealed(written, &bytes, &n), OK);
    assert_int_equal(h5_open_image("image", bytes, n, &file), OK);
    return file;
}

static void fill(unsigned char *bytes, size_t n)
{
    uint32_t number = 1;
    for (size_t i = 0; i < n; i++) {
        number = number * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(number >> 24) & 3; /* it packs */
    }
}

static void check_array(enum h5_type type, int n_dims, const size_t *shape, bool compress)
{
    size_t n = shape[0] * (n_dims == 2 ? shape[1] : 1) * h5_type_bytes(type);
    unsigned char *data = xcalloc(n + 1, 1), *found = xcalloc(n + 1, 1);
    struct h5_writer *written = h5_create();
    enum h5_type found_type = H5_N_TYPES;
    size_t found_shape[H5_MAX_RANK] = {0};
    int found_dims = 0;

    fill(data, n);
    h5_write(written, "/some/array", type, n_dims, shape, data, compress);
    struct h5 *file = opened(written);

    assert_int_equal(h5_shape(file, "/some/array", &found_type, &found_dims, found_shape),
                     OK);
    assert_true(found_type == type && found_dims == n_dims);
    assert_memory_equal(found_shape, shape, (size_t)n_dims * sizeof *shape);
    assert_int_equal(h5_read(file, "/some/array", type, n_dims, shape, found), OK);
    assert_memory_equal(found, data, n);

    h5_close(file);
    free(data);
    free(found);
}

/* The last needs a tree of chunks with two levels. */
static void test_arrays(void **state)
{
    static const size_t shapes[][H5_MAX_DIMS] = {{0, 7}, {1, 1}, {5, 3}, {300, 900}};
    static const size_t long_shape[] = {100, 140000};
    (void)state;

    for (int type = 0; type < H5_N_TYPES; type++)
        for (size_t i = 0; i < COUNT_OF(shapes); i++)
            for (int n_dims = 1; n_dims <= 2; n_dims++)
                for (int compress = 0; compress < 2; compress++)
                    check_array((enum h5_type)type, n_dims, shapes[i], compress);
    check_array(H5_UINT8, 2, long_shape, true);
}

/* Groups whose names fill several nodes, headers that go on elsewhere. */
static void test_many(void **state)
{
    enum { MANY = 600 };
    struct h5_writer *written = h5_create();
    char name[32];
    int64_t number = 0;
    (void)state;

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "/a/%d", i * 7919 % MANY);
        h5_make_group(written, name);
        snprintf(name, sizeof name, "number%d", i);
        h5_attribute_int(written, "/a", name, i - MANY / 2);
    }

    struct h5 *file = opened(written);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "/a/%d", i);
        assert_true(h5_exists(file, name));
        snprintf(name, sizeof name, "number%d", i);
        assert_int_equal(h5_read_attribute_int(file, "/a", name, &number), OK);
        assert_int_equal(number, i - MANY / 2);
    }
    assert_false(h5_exists(file, "/a/600") || h5_exists(file, "/a/5/5"));
    assert_false(h5_has_attribute(file, "/a", "number600"));
    h5_close(file);
}

static hid_t vector_space(void)
{
    static const hsize_t dims[] = {4};
    return H5Screate_simple(1, dims, NULL);
}

/* Makes the array /x of four values by those properties. */
static void make_set(struct h5_writer *file, hid_t type, hid_t create)
{
    hid_t space = vector_space();
    hid_t set =
        H5Dcreate2(file->file, "/x", type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set);
    H5Sclose(space);
    if (create != H5P_DEFAULT)
        H5Pclose(create);
}

static void make_external(struct h5_writer *file)
{
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(create, "/etc/hostname", 0, 4);
    make_set(file, H5T_STD_U8LE, create);
}

static void make_virtual(struct h5_writer *file)
{
    hid_t create = H5Pcreate(H5P_DATASET_CREATE), space = vector_space();
    H5Pset_virtual(create, space, "/etc/hostname", "/x", space);
    H5Sclose(space);
    make_set(file, H5T_STD_U8LE, create);
}

static void make_soft_link(struct h5_writer *file)
{
    h5_write_text(file, "/y", "four");
    H5Lcreate_soft("/y", file->file, "/x", H5P_DEFAULT, H5P_DEFAULT);
}

static void make_external_link(struct h5_writer *file)
{
    H5Lcreate_external("other.h5", "/x", file->file, "/x", H5P_DEFAULT, H5P_DEFAULT);
}

static void make_committed_type(struct h5_writer *file)
{
    hid_t type = H5Tcopy(H5T_STD_U8LE);
    assert_true(H5Tcommit2(file->file, "/type", type, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT) >= 0);
    make_set(file, type, H5P_DEFAULT);
    H5Tclose(type);
}

static hid_t chunked(void)
{
    static const hsize_t dims[] = {2};
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(create, 1, dims);
    return create;
}

static void make_unpacked(struct h5_writer *file)
{
    make_set(file, H5T_STD_U8LE, chunked());
}

static void make_checked(struct h5_writer *file)
{
    hid_t create = chunked();
    H5Pset_fletcher32(create);
    make_set(file, H5T_STD_U8LE, create);
}

static void make_unwritten(struct h5_writer *file)
{
    hid_t create = chunked();
    H5Pset_shuffle(create);
    H5Pset_deflate(create, 1);
    make_set(file, H5T_STD_U8LE, create);
}

static void make_unwritten_whole(struct h5_writer *file)
{
    make_set(file, H5T_STD_U8LE, H5P_DEFAULT);
}

static void make_big_endian(struct h5_writer *file)
{
    make_set(file, H5T_STD_I32BE, H5P_DEFAULT);
}

static void make_reference(struct h5_writer *file)
{
    make_set(file, H5T_STD_REF_OBJ, H5P_DEFAULT);
}

static void make_variable(struct h5_writer *file)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    make_set(file, type, H5P_DEFAULT);
    H5Tclose(type);
}

static void make_group(struct h5_writer *file)
{
    h5_make_group(file, "/x");
}

/* What no file of ours has is refused by name where it is asked for. */
static void test_refusals(void **state)
{
    static const struct {
        void (*make)(struct h5_writer *file);
        const char *message;
    } cases[] = {
        {make_external, "/x has its values in another file, which no file of rnntrain"},
        {make_virtual, "/x is a virtual data set, which has its values in others, which"},
        {make_soft_link, "/x is a link to another name, which no file of"},
        {make_external_link, "/ is a group that may hold links into other files, which"},
        {make_committed_type, "/x shares a type or message with other objects, which"},
        {make_unpacked, "/x is not stored in chunks of rows, shuffled and deflated"},
        {make_checked, "/x is not stored in chunks of rows, shuffled and deflated"},
        {make_unwritten, "/x cannot be read: "},
        {make_unwritten_whole, "/x cannot be read: it says that it has more values than"},
        {make_big_endian, "/x has a type that is not read here: big-endian whole numbers "
                          "of 4 bytes; expected uint8"},
        {make_reference, "/x has a type that is not read here: references of 8 bytes"},
        {make_variable,
         "/x has a type that is not read here: values of any length of 16 bytes"},
        {make_group, "/x is not an array"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct h5_writer *written = h5_create();
        char *text = NULL, **strings = NULL;
        size_t n = 0;

        cases[i].make(written);
        struct h5 *file = opened(written);
        assert_true(h5_exists(file, "/x"));
        assert_int_equal(h5_read_text(file, "/x", 1000, &text), ERR_FORMAT);
        expect_message(cases[i].message);
        assert_int_equal(h5_read_strings(file, "/x", &n, &strings), ERR_FORMAT);
        assert_true(!text && !strings);
        h5_close(file);
    }
}

/* Files of the newest form that HDF5 knows. */
static void test_latest(void **state)
{
    struct h5_writer written = {.file = -1};
    struct h5 *file = NULL;
    hid_t access = h5_image_access();
    (void)state;

    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    written.file = H5Fcreate("latest", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    h5_write_text(&written, "/x", "four");

    H5Fflush(written.file, H5F_SCOPE_GLOBAL);
    size_t n = (size_t)H5Fget_file_image(written.file, NULL, 0);
    char *bytes = xcalloc(n, 1);
    assert_true(H5Fget_file_image(written.file, bytes, n) > 0);
    H5Fclose(written.file);

    assert_int_equal(h5_open_image("image", bytes, n, &file), ERR_FORMAT);
    expect_message("is of a later version of HDF5, which no file of rnntrain");
    assert_null(file);
}

/* A text that a few kilobytes hold because it says nothing; one that is too long. */
static void test_texts(void **state)
{
    enum { MANY = 3 << 20 };
    struct h5_writer *written = h5_create();
    char *blanks = xcalloc(MANY + 1, 1), *text = NULL;
    (void)state;

    memset(blanks, ' ', MANY);
    h5_write_text(written, "/blanks", blanks);
    blanks[5000] = '\0';
    h5_write_text(written, "/few", blanks);
    struct h5 *file = opened(written);

    assert_int_equal(h5_read_text(file, "/blanks", H5_MOST_TEXT, &text), ERR_FORMAT);
    expect_message("/blanks cannot be read: it is one long repetition");
    assert_int_equal(h5_read_text(file, "/few", 4999, &text), ERR_FORMAT);
    expect_message("/few has 5000 bytes, expected at most 4999");
    assert_null(text);
    assert_int_equal(h5_read_text(file, "/few", 5000, &text), OK);
    assert_string_equal(text, blanks);

    h5_close(file);
    free(blanks);
    free(text);
}

enum { ROWS = 9, COLUMNS = 4 };

/* A bit of everything that files of ours have. */
static char *small_image(size_t *n)
{
    static const size_t table[] = {ROWS, COLUMNS}, vector[] = {ROWS};
    unsigned char values[4 * ROWS * COLUMNS];
    char neg[] = "neg", longer[] = "positive", *const labels[] = {neg, longer};
    struct h5_writer *file = h5_create();
    char *bytes = NULL;

    fill(values, sizeof values);
    h5_write(file, "/train/x", H5_UINT16, 2, table, values, true);
    h5_write(file, "/train/y", H5_INT32, 1, vector, values, true);
    h5_write(file, "/w", H5_FLOAT32, 2, table, values, false);
    h5_write_text(file, "/text", "{\"a\": 1}");
    h5_write_strings(file, "/labels", 2, labels);
    h5_attribute_text(file, "/train", "format", "rows");
    h5_attribute_int(file, "/", "version", -3);
    assert_int_equal(h5_image_unsealed(file, &bytes, n), OK);
    return bytes;
}

static void try_array(struct h5 *file, const char *path)
{
    enum h5_type type = H5_N_TYPES;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {1, 1};
    if (h5_shape(file, path, &type, &n_dims, shape) || n_dims > H5_MAX_DIMS)
        return;

    size_t n = shape[0] * (n_dims == 2 ? shape[1] : 1) * h5_type_bytes(type);
    assert_true(n < 1 << 24); /* the file has a few KiB, deflate makes 1032 of one */
    char *data = xcalloc(n + 1, 1);
    (void)!h5_read(file, path, type, n_dims, shape, data);
    free(data);
}

static void try_chunks(struct h5 *file, const char *path)
{
    static const size_t shape[] = {ROWS, COLUMNS};
    struct h5_chunks *chunks = NULL;
    const void *values = NULL;
    if (!h5_chunks_open(file, path, H5_UINT16, 2, shape, &chunks))
        (void)!h5_chunks_read(chunks, 0, &values);
    h5_chunks_close(chunks);
}

/* Reads all that there is, and what is not. */
static void try_all(struct h5 *file)
{
    static const char *const paths[] = {"/train/x", "/train/y", "/w",    "/text",
                                        "/labels",  "/train",   "/none", "/"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char *text = NULL, **strings = NULL;
        size_t n = 0;
        int64_t number = 0;

        (void)h5_exists(file, paths[i]);
        (void)h5_has_attribute(file, paths[i], "version");
        try_array(file, paths[i]);
        try_chunks(file, paths[i]);
        (void)!h5_read_text(file, paths[i], 1000, &text);
        (void)!h5_read_strings(file, paths[i], &n, &strings);
        h5_free_texts(n, strings);
        free(text);

        text = NULL;
        (void)!h5_read_attribute_text(file, paths[i], "format", &text);
        (void)!h5_read_attribute_int(file, paths[i], "version", &number);
        free(text);
    }
}

static void try_image(const char *bytes, size_t n)
{
    struct h5 *file = NULL;
    char *copy = memcpy(xcalloc(n, 1), bytes, n);
    if (!h5_open_image("image", copy, n, &file))
        try_all(file);
    h5_close(file);
}

/* Any byte may be another one. */
static void test_bytes(void **state)
{
    static const unsigned char values[] = {1, 128, 255};
    size_t n = 0;
    char *bytes = small_image(&n);
    (void)state;

    for (size_t i = 0; i < n; i++) {
        char kept = bytes[i];
        for (size_t k = 0; k < COUNT_OF(values); k++) {
            bytes[i] = (char)(kept + values[k]);
            if (kept || i % 4 == k) /* most bytes are zeros that nobody reads */
                try_image(bytes, n);
        }
        bytes[i] = kept;
    }
    free(bytes);
}

/* Whether the eight bytes may be the place of something in the file. */
static bool is_place(const char *bytes, size_t n, uint64_t *place)
{
    memcpy(place, bytes, sizeof *place);
    return *place > 0 && *place < n;
}

/* Blocks lead to each other and back to themselves: every place that is named is named
 * by all others. */
static void test_places(void **state)
{
    size_t n = 0;
    uint64_t kept, place;
    char *bytes = small_image(&n), *right = memcpy(xcalloc(n, 1), bytes, n);
    (void)state;

    for (size_t i = 0; i + 8 <= n; i += 8) {
        if (!is_place(right + i, n, &kept))
            continue;
        for (size_t k = 0; k + 8 <= n; k += 8)
            if (is_place(right + k, n, &place) && place != kept) {
                memcpy(bytes + i, &place, sizeof place);
                try_image(bytes, n);
            }
        memcpy(bytes + i, &kept, sizeof kept);
    }
    free(bytes);
    free(right);
}

/* Wherever a file is cut. */
static void test_cuts(void **state)
{
    size_t n = 0;
    char *bytes = small_image(&n);
    (void)state;

    for (size_t i = 1; i < n; i += 3)
        try_image(bytes, i);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_latest),
        cmocka_unit_test(test_texts),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_places),   cmocka_unit_test(test_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
