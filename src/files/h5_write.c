/* Groups, arrays, texts and attributes written to a new file. */
#include "files/h5_library.h"

#include <stdlib.h>
#include <string.h>

/* Properties that create the groups above an object. */
static hid_t link_properties(void)
{
    hid_t properties = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(properties, 1);
    return properties;
}

void h5_make_group(struct h5_writer *file, const char *path)
{
    hid_t links = link_properties(), create = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(create, false);
    hid_t group = H5Gcreate2(file->file, path, links, create, H5P_DEFAULT);
    file->failed |= group < 0 || H5Gclose(group) < 0;
    H5Pclose(create);
    H5Pclose(links);
}

/* A data set, chunked in `chunk` rows unless that is 0; -1 if that fails. */
static hid_t make_set(struct h5_writer *file, const char *path, hid_t type, int n_dims,
                      const size_t *shape, size_t chunk)
{
    hsize_t dims[H5_MAX_RANK] = {0}, chunk_dims[H5_MAX_RANK] = {0};
    hid_t links = link_properties(), create = H5Pcreate(H5P_DATASET_CREATE);

    for (int i = 0; i < n_dims; i++)
        dims[i] = chunk_dims[i] = shape[i];
    chunk_dims[0] = chunk;
    H5Pset_obj_track_times(create, false);
    H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
    if (chunk) {
        H5Pset_chunk(create, n_dims, chunk_dims);
        H5Pset_shuffle(create);
        H5Pset_deflate(create, H5_DEFLATE_LEVEL);
    }

    hid_t space = H5Screate_simple(n_dims, dims, NULL);
    hid_t set = H5Dcreate2(file->file, path, type, space, links, create, H5P_DEFAULT);
    file->failed |= set < 0;

    H5Sclose(space);
    H5Pclose(create);
    H5Pclose(links);
    return set;
}

static void close_set(struct h5_writer *file, hid_t set)
{
    file->failed |= set >= 0 && H5Dclose(set) < 0;
}

static void write_plain(struct h5_writer *file, const char *path, hid_t type,
                        hid_t memory, int n_dims, const size_t *shape, const void *data)
{
    hid_t set = make_set(file, path, type, n_dims, shape, 0);
    file->failed |=
        set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    close_set(file, set);
}

void h5_make_chunked(struct h5_writer *file, const char *path, enum h5_type type,
                     int n_dims, const size_t *shape)
{
    close_set(file, make_set(file, path, h5_file_type(type), n_dims, shape,
                             h5_chunk_rows(type, n_dims, shape)));
}

static void write_chunk(struct h5_writer *file, hid_t set, size_t first_row,
                        const void *packed, size_t n_packed)
{
    hsize_t offset[H5_MAX_DIMS] = {first_row, 0};
    file->failed |=
        set < 0 || H5Dwrite_chunk(set, H5P_DEFAULT, 0, offset, n_packed, packed) < 0;
}

void h5_write_chunk(struct h5_writer *file, const char *path, size_t first_row,
                    const void *packed, size_t n_packed)
{
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    write_chunk(file, set, first_row, packed, n_packed);
    close_set(file, set);
}

/* The last chunk is stored as a whole one, zeros behind its rows. */
static void write_packed(struct h5_writer *file, const char *path, enum h5_type type,
                         int n_dims, const size_t *shape, const void *data)
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

void h5_write(struct h5_writer *file, const char *path, enum h5_type type, int n_dims,
              const size_t *shape, const void *data, bool compress)
{
    bool empty = shape[0] == 0 || (n_dims == 2 && shape[1] == 0);
    if (compress && !empty)
        write_packed(file, path, type, n_dims, shape, data);
    else
        write_plain(file, path, h5_file_type(type), h5_memory_type(type), n_dims, shape,
                    data);
}

void h5_write_text(struct h5_writer *file, const char *path, const char *text)
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

void h5_write_strings(struct h5_writer *file, const char *path, size_t n,
                      char *const *strings)
{
    size_t length = longest(n, strings);
    char *joined = join_padded(n, strings, length);
    hid_t type = string_type(length);
    write_plain(file, path, type, type, 1, &n, joined);
    H5Tclose(type);
    free(joined);
}

static void write_attribute(struct h5_writer *file, const char *object, const char *name,
                            hid_t type, hid_t space, const void *value)
{
    hid_t attribute = H5Acreate_by_name(file->file, object, name, type, space,
                                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    file->failed |= attribute < 0 || (value && H5Awrite(attribute, type, value) < 0);
    file->failed |= attribute >= 0 && H5Aclose(attribute) < 0;
    H5Sclose(space);
}

void h5_attribute_text(struct h5_writer *file, const char *object, const char *name,
                       const char *text)
{
    hid_t type = string_type(strlen(text));
    write_attribute(file, object, name, type, H5Screate(H5S_SCALAR), text);
    H5Tclose(type);
}

void h5_attribute_texts(struct h5_writer *file, const char *object, const char *name,
                        size_t n, char *const *texts)
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

void h5_attribute_int(struct h5_writer *file, const char *object, const char *name,
                      int64_t value)
{
    write_attribute(file, object, name, H5T_STD_I64LE, H5Screate(H5S_SCALAR), &value);
}
