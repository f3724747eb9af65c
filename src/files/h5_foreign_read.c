/* Texts and arrays of files of others. */
#include "files/h5_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FOREIGN_TEXT = 64 << 20 }; /* bytes of a string or a list of them */

bool h5_has_foreign_attribute(struct h5_foreign *file, const char *object,
                              const char *name)
{
    return (!strcmp(object, "/") || h5_reaches(file, object)) &&
           H5Aexists_by_name(file->file, object, name, H5P_DEFAULT) > 0;
}

bool h5_read_variable_strings(hid_t from, size_t n, char **strings)
{
    char **pointers = xcalloc(n, sizeof *pointers);
    bool is_attribute = H5Iget_type(from) == H5I_ATTR;
    hid_t space = is_attribute ? H5Aget_space(from) : H5Dget_space(from);
    hid_t stored = is_attribute ? H5Aget_type(from) : H5Dget_type(from);
    hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5Tget_cset(stored));

    herr_t status = is_attribute
                        ? H5Aread(from, type, pointers)
                        : H5Dread(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers);
    for (size_t i = 0; i < n && status >= 0; i++)
        strings[i] = xstrdup(pointers[i] ? pointers[i] : "");
    if (status >= 0)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers);

    H5Tclose(stored);
    H5Tclose(type);
    H5Sclose(space);
    free(pointers);
    return status >= 0;
}

bool h5_read_fixed_strings(hid_t from, hid_t type, size_t n, char **strings)
{
    size_t length = H5Tget_size(type);
    if (length == 0 || length > MOST_FOREIGN_TEXT || n > MOST_FOREIGN_TEXT / length)
        return false;

    char *joined = xcalloc(n, length);
    bool is_read = H5Iget_type(from) == H5I_ATTR
                       ? H5Aread(from, type, joined) >= 0
                       : H5Dread(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, joined) >= 0;
    for (size_t i = 0; i < n && is_read; i++)
        strings[i] = xstrndup(joined + i * length, length);
    free(joined);
    return is_read;
}

/* The strings of an open attribute, n of them or fewer than `most`. An empty list may
 * have any type. */
static bool read_texts(hid_t attribute, size_t most, size_t *n, char ***texts)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    bool is_read = points == 0;
    char **found = NULL;

    if (points > 0 && (size_t)points <= most && H5Tget_class(type) == H5T_STRING) {
        found = xcalloc((size_t)points, sizeof *found);
        is_read = H5Tis_variable_str(type) > 0
                      ? h5_read_variable_strings(attribute, (size_t)points, found)
                      : h5_read_fixed_strings(attribute, type, (size_t)points, found);
    }

    H5Tclose(type);
    H5Sclose(space);
    if (!is_read) {
        free(found);
        return false;
    }

    *n = (size_t)points;
    *texts = found;
    return true;
}

static int read_attribute(struct h5_foreign *file, const char *object, const char *name,
                          size_t most, size_t *n, char ***texts)
{
    hid_t attribute = H5Aopen_by_name(file->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    bool is_read = attribute >= 0 && read_texts(attribute, most, n, texts);
    H5Aclose(attribute);
    if (is_read)
        return OK;
    return fail(ERR_FORMAT,
                "%s: attribute %s of %s cannot be read: expected strings, at most %zu",
                file->path, name, object, most);
}

int h5_read_foreign_text(struct h5_foreign *file, const char *object, const char *name,
                         char **text)
{
    size_t n = 0;
    char **texts = NULL;

    int rc = h5_check_reach(file, object);
    if (!rc)
        rc = read_attribute(file, object, name, 1, &n, &texts);
    if (!rc && n != 1)
        rc =
            fail(ERR_FORMAT, "%s: attribute %s of %s is empty", file->path, name, object);
    if (!rc)
        *text = xstrdup(texts[0]);
    h5_free_texts(n, texts);
    return rc;
}

/* Keras cuts a list that does not fit an object's header: name0, name1, ... */
int h5_read_foreign_texts(struct h5_foreign *file, const char *object, const char *name,
                          size_t most, size_t *n, char ***texts)
{
    int rc = h5_check_reach(file, object);
    if (rc || h5_has_foreign_attribute(file, object, name))
        return rc ? rc : read_attribute(file, object, name, most, n, texts);

    char **all = NULL, piece[64];
    size_t n_all = 0;

    for (int k = 0; !rc; k++) {
        size_t n_more = 0;
        char **more = NULL;
        snprintf(piece, sizeof piece, "%s%d", name, k);
        if (k > 0 && !h5_has_foreign_attribute(file, object, piece))
            break;

        rc = read_attribute(file, object, piece, most - n_all, &n_more, &more);
        all = xrealloc(all, n_all + n_more, sizeof *all);
        for (size_t i = 0; i < n_more; i++)
            all[n_all++] = more[i];
        free(more);
    }

    if (rc) {
        h5_free_texts(n_all, all);
        return fail(ERR_FORMAT,
                    "%s: attribute %s of %s is missing, or has more than "
                    "%zu strings",
                    file->path, name, object, most);
    }

    *n = n_all;
    *texts = all;
    return OK;
}

/* An open array, as its file describes it. */
struct foreign {
    struct h5_foreign *file;
    const char *path;
    hid_t set, type;
    H5D_layout_t layout;
    int n_dims; /* H5_MAX_RANK + 1: it has more, or no numbers; then dims are 0 */
    hsize_t dims[H5_MAX_DIMS]; /* 1 where there is no such dimension */
};

bool h5_is_contained(hid_t set, H5D_layout_t *layout)
{
    hid_t creation = H5Dget_create_plist(set);
    *layout = H5Pget_layout(creation);
    bool is_here =
        *layout == H5D_CONTIGUOUS || *layout == H5D_CHUNKED || *layout == H5D_COMPACT;
    bool is = is_here && H5Pget_external_count(creation) == 0;
    H5Pclose(creation);
    return is;
}

bool h5_is_plausible(hid_t set, H5D_layout_t layout, size_t n, size_t bytes)
{
    enum { MOST_PACKED = 2048 }; /* deflate makes 1032 bytes of one at most */
    hsize_t stored = H5Dget_storage_size(set);
    size_t n_bytes = n * bytes;
    return layout == H5D_CHUNKED ? n_bytes / MOST_PACKED <= stored && stored > 0
                                 : n_bytes <= stored;
}

static bool is_number(hid_t type)
{
    H5T_class_t class = H5Tget_class(type);
    return (class == H5T_FLOAT || class == H5T_INTEGER) && H5Tget_size(type) <= 8;
}

static int measure(struct foreign *array)
{
    static const hsize_t most = (hsize_t)1 << 60;
    hid_t space = H5Dget_space(array->set);
    hsize_t found[H5_MAX_RANK] = {1, 1, 1}, *dims = array->dims;
    int rc = OK;

    array->n_dims = H5Sget_simple_extent_ndims(space);
    if (!is_number(array->type) || array->n_dims < 0 || array->n_dims > H5_MAX_RANK ||
        H5Sget_simple_extent_type(space) == H5S_NULL) {
        array->n_dims = H5_MAX_RANK + 1;
        found[0] = found[1] = 0;
    } else if (H5Sget_simple_extent_dims(space, found, NULL) < 0) {
        rc = fail(ERR_FORMAT, "%s: %s has no shape that can be read", array->file->path,
                  array->path);
    }

    dims[0] = found[0];
    dims[1] = found[2] && found[1] > most / found[2] ? most : found[1] * found[2];
    H5Sclose(space);
    return rc;
}

static int check_amount(const struct foreign *array, size_t most)
{
    unsigned long long rows = array->dims[0], columns = array->dims[1];

    if (rows > most || (rows && columns > most / rows))
        return fail(ERR_FORMAT,
                    "%s: %s has %llu x %llu numbers, expected at most %zu in all",
                    array->file->path, array->path, rows, columns, most);

    if (array->n_dims <= H5_MAX_RANK &&
        !h5_is_plausible(array->set, array->layout, (size_t)(rows * columns),
                         H5Tget_size(array->type)))
        return fail(ERR_FORMAT,
                    "%s: %s says that it has %llu x %llu numbers, which do not stand in "
                    "the file",
                    array->file->path, array->path, rows, columns);
    return OK;
}

static int read_numbers(const struct foreign *array, float **values)
{
    size_t n = (size_t)(array->dims[0] * array->dims[1]);
    float *found = xcalloc(n, sizeof *found);

    if (array->n_dims <= H5_MAX_RANK &&
        H5Dread(array->set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) < 0) {
        free(found);
        return fail(ERR_FORMAT, "%s: %s cannot be read", array->file->path, array->path);
    }

    *values = found;
    return OK;
}

static int read_array(struct foreign *array, size_t most, float **values)
{
    if (!h5_is_contained(array->set, &array->layout))
        return fail(ERR_FORMAT,
                    "%s: the numbers of %s stand in another file, which is not read",
                    array->file->path, array->path);

    array->type = H5Dget_type(array->set);
    int rc = measure(array);
    if (!rc)
        rc = check_amount(array, most);
    if (!rc)
        rc = read_numbers(array, values);
    H5Tclose(array->type);
    return rc;
}

int h5_read_foreign_array(struct h5_foreign *file, const char *path, size_t most,
                          int *n_dims, size_t shape[H5_MAX_DIMS], float **values)
{
    struct foreign array = {.file = file, .path = path, .layout = H5D_LAYOUT_ERROR};
    int rc = h5_check_reach(file, path);
    if (rc)
        return rc;

    array.set = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (array.set < 0)
        return fail(ERR_FORMAT, "%s: %s is not an array", file->path, path);
    rc = read_array(&array, most, values);
    H5Dclose(array.set);
    if (rc)
        return rc;

    *n_dims = array.n_dims;
    shape[0] = (size_t)array.dims[0];
    shape[1] = (size_t)array.dims[1];
    return OK;
}
