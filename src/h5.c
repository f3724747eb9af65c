#include "rnntrain/h5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>
#include <nettle/sha2.h>

/* The trailer: magic, length of the image as 8 bytes little-endian, SHA-256 of the image.
 */
enum { TRAILER_MAGIC = 8, TRAILER_BYTES = TRAILER_MAGIC + 8 + SHA256_DIGEST_SIZE };
static const char trailer_magic[TRAILER_MAGIC + 1] = "rnnEND\r\n";

struct h5 {
    hid_t file;
    char *path;  /* NULL while it is being built */
    bool failed; /* a write into memory failed */
};

/* HDF5's identifiers are made at run time: not constants. */
static hid_t memory_type(enum h5_type type)
{
    switch (type) {
    case H5_UINT8:
        return H5T_NATIVE_UINT8;
    case H5_UINT16:
        return H5T_NATIVE_UINT16;
    case H5_INT32:
        return H5T_NATIVE_INT32;
    default:
        return H5T_NATIVE_FLOAT;
    }
}

static hid_t file_type(enum h5_type type)
{
    switch (type) {
    case H5_UINT8:
        return H5T_STD_U8LE;
    case H5_UINT16:
        return H5T_STD_U16LE;
    case H5_INT32:
        return H5T_STD_I32LE;
    default:
        return H5T_IEEE_F32LE;
    }
}

static const char *type_name(enum h5_type type)
{
    static const char *const names[H5_N_TYPES] = {"uint8", "uint16", "int32", "float32"};
    return names[type];
}

void h5_shape_text(int n_dims, const size_t *shape, char *text, size_t n)
{
    if (n_dims == 2)
        snprintf(text, n, "(%zu, %zu)", shape[0], shape[1]);
    else
        snprintf(text, n, "(%zu)", shape[0]);
}

/* The image, on disk. */

static void encode_length(uint64_t length, unsigned char bytes[8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
}

/* The trailer of an image of n bytes. */
static void make_trailer(const void *image, size_t n,
                         unsigned char trailer[TRAILER_BYTES])
{
    struct sha256_ctx sha;
    memcpy(trailer, trailer_magic, TRAILER_MAGIC);
    encode_length(n, trailer + TRAILER_MAGIC);
    sha256_init(&sha);
    sha256_update(&sha, n, image);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, trailer + TRAILER_MAGIC + 8);
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* best.h5 -> best.prev.h5 */
static char *previous_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (!dot || (slash && dot < slash))
        return xasprintf("%s.prev", path);
    return xasprintf("%.*s.prev%s", (int)(dot - path), path, dot);
}

static int sync_directory(const char *path)
{
    char *directory = directory_of(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

/* The old file gets its second name first, so that one valid generation stands at every
 * moment. */
static int keep_generation(const char *path)
{
    char *previous = previous_of(path);
    char *linked = xasprintf("%s.tmp.%ld", previous, (long)getpid());
    int rc = link(path, linked);
    if (rc == 0)
        rc = rename(linked, previous);
    else if (errno == ENOENT)
        rc = 0; /* the first generation */
    free(linked);
    free(previous);
    return rc;
}

/* Creates `temporary`, fills it and makes it durable; -1 and errno on failure. */
static int write_temporary(const char *temporary, const void *bytes, size_t n)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = write_all(fd, bytes, n), saved = errno;
    if (rc == 0) {
        rc = fsync(fd);
        saved = errno;
    }
    if (close(fd) != 0 && rc == 0) {
        rc = -1;
        saved = errno;
    }
    errno = saved;
    return rc;
}

int file_replace(const char *path, const void *bytes, size_t n, bool keep_previous)
{
    char *temporary = xasprintf("%s.tmp.%ld", path, (long)getpid());
    int rc = write_temporary(temporary, bytes, n);
    if (rc == 0 && keep_previous)
        rc = keep_generation(path);
    if (rc == 0)
        rc = rename(temporary, path);
    if (rc == 0)
        rc = sync_directory(path);
    if (rc != 0) {
        int error = errno;
        unlink(temporary);
        rc = fail(ERR_IO,
                  "%s: cannot write %zu bytes: %s; what stood there before is unharmed",
                  path, n, strerror(error));
    }
    free(temporary);
    return rc;
}

/* Writing. */

static void quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static hid_t image_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, (size_t)1 << 20, false); /* grows by 1 MiB; never on disk */
    return access;
}

struct h5 *h5_create(void)
{
    struct h5 *file = xcalloc(1, sizeof *file);
    quiet();
    hid_t access = image_access(), create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(create, false);
    file->file = H5Fcreate("image", H5F_ACC_TRUNC, create, access);
    H5Pclose(create);
    H5Pclose(access);
    if (file->file < 0)
        die("HDF5 cannot create a file in memory");
    return file;
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

/* Chunks of whole rows of about 128 KiB. */
static void set_chunks(hid_t create, int n_dims, const size_t *shape, size_t element)
{
    size_t row = n_dims == 2 ? shape[1] * element : element;
    size_t rows = ((size_t)128 << 10) / (row ? row : 1) + 1;
    hsize_t chunk[H5_MAX_DIMS] = {rows < shape[0] ? rows : shape[0], shape[1]};
    H5Pset_chunk(create, n_dims, chunk);
    H5Pset_shuffle(create);
    H5Pset_deflate(create, 4);
}

static void write_data(struct h5 *file, const char *path, hid_t type, hid_t memory,
                       int n_dims, const size_t *shape, const void *data, bool compress)
{
    hsize_t dims[H5_MAX_DIMS] = {shape[0], n_dims == 2 ? shape[1] : 0};
    size_t padded[H5_MAX_DIMS] = {shape[0], n_dims == 2 ? shape[1] : 1};
    bool empty = shape[0] == 0 || (n_dims == 2 && shape[1] == 0);
    hid_t links = link_properties(), create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(create, false);
    H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
    if (compress && !empty)
        set_chunks(create, n_dims, padded, H5Tget_size(type));
    hid_t space = H5Screate_simple(n_dims, dims, NULL);
    hid_t set = H5Dcreate2(file->file, path, type, space, links, create, H5P_DEFAULT);
    file->failed |=
        set < 0 || H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0;
    file->failed |= set >= 0 && H5Dclose(set) < 0;
    H5Sclose(space);
    H5Pclose(create);
    H5Pclose(links);
}

void h5_write(struct h5 *file, const char *path, enum h5_type type, int n_dims,
              const size_t *shape, const void *data, bool compress)
{
    write_data(file, path, file_type(type), memory_type(type), n_dims, shape, data,
               compress);
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
    write_data(file, path, type, type, 1, &n, joined, false);
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

/* The finished image with its trailer, or NULL. */
static char *finished_image(struct h5 *file, size_t *n)
{
    if (file->failed || H5Fflush(file->file, H5F_SCOPE_GLOBAL) < 0)
        return NULL;
    ssize_t size = H5Fget_file_image(file->file, NULL, 0);
    if (size <= 0)
        return NULL;
    char *image = xrealloc(NULL, (size_t)size + TRAILER_BYTES, 1);
    if (H5Fget_file_image(file->file, image, (size_t)size) != size) {
        free(image);
        return NULL;
    }
    make_trailer(image, (size_t)size, (unsigned char *)image + size);
    *n = (size_t)size + TRAILER_BYTES;
    return image;
}

int h5_save(struct h5 *file, const char *path, bool keep_previous)
{
    size_t n = 0;
    char *image = finished_image(file, &n);
    h5_close(file);
    if (!image)
        return fail(ERR_INTERNAL, "%s: HDF5 could not build the file in memory", path);
    int rc = file_replace(path, image, n, keep_previous);
    free(image);
    return rc;
}

/* Reading. */

static int read_all(int fd, char *bytes, size_t n, const char *path)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = read(fd, bytes + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
        if (got == 0)
            return fail(ERR_IO, "%s: became shorter while it was read", path);
        done += (size_t)got;
    }
    return OK;
}

static int read_file(const char *path, char **bytes, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
    struct stat status;
    int rc = OK;
    char *content = NULL;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        rc = fail(ERR_NO_INPUT, "%s: not a regular file", path);
    if (!rc) {
        content = xrealloc(NULL, (size_t)status.st_size, 1);
        rc = read_all(fd, content, (size_t)status.st_size, path);
    }
    close(fd);
    if (rc) {
        free(content);
        return rc;
    }
    *bytes = content;
    *n = (size_t)status.st_size;
    return OK;
}

/* The trailer guards HDF5's parser, which trusts what it reads. */
static int check_trailer(const char *path, const char *bytes, size_t n)
{
    unsigned char expected[TRAILER_BYTES];
    static const char hdf5_magic[] = "\x89HDF\r\n\x1a\n";
    if (n < sizeof hdf5_magic - 1 || memcmp(bytes, hdf5_magic, sizeof hdf5_magic - 1))
        return fail(ERR_FORMAT, "%s: not an HDF5 file (its first 8 bytes say so)", path);
    const char *trailer = bytes + n - TRAILER_BYTES;
    if (n <= TRAILER_BYTES || memcmp(trailer, trailer_magic, TRAILER_MAGIC))
        return fail(
            ERR_FORMAT,
            "%s: its trailer is missing: the file was cut short, or neither rnnprep "
            "nor rnntrain wrote it; make it again",
            path);
    make_trailer(bytes, n - TRAILER_BYTES, expected);
    if (memcmp(trailer, expected, TRAILER_BYTES))
        return fail(
            ERR_FORMAT,
            "%s: damaged: the SHA-256 of its %zu bytes is not the one in its trailer; "
            "copy or make it again",
            path, n - TRAILER_BYTES);
    return OK;
}

int h5_open(const char *path, struct h5 **file)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = read_file(path, &bytes, &n);
    if (!rc)
        rc = check_trailer(path, bytes, n);
    if (rc) {
        free(bytes);
        return rc;
    }
    quiet();
    hid_t access = image_access();
    H5Pset_file_image(access, bytes, n - TRAILER_BYTES);
    hid_t opened = H5Fopen("image", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    free(bytes);
    if (opened < 0)
        return fail(ERR_FORMAT, "%s: HDF5 cannot open it", path);
    *file = xcalloc(1, sizeof **file);
    (*file)->file = opened;
    (*file)->path = xstrdup(path);
    return OK;
}

void h5_close(struct h5 *file)
{
    if (!file)
        return;
    H5Fclose(file->file);
    free(file->path);
    free(file);
}

const char *h5_path(const struct h5 *file)
{
    return file->path;
}

bool h5_exists(struct h5 *file, const char *path)
{
    char *part = xstrdup(path);
    bool exists = true;
    for (char *c = part + 1; exists; c++)
        if (*c == '/' || !*c) {
            bool end = !*c;
            *c = '\0';
            exists = H5Lexists(file->file, part, H5P_DEFAULT) > 0;
            if (end)
                break;
            *c = '/';
        }
    free(part);
    return exists;
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
    else
        return false;
    return true;
}

/* Dimensions of a dataspace; false where it has none or too many. */
static bool dimensions(hid_t space, int *n_dims, size_t shape[H5_MAX_DIMS])
{
    hsize_t dims[H5_MAX_DIMS] = {0};
    int n = H5Sget_simple_extent_ndims(space);
    if (n < 1 || n > H5_MAX_DIMS || H5Sget_simple_extent_dims(space, dims, NULL) < 0)
        return false;
    *n_dims = n;
    for (int i = 0; i < n; i++)
        shape[i] = (size_t)dims[i];
    return true;
}

int h5_shape(struct h5 *file, const char *path, enum h5_type *type, int *n_dims,
             size_t shape[H5_MAX_DIMS])
{
    if (!h5_exists(file, path))
        return fail(ERR_FORMAT, "%s: %s is missing", file->path, path);
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (set < 0)
        return fail(ERR_FORMAT, "%s: %s is not an array", file->path, path);
    hid_t kind = H5Dget_type(set), space = H5Dget_space(set);
    int rc = OK;
    if (!recognise(kind, type))
        rc =
            fail(ERR_FORMAT, "%s: %s has a type that is not read here", file->path, path);
    else if (!dimensions(space, n_dims, shape))
        rc = fail(ERR_FORMAT, "%s: %s has not 1 or 2 dimensions", file->path, path);
    H5Sclose(space);
    H5Tclose(kind);
    H5Dclose(set);
    return rc;
}

int h5_read(struct h5 *file, const char *path, enum h5_type type, int n_dims,
            const size_t *shape, void *data)
{
    enum h5_type found_type = type;
    size_t found[H5_MAX_DIMS] = {0};
    int found_dims = 0, rc = h5_shape(file, path, &found_type, &found_dims, found);
    if (rc)
        return rc;
    if (found_type != type)
        return fail(ERR_FORMAT, "%s: %s is %s, expected %s", file->path, path,
                    type_name(found_type), type_name(type));
    if (found_dims != n_dims || memcmp(found, shape, (size_t)n_dims * sizeof *shape)) {
        char has[64], needs[64];
        h5_shape_text(found_dims, found, has, sizeof has);
        h5_shape_text(n_dims, shape, needs, sizeof needs);
        return fail(ERR_FORMAT, "%s: %s is %s, expected %s", file->path, path, has,
                    needs);
    }
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    herr_t status = H5Dread(set, memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    if (status < 0)
        return fail(ERR_FORMAT, "%s: %s cannot be read", file->path, path);
    return OK;
}

int h5_read_text(struct h5 *file, const char *path, char **text)
{
    enum h5_type type = H5_UINT8;
    int n_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};
    int rc = h5_shape(file, path, &type, &n_dims, shape);
    if (rc)
        return rc;
    char *content = xcalloc(shape[0] + 1, 1);
    rc = h5_read(file, path, H5_UINT8, 1, shape, content);
    if (rc) {
        free(content);
        return rc;
    }
    *text = content;
    return OK;
}

int h5_read_strings(struct h5 *file, const char *path, size_t *n, char ***strings)
{
    if (!h5_exists(file, path))
        return fail(ERR_FORMAT, "%s: %s is missing", file->path, path);
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    hid_t type = set < 0 ? -1 : H5Dget_type(set),
          space = set < 0 ? -1 : H5Dget_space(set);
    size_t shape[H5_MAX_DIMS] = {0}, length = 0;
    int n_dims = 0, rc = OK;
    char *joined = NULL;
    if (set < 0 || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) ||
        !dimensions(space, &n_dims, shape) || n_dims != 1)
        rc = fail(ERR_FORMAT, "%s: %s is not a list of fixed-length strings", file->path,
                  path);
    if (!rc) {
        length = H5Tget_size(type);
        joined = xcalloc(shape[0], length);
        if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, joined) < 0)
            rc = fail(ERR_FORMAT, "%s: %s cannot be read", file->path, path);
    }
    if (!rc) {
        *n = shape[0];
        *strings = xcalloc(shape[0], sizeof **strings);
        for (size_t i = 0; i < shape[0]; i++)
            (*strings)[i] = xstrndup(joined + i * length, length);
    }
    free(joined);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(set);
    return rc;
}

static hid_t open_attribute(struct h5 *file, const char *object, const char *name)
{
    return H5Aopen_by_name(file->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
}

int h5_read_attribute_text(struct h5 *file, const char *object, const char *name,
                           char **text)
{
    hid_t attribute = open_attribute(file, object, name);
    if (attribute < 0)
        return fail(ERR_FORMAT, "%s: attribute %s of %s is missing", file->path, name,
                    object);
    hid_t type = H5Aget_type(attribute);
    int rc = OK;
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type)) {
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is not a fixed-length string",
                  file->path, name, object);
    } else {
        char *content = xcalloc(H5Tget_size(type) + 1, 1);
        if (H5Aread(attribute, type, content) < 0) {
            free(content);
            rc = fail(ERR_FORMAT, "%s: attribute %s of %s cannot be read", file->path,
                      name, object);
        } else {
            *text = content;
        }
    }
    H5Tclose(type);
    H5Aclose(attribute);
    return rc;
}

int h5_read_attribute_int(struct h5 *file, const char *object, const char *name,
                          int64_t *value)
{
    hid_t attribute = open_attribute(file, object, name);
    if (attribute < 0)
        return fail(ERR_FORMAT, "%s: attribute %s of %s is missing", file->path, name,
                    object);
    int64_t content = 0;
    herr_t status = H5Aread(attribute, H5T_NATIVE_INT64, &content);
    H5Aclose(attribute);
    if (status < 0)
        return fail(ERR_FORMAT, "%s: attribute %s of %s is not a number", file->path,
                    name, object);
    *value = content;
    return OK;
}
