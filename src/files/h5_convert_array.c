/* Arrays of others in the form of our own. */
#include "files/h5_convert.h"
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_STRINGS = 1 << 20 };

/* An array without values, which nobody can read: it stands for one of a type or shape
 * that no array of ours has. */
static void write_unknown(const struct h5_source *source)
{
    const hsize_t none[H5_MAX_RANK + 1] = {0};
    hid_t space = H5Screate_simple(H5_MAX_RANK + 1, none, NULL);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);

    H5Pset_create_intermediate_group(links, 1);
    hid_t set = H5Dcreate2(source->to->file, source->path, H5T_IEEE_F64LE, space, links,
                           H5P_DEFAULT, H5P_DEFAULT);
    source->to->failed |= set < 0 || H5Dclose(set) < 0;

    H5Pclose(links);
    H5Sclose(space);
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
    else if (class == H5T_INTEGER && !is_unsigned && size == 8)
        *found = H5_INT64;
    else
        return false;
    return true;
}

bool h5_source_strings(const struct h5_source *source, char ***strings)
{
    bool is_variable = H5Tis_variable_str(source->type) > 0;
    char **found = xcalloc(source->n, sizeof *found);
    bool is_read =
        is_variable ? h5_read_variable_strings(source->from, source->n, found)
                    : h5_read_fixed_strings(source->from, source->type, source->n, found);

    if (is_read)
        *strings = found;
    else
        free(found);
    return is_read;
}

static int unreadable(const struct h5_source *source, const char *from)
{
    return fail(ERR_FORMAT, "%s: %s cannot be read", from, source->path);
}

static int copy_strings(const struct h5_source *source, const char *from)
{
    char **strings = NULL;
    if (source->n > MOST_STRINGS || !h5_source_strings(source, &strings))
        return unreadable(source, from);

    h5_write_strings(source->to, source->path, source->n, strings);
    h5_free_texts(source->n, strings);
    return OK;
}

/* Rows first .. first + n - 1 as values of that type. */
static bool read_rows(const struct h5_source *source, enum h5_type type, size_t first,
                      size_t n, void *values)
{
    hsize_t last = source->last ? source->last : 1;
    hsize_t start[H5_MAX_RANK] = {first};
    hsize_t count[H5_MAX_RANK] = {n, source->dims[1] / last, last};
    hid_t wanted = H5Dget_space(source->from);
    hid_t memory = H5Screate_simple(source->n_dims, count, NULL);

    bool is_read =
        H5Sselect_hyperslab(wanted, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
        H5Dread(source->from, h5_memory_type(type), memory, wanted, H5P_DEFAULT,
                values) >= 0;
    H5Sclose(wanted);
    H5Sclose(memory);
    return is_read;
}

/* Whether the chunks are as large, and as packed, as ours would be. */
static bool is_packed_as_ours(const struct h5_source *source, enum h5_type type,
                              size_t chunk_rows)
{
    static const H5Z_filter_t filters[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE};
    hsize_t dims[H5_MAX_DIMS] = {0, 1};
    hid_t create = H5Dget_create_plist(source->from);
    bool is_ours = H5Tequal(source->type, h5_file_type(type)) > 0 &&
                   H5Pget_layout(create) == H5D_CHUNKED &&
                   H5Pget_chunk(create, H5_MAX_DIMS, dims) == source->n_dims &&
                   dims[0] == chunk_rows && dims[1] == source->dims[1] &&
                   H5Pget_nfilters(create) == COUNT_OF(filters);

    for (unsigned i = 0; i < COUNT_OF(filters) && is_ours; i++) {
        size_t n_values = 0;
        unsigned flags = 0;
        is_ours = H5Pget_filter2(create, i, &flags, &n_values, NULL, 0, NULL, NULL) ==
                  filters[i];
    }
    H5Pclose(create);
    return is_ours;
}

/* Copies a chunk as it is stored; who reads it unpacks it. */
static bool copy_chunk(const struct h5_source *source, size_t first, size_t most)
{
    hsize_t offset[H5_MAX_DIMS] = {first, 0}, n = 0;
    uint32_t skipped = 0; /* filters */
    if (H5Dget_chunk_storage_size(source->from, offset, &n) < 0 || n == 0 || n > most)
        return false;

    char *packed = xcalloc((size_t)n, 1);
    bool is_read =
        H5Dread_chunk(source->from, H5P_DEFAULT, offset, &skipped, packed) >= 0 &&
        !skipped;
    if (is_read)
        h5_write_chunk(source->to, source->path, first, packed, (size_t)n);
    free(packed);
    return is_read;
}

/* Larger ones would be unpacked anew for every row. */
static int check_chunks(const struct h5_source *source, const char *from)
{
    hsize_t dims[H5_MAX_DIMS] = {0, 1};
    hid_t create = H5Dget_create_plist(source->from);
    bool is_chunked = H5Pget_layout(create) == H5D_CHUNKED &&
                      H5Pget_chunk(create, H5_MAX_DIMS, dims) > 0;
    H5Pclose(create);

    size_t most = H5_MOST_CHUNK / H5Tget_size(source->type);
    if (!is_chunked || (dims[0] <= most && dims[1] <= most / dims[0]))
        return OK;
    return fail(ERR_FORMAT,
                "%s: %s stands in chunks of %llu x %llu values, more than %zu MiB: "
                "h5repack makes smaller ones",
                from, source->path, (unsigned long long)dims[0],
                (unsigned long long)dims[1], H5_MOST_CHUNK >> 20);
}

/* Ids and labels are packed, as data sets have them. */
static int copy_numbers(const struct h5_source *source, const char *from,
                        enum h5_type type)
{
    const size_t shape[H5_MAX_DIMS] = {(size_t)source->dims[0], (size_t)source->dims[1]};
    size_t rows = h5_chunk_rows(type, source->n_dims, shape), n_packed = 0;
    size_t n_bytes = rows * shape[1] * h5_type_bytes(type);
    bool is_ours = is_packed_as_ours(source, type, rows);
    struct h5_packer *packer = h5_packer_new();
    char *values = xcalloc(n_bytes, 1);
    int rc = OK;

    h5_make_chunked(source->to, source->path, type, source->n_dims, shape);
    for (size_t first = 0; first < shape[0] && !rc; first += rows) {
        size_t left = shape[0] - first, n = left < rows ? left : rows;
        if (is_ours && copy_chunk(source, first, 2 * n_bytes + 1024))
            continue;

        memset(values, 0, n_bytes);
        if (!read_rows(source, type, first, n, values))
            rc = unreadable(source, from);
        const void *packed = h5_pack(packer, type, rows * shape[1], values, &n_packed);
        h5_write_chunk(source->to, source->path, first, packed, n_packed);
    }

    h5_packer_free(packer);
    free(values);
    return rc;
}

/* Floats do not pack, so they are not; nor is nothing. */
static int copy_plain(const struct h5_source *source, const char *from, enum h5_type type)
{
    size_t last = source->last ? (size_t)source->last : 1;
    const size_t shape[H5_MAX_RANK] = {(size_t)source->dims[0],
                                       (size_t)source->dims[1] / last, last};
    void *values = xcalloc(source->n, h5_type_bytes(type));
    bool is_read = source->n == 0 || read_rows(source, type, 0, shape[0], values);

    h5_write(source->to, source->path, type, source->n_dims, shape, values, false);
    free(values);
    return is_read ? OK : unreadable(source, from);
}

bool h5_source_measure(struct h5_source *source, hid_t space)
{
    static const hsize_t most = (hsize_t)1 << 40;
    hsize_t found[H5_MAX_RANK] = {1, 1, 1}, *dims = source->dims;

    source->n_dims = H5Sget_simple_extent_ndims(space);
    if (source->n_dims < 0 || source->n_dims > H5_MAX_RANK ||
        H5Sget_simple_extent_type(space) == H5S_NULL ||
        H5Sget_simple_extent_dims(space, found, NULL) < 0)
        return false;
    if (found[2] > most || (found[2] && found[1] > most / found[2]))
        return false;

    dims[0] = found[0];
    dims[1] = found[1] * found[2];
    source->last = found[2];
    if (dims[0] > most || dims[1] > most || (dims[1] && dims[0] > most / dims[1]))
        return false;
    source->n = (size_t)(dims[0] * dims[1]);
    return true;
}

int h5_source_copy(struct h5_source *source, const char *from)
{
    enum h5_type type = H5_UINT8;
    hid_t space = H5Dget_space(source->from);
    bool has_shape = h5_source_measure(source, space);
    bool is_text = H5Tget_class(source->type) == H5T_STRING && source->n_dims == 1;
    bool is_number = recognise(source->type, &type) && source->n_dims >= 1 &&
                     (source->n_dims <= H5_MAX_DIMS || type == H5_FLOAT32);
    H5Sclose(space);

    if (!has_shape || (!is_text && !is_number)) {
        write_unknown(source);
        return OK;
    }

    if (source->n > 0 && !h5_is_plausible(source->from, source->layout, source->n,
                                          H5Tget_size(source->type)))
        return fail(ERR_FORMAT,
                    "%s: %s says that it has %llu x %llu values, which do not stand in "
                    "the file",
                    from, source->path, (unsigned long long)source->dims[0],
                    (unsigned long long)source->dims[1]);

    if (type == H5_UINT8 && is_number && source->n_dims == 1 &&
        h5_text_is_nothing(source->n, H5Dget_storage_size(source->from)))
        return fail(ERR_FORMAT,
                    "%s: %s cannot be read: it is one long repetition, which no text is; "
                    "the file is damaged, or was made to do so: copy or make it again",
                    from, source->path);

    int rc = check_chunks(source, from);
    if (rc)
        return rc;
    if (is_text)
        return copy_strings(source, from);
    return type == H5_FLOAT32 || source->n == 0 ? copy_plain(source, from, type)
                                                : copy_numbers(source, from, type);
}
