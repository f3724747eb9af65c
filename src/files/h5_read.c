/* Arrays and texts of files of our own, as others ask for them. */
#include "files/h5_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 30 }; /* bytes of strings together */
enum { MOST_STRINGS = 1 << 20 };

/* Types of values by our names for them. */
static const struct {
    const char *name;
    enum h5_class class;
    bool is_signed;
    size_t bytes;
} types[] = {
    [H5_UINT8] = {"uint8", H5_WHOLE_NUMBER, false, 1},
    [H5_UINT16] = {"uint16", H5_WHOLE_NUMBER, false, 2},
    [H5_INT32] = {"int32", H5_WHOLE_NUMBER, true, 4},
    [H5_INT64] = {"int64", H5_WHOLE_NUMBER, true, 8},
    [H5_FLOAT32] = {"float32", H5_REAL_NUMBER, false, 4},
};
_Static_assert(COUNT_OF(types) == H5_N_TYPES, "every type is described");

size_t h5_type_bytes(enum h5_type type)
{
    return types[type].bytes;
}

void h5_shape_text(int n_dims, const size_t *shape, char *text, size_t n)
{
    if (n_dims == 3)
        snprintf(text, n, "(%zu, %zu, %zu)", shape[0], shape[1], shape[2]);
    else if (n_dims == 2)
        snprintf(text, n, "(%zu, %zu)", shape[0], shape[1]);
    else
        snprintf(text, n, "(%zu)", shape[0]);
}

static int recognise(const struct h5_array *array, enum h5_type *found)
{
    const struct h5_value_type *type = &array->type;

    for (int i = 0; i < H5_N_TYPES; i++)
        if (type->class == types[i].class && type->bytes == types[i].bytes &&
            (type->class == H5_REAL_NUMBER || type->is_signed == types[i].is_signed)) {
            *found = (enum h5_type)i;
            return OK;
        }
    return h5_other_type(array->file, array->name, type);
}

/* The numbers that the file has, also where the reader takes the last two for one. */
static void shape_of(const struct h5_array *array, size_t shape[H5_MAX_RANK])
{
    size_t last = (size_t)array->space.last;

    shape[0] = (size_t)array->space.shape[0];
    shape[1] = (size_t)array->space.shape[1] / (last ? last : 1);
    shape[2] = last;
}

int h5_shape(struct h5 *file, const char *path, enum h5_type *type, int *n_dims,
             size_t shape[H5_MAX_RANK])
{
    struct h5_array array;
    int rc = h5_array_open(file, path, &array);
    if (!rc)
        rc = recognise(&array, type);
    if (!rc) {
        *n_dims = array.space.n_dims;
        shape_of(&array, shape);
    }
    h5_array_release(&array);
    return rc;
}

static int check_shape(const struct h5_array *array, int n_dims, const size_t *shape)
{
    char has[64], needs[64];
    size_t found[H5_MAX_RANK];

    shape_of(array, found);
    if (array->space.n_dims == n_dims &&
        !memcmp(found, shape, (size_t)n_dims * sizeof *shape))
        return OK;

    h5_shape_text(array->space.n_dims, found, has, sizeof has);
    h5_shape_text(n_dims, shape, needs, sizeof needs);
    return fail(ERR_FORMAT, "%s: %s is %s, expected %s", array->file->path, array->name,
                has, needs);
}

static int check_type(const struct h5_array *array, enum h5_type type)
{
    enum h5_type found = type;
    int rc = recognise(array, &found);
    if (!rc && found != type)
        rc = fail(ERR_FORMAT, "%s: %s is %s, expected %s", array->file->path, array->name,
                  types[found].name, types[type].name);
    return rc;
}

int h5_array_open_as(const struct h5 *file, const char *path, enum h5_type type,
                     int n_dims, const size_t *shape, struct h5_array *array)
{
    int rc = h5_array_open(file, path, array);
    if (!rc)
        rc = check_type(array, type);
    return rc ? rc : check_shape(array, n_dims, shape);
}

int h5_read_rows(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                 const size_t *shape, size_t first, size_t n, void *data)
{
    struct h5_array array;
    int rc = h5_array_open_as(file, path, type, n_dims, shape, &array);
    if (!rc)
        rc = h5_array_read(&array, first, n, data);
    h5_array_release(&array);
    return rc;
}

int h5_read(struct h5 *file, const char *path, enum h5_type type, int n_dims,
            const size_t *shape, void *data)
{
    return h5_read_rows(file, path, type, n_dims, shape, 0, shape[0], data);
}

int h5_check(struct h5 *file, const char *path, enum h5_type type, int n_dims,
             const size_t *shape)
{
    struct h5_array array;
    int rc = h5_array_open_as(file, path, type, n_dims, shape, &array);
    h5_array_release(&array);
    return rc;
}

static int check_text(const struct h5_array *array, size_t most)
{
    size_t n = (size_t)array->space.shape[0];
    int rc = check_type(array, H5_UINT8);
    if (!rc)
        rc = check_shape(array, 1, &n);
    if (!rc && n > most)
        rc = fail(ERR_FORMAT, "%s: %s has %zu bytes, expected at most %zu",
                  array->file->path, array->name, n, most);
    if (!rc && h5_text_is_nothing(n, array->n_stored))
        rc = h5_damaged(array->file, array->name,
                        "it is one long repetition, which no text is");
    return rc;
}

int h5_read_text(struct h5 *file, const char *path, size_t most, char **text)
{
    struct h5_array array;
    char *content = NULL;

    int rc = h5_array_open(file, path, &array);
    if (!rc)
        rc = check_text(&array, most);
    if (!rc) {
        content = xcalloc((size_t)array.space.shape[0] + 1, 1);
        rc = h5_array_read(&array, 0, array.space.shape[0], content);
    }
    h5_array_release(&array);

    if (rc)
        free(content);
    else
        *text = content;
    return rc;
}

/* The strings of an open array, n of them. */
static int read_strings(const struct h5_array *array, size_t n, char ***strings)
{
    size_t length = array->type.bytes;
    if (n > MOST_STRINGS || length > MOST_TEXT || n > MOST_TEXT / length)
        return fail(ERR_FORMAT, "%s: %s has %zu strings of %zu bytes, expected fewer",
                    array->file->path, array->name, n, length);

    char *joined = xcalloc(n, length);
    int rc = h5_array_read(array, 0, n, joined);
    if (!rc) {
        *strings = xcalloc(n, sizeof **strings);
        for (size_t i = 0; i < n; i++)
            (*strings)[i] = xstrndup(joined + i * length, length);
    }
    free(joined);
    return rc;
}

int h5_read_strings(struct h5 *file, const char *path, size_t *n, char ***strings)
{
    struct h5_array array;
    int rc = h5_array_open(file, path, &array);
    if (!rc && (array.type.class != H5_STRING || array.space.n_dims != 1))
        rc = fail(ERR_FORMAT, "%s: %s is not a list of fixed-length strings", file->path,
                  path);

    size_t n_strings = rc ? 0 : (size_t)array.space.shape[0];
    if (!rc)
        rc = read_strings(&array, n_strings, strings);
    if (!rc)
        *n = n_strings;
    h5_array_release(&array);
    return rc;
}

void h5_free_texts(size_t n, char **texts)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}
