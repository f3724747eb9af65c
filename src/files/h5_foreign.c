#include "files/h5_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FOREIGN_TEXT = 64 << 20 }; /* bytes of a string or a list of them */

int h5_open_foreign(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    h5_start();
    H5PLset_loading_state(0); /* no filter from outside is run */
    return h5_open_image(path, bytes, n, file);
}

/* Links. */

bool h5_reaches(struct h5 *file, const char *path)
{
    char *part = xstrdup(path);
    bool reaches = true;
    for (char *c = part + 1; reaches && c[-1]; c++) {
        if (*c != '/' && *c)
            continue;
        char end = *c;
        H5L_info_t info;
        *c = '\0';
        reaches = H5Lexists(file->file, part, H5P_DEFAULT) > 0 &&
                  H5Lget_info(file->file, part, &info, H5P_DEFAULT) >= 0 &&
                  info.type == H5L_TYPE_HARD;
        *c = end;
        if (!end)
            break;
    }
    free(part);
    return reaches;
}

static int check_reach(struct h5 *file, const char *path)
{
    if (!strcmp(path, "/") || h5_reaches(file, path))
        return OK;
    return fail(ERR_FORMAT,
                "%s: %s is missing, or a link that leads out of the file or nowhere",
                file->path, path);
}

void h5_free_texts(size_t n, char **texts)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

int h5_list(struct h5 *file, const char *path, size_t most, size_t *n, char ***names)
{
    int rc = check_reach(file, path);
    if (rc)
        return rc;
    hid_t group = H5Gopen2(file->file, path, H5P_DEFAULT);
    H5G_info_t info = {.nlinks = 0};
    if (group < 0 || H5Gget_info(group, &info) < 0 || info.nlinks > most) {
        H5Gclose(group);
        return fail(ERR_FORMAT,
                    "%s: %s is no group of at most %zu objects: no model that can be "
                    "read here has more",
                    file->path, path, most);
    }
    char **found = xcalloc(info.nlinks, sizeof *found);
    size_t n_found = 0;
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[256] = "";
        ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                            name, sizeof name, H5P_DEFAULT);
        if (length > 0 && (size_t)length < sizeof name)
            found[n_found++] = xstrdup(name);
    }
    H5Gclose(group);
    *n = n_found;
    *names = found;
    return OK;
}

bool h5_is_array(struct h5 *file, const char *path)
{
    if (!h5_reaches(file, path))
        return false;
    hid_t object = H5Oopen(file->file, path, H5P_DEFAULT);
    bool is_array = object >= 0 && H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return is_array;
}

/* Attributes. */

bool h5_has_attribute(struct h5 *file, const char *object, const char *name)
{
    return (!strcmp(object, "/") || h5_reaches(file, object)) &&
           H5Aexists_by_name(file->file, object, name, H5P_DEFAULT) > 0;
}

static bool read_variable(hid_t attribute, size_t n, char **texts)
{
    char **pointers = xcalloc(n, sizeof *pointers);
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Aget_space(attribute);
    hid_t stored = H5Aget_type(attribute);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5Tget_cset(stored));
    bool is_read = H5Aread(attribute, type, pointers) >= 0;
    for (size_t i = 0; i < n && is_read; i++)
        texts[i] = xstrdup(pointers[i] ? pointers[i] : "");
    if (is_read)
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers);
    H5Tclose(stored);
    H5Tclose(type);
    H5Sclose(space);
    free(pointers);
    return is_read;
}

static bool read_fixed(hid_t attribute, hid_t type, size_t n, char **texts)
{
    size_t length = H5Tget_size(type);
    if (length == 0 || length > MOST_FOREIGN_TEXT || n > MOST_FOREIGN_TEXT / length)
        return false;
    char *joined = xcalloc(n, length);
    bool is_read = H5Aread(attribute, type, joined) >= 0;
    for (size_t i = 0; i < n && is_read; i++)
        texts[i] = xstrndup(joined + i * length, length);
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
                      ? read_variable(attribute, (size_t)points, found)
                      : read_fixed(attribute, type, (size_t)points, found);
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

static int read_attribute(struct h5 *file, const char *object, const char *name,
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

int h5_read_foreign_text(struct h5 *file, const char *object, const char *name,
                         char **text)
{
    size_t n = 0;
    char **texts = NULL;
    int rc = check_reach(file, object);
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
int h5_read_foreign_texts(struct h5 *file, const char *object, const char *name,
                          size_t most, size_t *n, char ***texts)
{
    int rc = check_reach(file, object);
    if (rc || h5_has_attribute(file, object, name))
        return rc ? rc : read_attribute(file, object, name, most, n, texts);
    char **all = NULL, piece[64];
    size_t n_all = 0;
    for (int k = 0; !rc; k++) {
        size_t n_more = 0;
        char **more = NULL;
        snprintf(piece, sizeof piece, "%s%d", name, k);
        if (k > 0 && !h5_has_attribute(file, object, piece))
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

/* Arrays. */

/* Whether the file itself has the numbers; asked before all else, since HDF5 opens the
 * files of a virtual data set for its shape. */
static bool is_own(hid_t set, H5D_layout_t *layout)
{
    hid_t creation = H5Dget_create_plist(set);
    *layout = H5Pget_layout(creation);
    bool is =
        (*layout == H5D_CONTIGUOUS || *layout == H5D_CHUNKED || *layout == H5D_COMPACT) &&
        H5Pget_external_count(creation) == 0;
    H5Pclose(creation);
    return is;
}

/* What the file itself can hold of so many numbers, packed or not. */
static bool is_plausible(hid_t set, H5D_layout_t layout, hid_t type, size_t n)
{
    enum { MOST_PACKED = 2048 }; /* deflate makes 1032 bytes of one at most */
    hsize_t stored = H5Dget_storage_size(set);
    size_t n_bytes = n * H5Tget_size(type);
    return layout == H5D_CHUNKED ? n_bytes / MOST_PACKED <= stored && stored > 0
                                 : n_bytes <= stored;
}

static bool is_number(hid_t type)
{
    H5T_class_t class = H5Tget_class(type);
    return (class == H5T_FLOAT || class == H5T_INTEGER) && H5Tget_size(type) <= 8;
}

static int read_open_array(struct h5 *file, const char *path, hid_t set, size_t most,
                           int *n_dims, size_t shape[H5_MAX_DIMS], float **values)
{
    H5D_layout_t layout = H5D_LAYOUT_ERROR;
    if (!is_own(set, &layout))
        return fail(ERR_FORMAT,
                    "%s: the numbers of %s stand in another file, which is not read",
                    file->path, path);
    hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    hsize_t dims[H5_MAX_DIMS] = {1, 1};
    int n = H5Sget_simple_extent_ndims(space), rc = OK;
    if (!is_number(type) || n < 0 || n > H5_MAX_DIMS ||
        H5Sget_simple_extent_type(space) == H5S_NULL) {
        n = H5_MAX_DIMS + 1;
        dims[0] = dims[1] = 0;
    } else if (H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        rc = fail(ERR_FORMAT, "%s: %s has no shape that can be read", file->path, path);
    }
    if (!rc && (dims[0] > most || (dims[0] && dims[1] > most / dims[0])))
        rc = fail(ERR_FORMAT,
                  "%s: %s has %llu x %llu numbers, expected at most %zu in all",
                  file->path, path, (unsigned long long)dims[0],
                  (unsigned long long)dims[1], most);
    if (!rc && n <= H5_MAX_DIMS &&
        !is_plausible(set, layout, type, (size_t)(dims[0] * dims[1])))
        rc = fail(ERR_FORMAT,
                  "%s: %s says that it has %llu x %llu numbers, which do not stand in "
                  "the file",
                  file->path, path, (unsigned long long)dims[0],
                  (unsigned long long)dims[1]);
    if (!rc) {
        float *found = xcalloc((size_t)(dims[0] * dims[1]), sizeof *found);
        if (n <= H5_MAX_DIMS &&
            H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) < 0) {
            free(found);
            rc = fail(ERR_FORMAT, "%s: %s cannot be read", file->path, path);
        } else {
            *values = found;
            *n_dims = n;
            shape[0] = (size_t)dims[0];
            shape[1] = (size_t)dims[1];
        }
    }
    H5Sclose(space);
    H5Tclose(type);
    return rc;
}

int h5_read_foreign_array(struct h5 *file, const char *path, size_t most, int *n_dims,
                          size_t shape[H5_MAX_DIMS], float **values)
{
    int rc = check_reach(file, path);
    if (rc)
        return rc;
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (set < 0)
        return fail(ERR_FORMAT, "%s: %s is not an array", file->path, path);
    rc = read_open_array(file, path, set, most, n_dims, shape, values);
    H5Dclose(set);
    return rc;
}
