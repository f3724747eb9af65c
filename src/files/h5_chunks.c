/* Packed chunks, unpacked without HDF5's filters: see h5_pack, which is their reverse. */
#include "files/h5_private.h"

#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

enum { MOST_CHUNK = 256 << 20 }; /* bytes */

struct h5_chunks {
    hid_t set;
    char *name; /* of file and array, for messages */
    size_t size, columns, chunk_rows;
    bool is_foreign, is_packed; /* if not, HDF5 reads it */
    size_t rows;                /* of the whole array */
    hid_t memory;               /* the type of its values here */
    struct libdeflate_decompressor *inflate;
    size_t packed_room;
    char *packed, *sorted, *values;
};

bool h5_has_threads(void)
{
    hbool_t has = false;
    return H5is_library_threadsafe(&has) >= 0 && has;
}

/* Chunked by whole rows, bytes sorted, deflated, and nothing else. */
static bool is_packed(hid_t found, hid_t expected, hid_t create, struct h5_chunks *chunks)
{
    hsize_t dims[H5_MAX_DIMS] = {0};
    static const H5Z_filter_t filters[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE};

    if (H5Tequal(found, expected) <= 0 || H5Pget_layout(create) != H5D_CHUNKED ||
        H5Pget_chunk(create, 2, dims) != 2 || dims[1] != chunks->columns ||
        H5Pget_nfilters(create) != COUNT_OF(filters))
        return false;

    for (unsigned i = 0; i < COUNT_OF(filters); i++) {
        size_t n_values = 0;
        unsigned flags = 0;
        if (H5Pget_filter2(create, i, &flags, &n_values, NULL, 0, NULL, NULL) !=
            filters[i])
            return false;
    }

    chunks->chunk_rows = (size_t)dims[0];
    return chunks->chunk_rows > 0 &&
           chunks->chunk_rows <= MOST_CHUNK / chunks->size / chunks->columns;
}

int h5_chunks_open(struct h5 *file, const char *path, enum h5_type type,
                   const size_t shape[2], struct h5_chunks **result)
{
    h5_start();
    int rc = h5_check_array(file, path, type, 2, shape);
    if (rc)
        return rc;

    struct h5_chunks *chunks = xcalloc(1, sizeof *chunks);
    chunks->set = H5Dopen2(file->file, path, H5P_DEFAULT);
    chunks->name = xasprintf("%s: %s", file->path, path);
    chunks->size = h5_type_bytes(type);
    chunks->is_foreign = file->is_foreign;
    chunks->memory = h5_memory_type(type);
    chunks->rows = shape[0];
    chunks->columns = shape[1];

    hid_t found = H5Dget_type(chunks->set), create = H5Dget_create_plist(chunks->set);
    chunks->is_packed = is_packed(found, h5_file_type(type), create, chunks);
    if (!chunks->is_packed)
        chunks->chunk_rows = h5_chunk_rows(type, 2, shape);
    H5Tclose(found);
    H5Pclose(create);

    if (!chunks->is_packed && !file->is_foreign) {
        rc = fail(ERR_FORMAT,
                  "%s is not stored in chunks of rows, shuffled and deflated: make the "
                  "file again with rnnprep",
                  chunks->name);
        h5_chunks_close(chunks);
        return rc;
    }

    size_t n = chunks->chunk_rows * chunks->columns * chunks->size;
    chunks->inflate = libdeflate_alloc_decompressor();
    if (!chunks->inflate)
        die("out of memory: a decompressor");
    chunks->sorted = xcalloc(n, 1);
    chunks->values = xcalloc(n, 1);

    *result = chunks;
    return OK;
}

void h5_chunks_close(struct h5_chunks *chunks)
{
    if (!chunks)
        return;
    H5Dclose(chunks->set);
    libdeflate_free_decompressor(chunks->inflate);
    free(chunks->name);
    free(chunks->packed);
    free(chunks->sorted);
    free(chunks->values);
    free(chunks);
}

size_t h5_chunks_rows(const struct h5_chunks *chunks)
{
    return chunks->chunk_rows;
}

/* HDF5's own errors are a thread's, and would be lost with it. */
static int unread(const struct h5_chunks *chunks, size_t k)
{
    H5Eclear2(H5E_DEFAULT);
    return fail(ERR_IO, "%s: rows from %zu on cannot be read: does the device fail?",
                chunks->name, k * chunks->chunk_rows);
}

static int damaged(const struct h5_chunks *chunks, size_t k)
{
    H5Eclear2(H5E_DEFAULT);
    return fail(ERR_FORMAT,
                "%s: rows from %zu on cannot be unpacked: the file has changed since it "
                "was opened, or is damaged; copy or make it again",
                chunks->name, k * chunks->chunk_rows);
}

/* Reads chunk k as it is stored, into `packed`. */
static int fetch(struct h5_chunks *chunks, size_t k, size_t *n_packed, uint32_t *skipped)
{
    hsize_t offset[2] = {k * chunks->chunk_rows, 0}, n = 0;
    size_t most = 2 * chunks->chunk_rows * chunks->columns * chunks->size + 1024;

    if (H5Dget_chunk_storage_size(chunks->set, offset, &n) < 0 || n == 0 || n > most)
        return damaged(chunks, k);

    if (n > chunks->packed_room) {
        chunks->packed = xrealloc(chunks->packed, (size_t)n, 1);
        chunks->packed_room = (size_t)n;
    }

    if (H5Dread_chunk(chunks->set, H5P_DEFAULT, offset, skipped, chunks->packed) < 0)
        return unread(chunks, k);
    *n_packed = (size_t)n;
    return OK;
}

/* Plane p of `sorted` has byte p of each of n values. */
static inline void merge(size_t size, size_t n, const char *sorted, char *values)
{
    for (size_t i = 0; i < n; i++)
        for (size_t place = 0; place < size; place++)
            values[i * size + place] = sorted[place * n + i];
}

/* Chunk k of an array that is not packed as ours are, by HDF5's own means. */
static int read_plainly(struct h5_chunks *chunks, size_t k)
{
    size_t first = k * chunks->chunk_rows, left = chunks->rows - first;
    hsize_t start[2] = {first, 0};
    hsize_t count[2] = {left < chunks->chunk_rows ? left : chunks->chunk_rows,
                        chunks->columns};
    hid_t wanted = H5Dget_space(chunks->set), memory = H5Screate_simple(2, count, NULL);

    herr_t status = H5Sselect_hyperslab(wanted, H5S_SELECT_SET, start, NULL, count, NULL);
    if (status >= 0)
        status = H5Dread(chunks->set, chunks->memory, memory, wanted, H5P_DEFAULT,
                         chunks->values);

    H5Sclose(wanted);
    H5Sclose(memory);
    return status < 0 ? damaged(chunks, k) : OK;
}

static int read_packed(struct h5_chunks *chunks, size_t k)
{
    size_t n = chunks->chunk_rows * chunks->columns, n_packed = 0;
    uint32_t skipped = 0; /* filters */

    int rc = fetch(chunks, k, &n_packed, &skipped);
    if (rc)
        return rc;

    if (skipped && chunks->is_foreign)
        return read_plainly(chunks, k);
    if (skipped || libdeflate_zlib_decompress(chunks->inflate, chunks->packed, n_packed,
                                              chunks->sorted, n * chunks->size,
                                              NULL) != LIBDEFLATE_SUCCESS)
        return damaged(chunks, k);

    /* a size that the compiler knows becomes vectors */
    if (chunks->size == 2)
        merge(2, n, chunks->sorted, chunks->values);
    else
        merge(chunks->size, n, chunks->sorted, chunks->values);
    return OK;
}

int h5_chunks_read(struct h5_chunks *chunks, size_t k, const void **values)
{
    h5_start();
    int rc = chunks->is_packed ? read_packed(chunks, k) : read_plainly(chunks, k);
    if (!rc)
        *values = chunks->values;
    return rc;
}
