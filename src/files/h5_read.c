/* Arrays, texts and attributes read from files of our own. */
#include "files/h5_private.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 30 }; /* bytes; a text is read into memory */

static const char *type_name(enum h5_type type)
{
    static const char *const names[H5_N_TYPES] = {"uint8", "uint16", "int32", "float32"};
    return names[type];
}

/* Part by part: H5Lexists of /a/b fails where /a is missing. */
bool h5_exists(struct h5 *file, const char *path)
{
    char *part = xstrdup(path);
    bool exists = true;

    for (char *c = part + 1; exists; c++)
        if (*c == '/' || !*c) {
            bool end = !*c;
            *c = '\0';
            exists = H5Lexists(file->file, part, H5P_DEFAULT) > 0;
            if (end)
                break;
            *c = '/';
        }

    free(part);
    return exists;
}

static bool recognise(hid_t type, enum h5_type *found)
{
    size_t size = H5Tget_size(type);
    H5T_class_t class = H5Tget_class(type);
    bool is_unsigned = class == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE;

    if (class == H5T_FLOAT && size == 4)
        *found = H5_FLOAT32;
    else if (is_unsigned && size == 1)
        *found = H5_UINT8;
    else if (is_unsigned && size == 2)
        *found = H5_UINT16;
    else if (class == H5T_INTEGER && !is_unsigned && size == 4)
        *found = H5_INT32;
    else
        return false;
    return true;
}

/* Dimensions of a dataspace; false where it has none or too many. */
static bool dimensions(hid_t space, int *n_dims, size_t shape[H5_MAX_DIMS])
{
    hsize_t dims[H5_MAX_DIMS] = {0};
    int n = H5Sget_simple_extent_ndims(space);
    if (n < 1 || n > H5_MAX_DIMS || H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        return false;

    *n_dims = n;
    for (int i = 0; i < n; i++)
        shape[i] = (size_t)dims[i];
    return true;
}

int h5_shape(struct h5 *file, const char *path, enum h5_type *type, int *n_dims,
             size_t shape[H5_MAX_DIMS])
{
    if (!h5_exists(file, path))
        return fail(ERR_FORMAT, "%s: %s is missing", file->path, path);

    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (set < 0)
        return fail(ERR_FORMAT, "%s: %s is not an array", file->path, path);

    hid_t kind = H5Dget_type(set), space = H5Dget_space(set);
    int rc = OK;
    if (!recognise(kind, type))
        rc =
            fail(ERR_FORMAT, "%s: %s has a type that is not read here", file->path, path);
    else if (!dimensions(space, n_dims, shape))
        rc = fail(ERR_FORMAT, "%s: %s has not 1 or 2 dimensions", file->path, path);

    H5Sclose(space);
    H5Tclose(kind);
    H5Dclose(set);
    return rc;
}

int h5_read(struct h5 *file, const char *path, enum h5_type type, int n_dims,
            const size_t *shape, void *data)
{
    return h5_read_rows(file, path, type, n_dims, shape, 0, shape[0], data);
}

/* Reads rows first .. first + n - 1 of an open array. */
static herr_t read_rows(hid_t set, enum h5_type type, int n_dims, const size_t *shape,
                        size_t first, size_t n, void *data)
{
    hsize_t start[H5_MAX_DIMS] = {first};
    hsize_t count[H5_MAX_DIMS] = {n, n_dims == 2 ? shape[1] : 0};
    hid_t wanted = H5Dget_space(set), memory = H5Screate_simple(n_dims, count, NULL);

    herr_t status = H5Sselect_hyperslab(wanted, H5S_SELECT_SET, start, NULL, count, NULL);
    if (status >= 0)
        status = H5Dread(set, h5_memory_type(type), memory, wanted, H5P_DEFAULT, data);

    H5Sclose(wanted);
    H5Sclose(memory);
    return status;
}

int h5_check_array(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                   const size_t *shape)
{
    enum h5_type found_type = type;
    size_t found[H5_MAX_DIMS] = {0};
    int found_dims = 0, rc = h5_shape(file, path, &found_type, &found_dims, found);
    if (rc)
        return rc;

    if (found_type != type)
        return fail(ERR_FORMAT, "%s: %s is %s, expected %s", file->path, path,
                    type_name(found_type), type_name(type));

    if (found_dims != n_dims || memcmp(found, shape, (size_t)n_dims * sizeof *shape)) {
        char has[64], needs[64];
        h5_shape_text(found_dims, found, has, sizeof has);
        h5_shape_text(n_dims, shape, needs, sizeof needs);
        return fail(ERR_FORMAT, "%s: %s is %s, expected %s", file->path, path, has,
                    needs);
    }
    return OK;
}

int h5_read_rows(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                 const size_t *shape, size_t first, size_t n, void *data)
{
    int rc = h5_check_array(file, path, type, n_dims, shape);
    if (rc)
        return rc;

    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    bool all = first == 0 && n == shape[0];
    herr_t status =
        all ? H5Dread(set, h5_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data)
            : read_rows(set, type, n_dims, shape, first, n, data);

    H5Dclose(set);
    if (status < 0)
        return fail(ERR_FORMAT, "%s: %s cannot be read", file->path, path);
    return OK;
}

int h5_read_text(struct h5 *file, const char *path, char **text)
{
    enum h5_type type = H5_UINT8;
    int n_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};

    int rc = h5_shape(file, path, &type, &n_dims, shape);
    if (rc)
        return rc;

    if (shape[0] > MOST_TEXT)
        return fail(ERR_FORMAT, "%s: %s has %zu bytes, expected at most %d", file->path,
                    path, shape[0], MOST_TEXT);

    char *content = xcalloc(shape[0] + 1, 1);
    rc = h5_read(file, path, H5_UINT8, 1, shape, content);
    if (rc) {
        free(content);
        return rc;
    }

    *text = content;
    return OK;
}

static bool read_fixed_strings(hid_t set, hid_t type, size_t n, char **strings)
{
    size_t length = H5Tget_size(type);
    char *joined = xcalloc(n, length);
    bool is_read = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, joined) >= 0;

    for (size_t i = 0; i < n && is_read; i++)
        strings[i] = xstrndup(joined + i * length, length);
    free(joined);
    return is_read;
}

static int read_strings(struct h5 *file, const char *path, hid_t set, hid_t type,
                        size_t n_strings, char ***strings)
{
    size_t length = H5Tget_size(type);
    bool is_variable = H5Tis_variable_str(type) > 0;
    if (length > MOST_TEXT || n_strings > MOST_TEXT / length)
        return fail(ERR_FORMAT, "%s: %s has %zu strings of %zu bytes, expected fewer",
                    file->path, path, n_strings, length);

    char **found = xcalloc(n_strings, sizeof *found);
    if (is_variable ? h5_read_variable_strings(set, n_strings, found)
                    : read_fixed_strings(set, type, n_strings, found)) {
        *strings = found;
        return OK;
    }
    free(found);
    return fail(ERR_FORMAT, "%s: %s cannot be read", file->path, path);
}

int h5_read_strings(struct h5 *file, const char *path, size_t *n, char ***strings)
{
    if (!h5_exists(file, path))
        return fail(ERR_FORMAT, "%s: %s is missing", file->path, path);

    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    hid_t type = set < 0 ? -1 : H5Dget_type(set);
    hid_t space = set < 0 ? -1 : H5Dget_space(set);
    size_t shape[H5_MAX_DIMS] = {0};
    int n_dims = 0, rc = OK;

    if (set < 0 || H5Tget_class(type) != H5T_STRING ||
        (H5Tis_variable_str(type) && !file->is_foreign) ||
        !dimensions(space, &n_dims, shape) || n_dims != 1)
        rc = fail(ERR_FORMAT, "%s: %s is not a list of fixed-length strings", file->path,
                  path);
    else
        rc = read_strings(file, path, set, type, shape[0], strings);
    if (!rc)
        *n = shape[0];

    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(set);
    return rc;
}

static hid_t open_attribute(struct h5 *file, const char *object, const char *name)
{
    return H5Aopen_by_name(file->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
}

/* A file may hold many values where one is expected. */
static bool is_single(hid_t attribute)
{
    hid_t space = H5Aget_space(attribute);
    hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    return n == 1;
}

int h5_read_attribute_text(struct h5 *file, const char *object, const char *name,
                           char **text)
{
    if (file->is_foreign)
        return h5_read_foreign_text(file, object, name, text);

    hid_t attribute = open_attribute(file, object, name);
    if (attribute < 0)
        return fail(ERR_FORMAT, "%s: attribute %s of %s is missing", file->path, name,
                    object);

    hid_t type = H5Aget_type(attribute);
    bool is_text = H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type);
    char *content = xcalloc(H5Tget_size(type) + 1, 1);

    int rc = OK;
    if (!is_text || !is_single(attribute) || H5Aread(attribute, type, content) < 0)
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is not one fixed-length string",
                  file->path, name, object);
    else
        *text = content;

    if (rc)
        free(content);
    H5Tclose(type);
    H5Aclose(attribute);
    return rc;
}

int h5_read_attribute_int(struct h5 *file, const char *object, const char *name,
                          int64_t *value)
{
    hid_t attribute = open_attribute(file, object, name);
    if (attribute < 0)
        return fail(ERR_FORMAT, "%s: attribute %s of %s is missing", file->path, name,
                    object);

    hid_t type = H5Aget_type(attribute);
    int64_t content = 0;
    int rc = OK;

    if (H5Tget_class(type) != H5T_INTEGER || !is_single(attribute) ||
        H5Aread(attribute, H5T_NATIVE_INT64, &content) < 0)
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is not one whole number",
                  file->path, name, object);
    else
        *value = content;

    H5Tclose(type);
    H5Aclose(attribute);
    return rc;
}
