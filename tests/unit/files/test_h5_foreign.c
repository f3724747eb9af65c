/* HDF5 files of others: links, lists of names that were cut, numbers of any type. */
#include "files/h5_library.h"

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

/* An array of HDF5's own making. */
static void add_array(struct h5_writer *file, const char *path, hid_t type, int n_dims,
                      const hsize_t *dims, const void *data)
{
    hid_t space = n_dims ? H5Screate_simple(n_dims, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t set =
        H5Dcreate2(file->file, path, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0 &&
                H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static void add_variable_text(struct h5_writer *file, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    hid_t attribute = H5Acreate2(file->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, &text) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static char *image; /* of the file at work */

static struct h5_foreign *make(void)
{
    static const int64_t numbers[2][3] = {{1, -2, 3}, {4, 5, 1 << 20}};
    static const double four[4] = {0.5, 0.25, 1e300, -1}, scalar = 7;
    static const hsize_t dims[] = {2, 3}, length[] = {4}, deep[] = {1, 2, 1, 2};
    static const hsize_t cube[] = {1, 2, 3};
    char a[] = "dense", b[] = "lstm", c[] = "out";
    char *const first[] = {a, b}, *const second[] = {c};
    struct h5_writer *written = h5_create();
    struct h5_foreign *file = NULL;
    char *bytes = NULL;
    size_t n = 0;

    h5_make_group(written, "/model/z");
    h5_make_group(written, "/model/a");
    h5_attribute_texts(written, "/model", "layer_names0", 2, first);
    h5_attribute_texts(written, "/model", "layer_names1", 1, second);
    h5_attribute_texts(written, "/model", "weight_names", 2, first);
    h5_attribute_texts(written, "/model", "none", 0, NULL);
    h5_attribute_int(written, "/model", "number", 3);
    add_variable_text(written, "backend", "tensorflow");

    add_array(written, "/numbers", H5T_NATIVE_INT64, 2, dims, numbers);
    add_array(written, "/four", H5T_NATIVE_DOUBLE, 1, length, four);
    add_array(written, "/scalar", H5T_NATIVE_DOUBLE, 0, NULL, &scalar);
    add_array(written, "/deep", H5T_NATIVE_DOUBLE, 4, deep, four);
    add_array(written, "/cube", H5T_NATIVE_INT64, 3, cube, numbers);

    H5Lcreate_soft("/four", written->file, "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/x", written->file, "/model/out", H5P_DEFAULT,
                       H5P_DEFAULT);

    assert_int_equal(h5_image_unsealed(written, &bytes, &n), OK);
    assert_int_equal(h5_open_foreign("foreign.h5", bytes, n, &file), OK);

    image = bytes;
    return file;
}

static void test_links(void **state)
{
    (void)state;
    struct h5_foreign *file = make();
    char **names = NULL;
    size_t n = 0;
    assert_true(h5_reaches(file, "/model/z") && h5_reaches(file, "/four"));
    assert_false(h5_reaches(file, "/soft") || h5_reaches(file, "/model/out") ||
                 h5_reaches(file, "/model/none/deeper"));
    assert_true(h5_is_array(file, "/four"));
    assert_false(h5_is_array(file, "/model") || h5_is_array(file, "/soft"));

    assert_int_equal(h5_list(file, "/model", 3, &n, &names), OK);
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "out");
    assert_string_equal(names[2], "z");
    h5_free_texts(n, names);
    assert_int_equal(h5_list(file, "/model", 2, &n, &names), ERR_FORMAT);
    expect_message("foreign.h5: /model is no group of at most 2 objects");
    assert_int_equal(h5_list(file, "/soft", 9, &n, &names), ERR_FORMAT);
    expect_message("/soft is missing, or a link that leads out of the file or nowhere");
    h5_close_foreign(file);
    free(image);
}

static void test_attributes(void **state)
{
    (void)state;
    struct h5_foreign *file = make();
    char *text = NULL, **texts = NULL;
    size_t n = 0;

    assert_true(h5_has_foreign_attribute(file, "/", "backend"));
    assert_false(h5_has_foreign_attribute(file, "/", "Backend") ||
                 h5_has_foreign_attribute(file, "/none", "backend"));
    assert_int_equal(h5_read_foreign_text(file, "/", "backend", &text), OK);
    assert_string_equal(text, "tensorflow");
    free(text);

    assert_int_equal(h5_read_foreign_texts(file, "/model", "weight_names", 2, &n, &texts),
                     OK);
    assert_int_equal(n, 2);
    assert_string_equal(texts[0], "dense");
    assert_string_equal(texts[1], "lstm");
    h5_free_texts(n, texts);

    assert_int_equal(h5_read_foreign_texts(file, "/model", "none", 2, &n, &texts), OK);
    assert_int_equal(n, 0);
    h5_free_texts(n, texts);

    assert_int_equal(h5_read_foreign_texts(file, "/model", "layer_names", 3, &n, &texts),
                     OK);
    assert_int_equal(n, 3);
    assert_string_equal(texts[2], "out");
    h5_free_texts(n, texts);
    h5_close_foreign(file);
    free(image);
}

static void test_attributes_refused(void **state)
{
    (void)state;
    struct h5_foreign *file = make();
    char *text = NULL, **texts = NULL;
    size_t n = 0;
    assert_int_equal(h5_read_foreign_texts(file, "/model", "layer_names", 2, &n, &texts),
                     ERR_FORMAT);
    expect_message("attribute layer_names of /model is missing, or has more than 2");
    assert_int_equal(h5_read_foreign_texts(file, "/model", "names", 9, &n, &texts),
                     ERR_FORMAT);

    assert_int_equal(h5_read_foreign_text(file, "/model", "number", &text), ERR_FORMAT);
    expect_message("attribute number of /model cannot be read: expected strings");
    assert_int_equal(h5_read_foreign_text(file, "/model", "weight_names", &text),
                     ERR_FORMAT);
    assert_int_equal(h5_read_foreign_text(file, "/model", "none", &text), ERR_FORMAT);
    expect_message("attribute none of /model is empty");
    assert_true(!text && !texts);
    h5_close_foreign(file);
    free(image);
}

static void expect_array(struct h5_foreign *file, const char *path, int n_dims,
                         size_t rows, size_t columns, const float *expected)
{
    int found_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};
    float *values = NULL;

    assert_int_equal(h5_read_foreign_array(file, path, 6, &found_dims, shape, &values),
                     OK);
    assert_int_equal(found_dims, n_dims);
    assert_int_equal(shape[0], rows);
    assert_int_equal(shape[1], columns);
    for (size_t i = 0; i < rows * columns; i++)
        assert_true(values[i] == expected[i]);
    free(values);
}

static void test_arrays(void **state)
{
    (void)state;
    struct h5_foreign *file = make();
    expect_array(file, "/numbers", 2, 2, 3, (const float[]){1, -2, 3, 4, 5, 1 << 20});
    expect_array(file, "/scalar", 0, 1, 1, (const float[]){7});
    expect_array(file, "/cube", 3, 1, 6, (const float[]){1, -2, 3, 4, 5, 1 << 20});
    expect_array(file, "/deep", H5_MAX_RANK + 1, 0, 0, NULL);

    int n_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};
    float *values = NULL;
    assert_int_equal(h5_read_foreign_array(file, "/numbers", 5, &n_dims, shape, &values),
                     ERR_FORMAT);
    expect_message("/numbers has 2 x 3 numbers, expected at most 5 in all");
    assert_int_equal(h5_read_foreign_array(file, "/model", 5, &n_dims, shape, &values),
                     ERR_FORMAT);
    expect_message("foreign.h5: /model is not an array");
    assert_int_equal(h5_read_foreign_array(file, "/soft", 5, &n_dims, shape, &values),
                     ERR_FORMAT);
    assert_null(values);
    h5_close_foreign(file);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links), cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_attributes_refused), cmocka_unit_test(test_arrays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
