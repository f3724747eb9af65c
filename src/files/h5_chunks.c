/* Packed chunks, unpacked: see h5_pack, which is their reverse. */
#include "files/h5_reader.h"

#include <stdlib.h>

#include <libdeflate.h>

struct h5_chunks {
    struct h5_array own;          /* where nobody else has it open */
    const struct h5_array *array; /* that, or another's */
    char *path;                   /* of the array */
    size_t size, n_values;        /* bytes of a value, values of a chunk */
    struct libdeflate_decompressor *inflate;
    size_t packed_room;
    char *packed, *sorted, *values;
    bool has_values; /* `values` is chunk `unpacked` */
    size_t unpacked;
};

/* Gives the chunks their room. */
static void prepare(struct h5_chunks *chunks, const struct h5_array *array)
{
    chunks->array = array;
    chunks->size = array->type.bytes;
    chunks->n_values =
        (size_t)(array->storage.chunk[0] * (array->row_bytes / array->type.bytes));

    chunks->inflate = libdeflate_alloc_decompressor();
    if (!chunks->inflate)
        die("out of memory: a decompressor");
    chunks->sorted = xrealloc(NULL, chunks->n_values, chunks->size);
    chunks->values = xrealloc(NULL, chunks->n_values, chunks->size);
}

struct h5_chunks *h5_chunks_new(const struct h5_array *array)
{
    struct h5_chunks *chunks = xcalloc(1, sizeof *chunks);
    prepare(chunks, array);
    return chunks;
}

int h5_chunks_open(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                   const size_t *shape, struct h5_chunks **result)
{
    struct h5_chunks *chunks = xcalloc(1, sizeof *chunks);
    chunks->path = xstrdup(path);

    int rc = h5_array_open_as(file, chunks->path, type, n_dims, shape, &chunks->own);
    if (!rc && chunks->own.storage.layout != H5_CHUNKED)
        rc = fail(ERR_FORMAT,
                  "%s: %s is not stored in chunks of rows, shuffled and deflated: make "
                  "the file again with rnnprep",
                  file->path, path);

    if (rc) {
        h5_chunks_close(chunks);
        return rc;
    }
    prepare(chunks, &chunks->own);
    *result = chunks;
    return OK;
}

void h5_chunks_close(struct h5_chunks *chunks)
{
    if (!chunks)
        return;
    h5_array_release(&chunks->own);
    if (chunks->inflate)
        libdeflate_free_decompressor(chunks->inflate);
    free(chunks->path);
    free(chunks->packed);
    free(chunks->sorted);
    free(chunks->values);
    free(chunks);
}

size_t h5_chunks_rows(const struct h5_chunks *chunks)
{
    return (size_t)chunks->array->storage.chunk[0];
}

/* Chunk k as it is stored; the file on disk may not be any more what it was. */
static int fetch(struct h5_chunks *chunks, const struct h5_stored *stored)
{
    const struct h5_array *array = chunks->array;

    if (stored->n > chunks->packed_room) {
        chunks->packed = xrealloc(chunks->packed, stored->n, 1);
        chunks->packed_room = stored->n;
    }
    return h5_copy(array->file, array->name, stored->at, stored->n, chunks->packed);
}

/* Plane p of `sorted` has byte p of each of n values. */
static inline void merge(size_t size, size_t n, const char *sorted, char *values)
{
    for (size_t i = 0; i < n; i++)
        for (size_t place = 0; place < size; place++)
            values[i * size + place] = sorted[place * n + i];
}

static void merge_values(struct h5_chunks *chunks)
{
    if (chunks->size == 2) /* a size that the compiler knows becomes vectors */
        merge(2, chunks->n_values, chunks->sorted, chunks->values);
    else if (chunks->size == 4)
        merge(4, chunks->n_values, chunks->sorted, chunks->values);
    else
        merge(chunks->size, chunks->n_values, chunks->sorted, chunks->values);
}

static int damaged(const struct h5_chunks *chunks, size_t k)
{
    return fail(ERR_FORMAT,
                "%s: %s: rows from %zu on cannot be unpacked: the file has changed since "
                "it was opened, or is damaged; copy or make it again",
                chunks->array->file->path, chunks->array->name,
                k * h5_chunks_rows(chunks));
}

int h5_chunks_read(struct h5_chunks *chunks, size_t k, const void **values)
{
    const struct h5_array *array = chunks->array;
    if (k >= array->n_chunks)
        return damaged(chunks, k);
    *values = chunks->values;
    if (chunks->has_values && chunks->unpacked == k)
        return OK;
    chunks->has_values = false;

    const struct h5_stored *stored = &array->chunks[k];
    int rc = fetch(chunks, stored);
    if (rc)
        return rc;
    if (libdeflate_zlib_decompress(chunks->inflate, chunks->packed, stored->n,
                                   chunks->sorted, chunks->n_values * chunks->size,
                                   NULL) != LIBDEFLATE_SUCCESS)
        return damaged(chunks, k);

    merge_values(chunks);
    chunks->has_values = true;
    chunks->unpacked = k;
    return OK;
}
