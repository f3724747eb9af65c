/* Arrays: whether all that they claim is stored, and their values. */
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the values; false where no file holds as many. */
static bool count_bytes(const struct h5_array *array, uint64_t *n)
{
    static const uint64_t most = (uint64_t)1 << 60;
    const uint64_t *shape = array->space.shape;
    uint64_t bytes = array->type.bytes;

    *n = 0;
    if (shape[0] == 0 || shape[1] == 0)
        return true;
    if (shape[0] > most / shape[1] || bytes > most / (shape[0] * shape[1]))
        return false;
    *n = shape[0] * shape[1] * bytes;
    return true;
}

static int check_stored(struct h5_array *array)
{
    const struct h5_storage *storage = &array->storage;
    uint64_t needed = 0;
    bool is_right = count_bytes(array, &needed);
    array->row_bytes = is_right ? array->space.shape[1] * array->type.bytes : 0;
    array->n_stored = needed;

    if (is_right && storage->layout == H5_CHUNKED)
        return h5_index_read(array);
    if (is_right && storage->layout == H5_CONTIGUOUS && needed > 0)
        is_right = storage->at <= array->file->n && needed <= storage->n &&
                   needed <= array->file->n - storage->at;
    if (is_right && storage->layout == H5_COMPACT)
        is_right = needed <= storage->compact.left;

    return is_right ? OK
                    : h5_damaged(array->file, array->name,
                                 "it says that it has more values than are stored");
}

/* What its header says. */
static int decode(struct h5_array *array)
{
    const struct h5 *file = array->file;
    const char *name = array->name;
    struct h5_cursor space, type;

    if (!h5_header_find(&array->header, H5_DATASPACE, &space) ||
        !h5_header_find(&array->header, H5_DATATYPE, &type))
        return fail(ERR_FORMAT, "%s: %s is not an array", file->path, name);

    int rc = h5_decode_type(file, name, type, &array->type);
    if (!rc)
        rc = h5_decode_space(file, name, space, &array->space);
    if (!rc)
        rc = h5_decode_storage(&array->header, &array->storage);
    if (rc)
        return rc;

    if (array->type.class == H5_OTHER_CLASS)
        return h5_other_type(file, name, &array->type);
    if (array->space.n_dims < 1 || array->space.n_dims > H5_MAX_RANK)
        return fail(ERR_FORMAT, "%s: %s has not 1 to 3 dimensions", file->path, name);
    if (array->space.n_dims > H5_MAX_DIMS && array->storage.layout == H5_CHUNKED)
        return h5_not_ours(file, name, "has chunks in three dimensions");
    return check_stored(array);
}

int h5_array_open(const struct h5 *file, const char *path, struct h5_array *array)
{
    *array = (struct h5_array){.file = file, .name = path};
    int rc = h5_header_open(file, path, &array->header);
    return rc ? rc : decode(array);
}

void h5_array_release(struct h5_array *array)
{
    h5_header_release(&array->header);
    free(array->chunks);
    *array = (struct h5_array){0};
}

/* Of each chunk the rows that are wanted. */
static int read_chunks(const struct h5_array *array, uint64_t first, uint64_t n,
                       char *data)
{
    struct h5_chunks *chunks = h5_chunks_new(array);
    uint64_t per_chunk = array->storage.chunk[0], row_bytes = array->row_bytes;
    int rc = OK;

    while (n > 0 && !rc) {
        const void *values = NULL;
        uint64_t skipped = first % per_chunk, here = per_chunk - skipped;
        here = here < n ? here : n;

        rc = h5_chunks_read(chunks, (size_t)(first / per_chunk), &values);
        if (!rc)
            memcpy(data, (const char *)values + skipped * row_bytes, here * row_bytes);
        data += here * row_bytes;
        first += here;
        n -= here;
    }

    h5_chunks_close(chunks);
    return rc;
}

int h5_array_read(const struct h5_array *array, uint64_t first, uint64_t n, void *data)
{
    const struct h5_storage *storage = &array->storage;
    uint64_t from = first * array->row_bytes, n_bytes = n * array->row_bytes;

    if (n_bytes == 0)
        return OK;
    if (storage->layout == H5_CHUNKED)
        return read_chunks(array, first, n, data);
    if (storage->layout == H5_CONTIGUOUS)
        return h5_copy(array->file, array->name, storage->at + from, (size_t)n_bytes,
                       data);
    memcpy(data, storage->compact.at + from, (size_t)n_bytes);
    return OK;
}
