#include "files/h5_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>

#include "files/file.h"

/* Writing. */

/* A new file by the access properties, which are closed; -1 if that fails. */
static hid_t create_file(const char *name, hid_t access)
{
    hid_t create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(create, false);
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, create, access);
    H5Pclose(create);
    H5Pclose(access);
    return file;
}

struct h5 *h5_create(void)
{
    struct h5 *file = xcalloc(1, sizeof *file);
    char name[32];
    h5_image_name(file, name);
    h5_start();
    file->file = create_file(name, h5_image_access());
    if (file->file < 0)
        die("HDF5 cannot create a file in memory");
    return file;
}

int h5_create_on_disk(const char *path, struct h5 **result)
{
    char *temporary = NULL;
    int rc = file_begin(path, &temporary);
    if (rc)
        return rc;
    struct h5 *file = xcalloc(1, sizeof *file);
    file->temporary = temporary;
    file->path = xstrdup(path);
    h5_start();
    file->file = create_file(temporary, H5Pcreate(H5P_FILE_ACCESS));
    if (file->file < 0) {
        remove(temporary);
        free(file->temporary);
        free(file->path);
        free(file);
        return fail(ERR_IO, "%s: HDF5 cannot create it", path);
    }
    *result = file;
    return OK;
}

/* Properties that create the groups above an object. */
static hid_t link_properties(void)
{
    hid_t properties = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(properties, 1);
    return properties;
}

void h5_make_group(struct h5 *file, const char *path)
{
    hid_t links = link_properties(), create = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(create, false);
    hid_t group = H5Gcreate2(file->file, path, links, create, H5P_DEFAULT);
    file->failed |= group < 0 || H5Gclose(group) < 0;
    H5Pclose(create);
    H5Pclose(links);
}

/* Chunks: whole rows of about 128 KiB, their bytes sorted by place in the value and
 * deflated, as HDF5's own filters do it; libdeflate takes half the time of zlib, and any
 * thread may do it. */

enum { CHUNK_BYTES = 128 << 10, DEFLATE_LEVEL = 1 };

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
    packer->deflate = libdeflate_alloc_compressor(DEFLATE_LEVEL);
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

/* Byte p of each of n values into plane p. */
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
        if (size == 2)
            sort_bytes(2, n_values, bytes, packer->sorted);
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

/* A data set, chunked in `chunk` rows unless that is 0; -1 if that fails. */
static hid_t make_set(struct h5 *file, const char *path, hid_t type, int n_dims,
                      const size_t *shape, size_t chunk)
{
    hsize_t dims[H5_MAX_DIMS] = {shape[0], n_dims == 2 ? shape[1] : 0};
    hsize_t chunk_dims[H5_MAX_DIMS] = {chunk, n_dims == 2 ? shape[1] : 0};
    hid_t links = link_properties(), create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(create, false);
    H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
    if (chunk) {
        H5Pset_chunk(create, n_dims, chunk_dims);
        H5Pset_shuffle(create);
        H5Pset_deflate(create, DEFLATE_LEVEL);
    }
    hid_t space = H5Screate_simple(n_dims, dims, NULL);
    hid_t set = H5Dcreate2(file->file, path, type, space, links, create, H5P_DEFAULT);
    file->failed |= set < 0;
    H5Sclose(space);
    H5Pclose(create);
    H5Pclose(links);
    return set;
}

static void close_set(struct h5 *file, hid_t set)
{
    file->failed |= set >= 0 && H5Dclose(set) < 0;
}

static void write_plain(struct h5 *file, const char *path, hid_t type, hid_t memory,
                        int n_dims, const size_t *shape, const void *data)
{
    hid_t set = make_set(file, path, type, n_dims, shape, 0);
    file->failed |=
        set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    close_set(file, set);
}

void h5_make_chunked(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                     const size_t *shape)
{
    close_set(file, make_set(file, path, h5_file_type(type), n_dims, shape,
                             h5_chunk_rows(type, n_dims, shape)));
}

static void write_chunk(struct h5 *file, hid_t set, size_t first_row, const void *packed,
                        size_t n_packed)
{
    hsize_t offset[H5_MAX_DIMS] = {first_row, 0};
    file->failed |=
        set < 0 || H5Dwrite_chunk(set, H5P_DEFAULT, 0, offset, n_packed, packed) < 0;
}

void h5_write_chunk(struct h5 *file, const char *path, size_t first_row,
                    const void *packed, size_t n_packed)
{
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    write_chunk(file, set, first_row, packed, n_packed);
    close_set(file, set);
}

/* The last chunk is stored as a whole one, zeros behind its rows. */
static void write_packed(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                         const size_t *shape, const void *data)
{
    size_t chunk = h5_chunk_rows(type, n_dims, shape), n_packed = 0;
    size_t columns = n_dims == 2 ? shape[1] : 1, row = columns * h5_type_bytes(type);
    char *last = xcalloc(chunk, row);
    hid_t set = make_set(file, path, h5_file_type(type), n_dims, shape, chunk);
    if (!file->packer)
        file->packer = h5_packer_new();
    for (size_t first = 0; first < shape[0]; first += chunk) {
        const char *values = (const char *)data + first * row;
        if (first + chunk > shape[0])
            values = memcpy(last, values, (shape[0] - first) * row);
        const void *packed =
            h5_pack(file->packer, type, chunk * columns, values, &n_packed);
        write_chunk(file, set, first, packed, n_packed);
    }
    close_set(file, set);
    free(last);
}

void h5_write(struct h5 *file, const char *path, enum h5_type type, int n_dims,
              const size_t *shape, const void *data, bool compress)
{
    bool empty = shape[0] == 0 || (n_dims == 2 && shape[1] == 0);
    if (compress && !empty)
        write_packed(file, path, type, n_dims, shape, data);
    else
        write_plain(file, path, h5_file_type(type), h5_memory_type(type), n_dims, shape,
                    data);
}

void h5_write_text(struct h5 *file, const char *path, const char *text)
{
    size_t n = strlen(text);
    h5_write(file, path, H5_UINT8, 1, &n, text, n > 4096);
}

/* A fixed-length string type; HDF5 has none of length 0. */
static hid_t string_type(size_t length)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length ? length : 1);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

static size_t longest(size_t n, char *const *strings)
{
    size_t length = 1;
    for (size_t i = 0; i < n; i++)
        length = strlen(strings[i]) > length ? strlen(strings[i]) : length;
    return length;
}

/* The strings side by side, each padded with zeros. */
static char *join_padded(size_t n, char *const *strings, size_t length)
{
    char *joined = xcalloc(n, length);
    for (size_t i = 0; i < n; i++)
        memcpy(joined + i * length, strings[i], strlen(strings[i]));
    return joined;
}

void h5_write_strings(struct h5 *file, const char *path, size_t n, char *const *strings)
{
    size_t length = longest(n, strings);
    char *joined = join_padded(n, strings, length);
    hid_t type = string_type(length);
    write_plain(file, path, type, type, 1, &n, joined);
    H5Tclose(type);
    free(joined);
}

static void write_attribute(struct h5 *file, const char *object, const char *name,
                            hid_t type, hid_t space, const void *value)
{
    hid_t attribute = H5Acreate_by_name(file->file, object, name, type, space,
                                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    file->failed |= attribute < 0 || (value && H5Awrite(attribute, type, value) < 0);
    file->failed |= attribute >= 0 && H5Aclose(attribute) < 0;
    H5Sclose(space);
}

void h5_attribute_text(struct h5 *file, const char *object, const char *name,
                       const char *text)
{
    hid_t type = string_type(strlen(text));
    write_attribute(file, object, name, type, H5Screate(H5S_SCALAR), text);
    H5Tclose(type);
}

void h5_attribute_texts(struct h5 *file, const char *object, const char *name, size_t n,
                        char *const *texts)
{
    hsize_t dims = n;
    size_t length = longest(n, texts);
    char *joined = join_padded(n, texts, length);
    hid_t type = string_type(length);
    write_attribute(file, object, name, type, H5Screate_simple(1, &dims, NULL),
                    n ? joined : NULL);
    H5Tclose(type);
    free(joined);
}

void h5_attribute_int(struct h5 *file, const char *object, const char *name,
                      int64_t value)
{
    write_attribute(file, object, name, H5T_STD_I64LE, H5Screate(H5S_SCALAR), &value);
}

/* The finished image with room for its trailer, or NULL; n is without that. */
static char *finished_image(struct h5 *file, size_t *n)
{
    if (file->failed || H5Fflush(file->file, H5F_SCOPE_GLOBAL) < 0)
        return NULL;
    ssize_t size = H5Fget_file_image(file->file, NULL, 0);
    if (size <= 0)
        return NULL;
    char *image = xrealloc(NULL, (size_t)size + FILE_TRAILER_BYTES, 1);
    if (H5Fget_file_image(file->file, image, (size_t)size) != size) {
        free(image);
        return NULL;
    }
    *n = (size_t)size;
    return image;
}

int h5_image_unsealed(struct h5 *file, char **bytes, size_t *n)
{
    char *image = finished_image(file, n);
    h5_close(file);
    if (!image)
        return fail(ERR_INTERNAL, "HDF5 could not build a file in memory");
    *bytes = image;
    return OK;
}

int h5_image(struct h5 *file, char **bytes, size_t *n)
{
    int rc = h5_image_unsealed(file, bytes, n);
    if (!rc) {
        file_seal(*bytes, *n);
        *n += FILE_TRAILER_BYTES;
    }
    return rc;
}

int h5_finish(struct h5 *file)
{
    bool closed = H5Fclose(file->file) >= 0;
    file->file = -1;
    int rc =
        closed && !file->failed
            ? file_finish(file->temporary, file->path)
            : fail(ERR_IO, "%s: cannot write: HDF5 failed: is there room on the device?",
                   file->path);
    if (!rc) {
        free(file->temporary);
        file->temporary = NULL;
    }
    h5_close(file);
    return rc;
}

int h5_save(struct h5 *file, const char *path, bool keep_previous)
{
    char *image = NULL;
    size_t n = 0;
    int rc = h5_image(file, &image, &n);
    if (!rc)
        rc = file_replace(path, image, n, keep_previous);
    free(image);
    return rc;
}
