/* Chunks of arrays, packed: whole rows of about 128 KiB, their bytes sorted by place in
 * the value and deflated, as HDF5's own filters do it; libdeflate takes half the time of
 * zlib, and any thread may do it. */
#include "files/h5_library.h"

#include <stdlib.h>

#include <libdeflate.h>

enum { CHUNK_BYTES = 128 << 10 };

size_t h5_chunk_rows(enum h5_type type, int n_dims, const size_t *shape)
{
    size_t row = h5_type_bytes(type) * (n_dims == 2 ? shape[1] : 1);
    size_t rows = CHUNK_BYTES / row + 1;
    return rows < shape[0] ? rows : shape[0];
}

struct h5_packer {
    struct libdeflate_compressor *deflate;
    char *sorted, *packed;
    size_t sorted_room, packed_room;
};

struct h5_packer *h5_packer_new(void)
{
    struct h5_packer *packer = xcalloc(1, sizeof *packer);
    packer->deflate = libdeflate_alloc_compressor(H5_DEFLATE_LEVEL);
    if (!packer->deflate)
        die("out of memory: a compressor");
    return packer;
}

void h5_packer_free(struct h5_packer *packer)
{
    if (!packer)
        return;
    libdeflate_free_compressor(packer->deflate);
    free(packer->sorted);
    free(packer->packed);
    free(packer);
}

static void make_room(char **buffer, size_t *room, size_t n)
{
    if (*room < n) {
        *room = n;
        *buffer = xrealloc(*buffer, n, 1);
    }
}

/* Byte p of each of n values goes into plane p of `sorted`. */
static inline void sort_bytes(size_t size, size_t n, const char *bytes, char *sorted)
{
    for (size_t i = 0; i < n; i++)
        for (size_t place = 0; place < size; place++)
            sorted[place * n + i] = bytes[i * size + place];
}

const void *h5_pack(struct h5_packer *packer, enum h5_type type, size_t n_values,
                    const void *values, size_t *n_packed)
{
    const char *bytes = values;
    size_t size = h5_type_bytes(type), n = n_values * size;

    if (size > 1) {
        make_room(&packer->sorted, &packer->sorted_room, n);
        if (size == 2) /* a size that the compiler knows becomes vectors */
            sort_bytes(2, n_values, bytes, packer->sorted);
        else if (size == 4)
            sort_bytes(4, n_values, bytes, packer->sorted);
        else
            sort_bytes(size, n_values, bytes, packer->sorted);
        bytes = packer->sorted;
    }

    size_t bound = libdeflate_zlib_compress_bound(packer->deflate, n);
    make_room(&packer->packed, &packer->packed_room, bound);
    *n_packed =
        libdeflate_zlib_compress(packer->deflate, bytes, n, packer->packed, bound);

    if (*n_packed == 0)
        die("libdeflate: %zu bytes do not fit their bound", n);
    return packer->packed;
}
