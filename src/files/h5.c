/* HDF5 as a whole, its types, and files opened and closed. */
#include "files/h5_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file.h"

hid_t h5_memory_type(enum h5_type type)
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

hid_t h5_file_type(enum h5_type type)
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

size_t h5_type_bytes(enum h5_type type)
{
    static const size_t bytes[H5_N_TYPES] = {1, 2, 4, 4};
    return bytes[type];
}

void h5_shape_text(int n_dims, const size_t *shape, char *text, size_t n)
{
    if (n_dims == 2)
        snprintf(text, n, "(%zu, %zu)", shape[0], shape[1]);
    else
        snprintf(text, n, "(%zu)", shape[0]);
}

/* Whether HDF5 belongs to the program around: then it may end as that wants. */
static bool is_guest;

void h5_start(void)
{
    if (!is_guest)
        H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void h5_enter(struct h5_manners *manners)
{
    is_guest = true;
    H5Eget_auto2(H5E_DEFAULT, (H5E_auto2_t *)&manners->print, &manners->data);
}

void h5_leave(const struct h5_manners *manners)
{
    H5Eset_auto2(H5E_DEFAULT, (H5E_auto2_t)manners->print, manners->data);
}

hid_t h5_image_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, (size_t)1 << 20, false); /* grows by 1 MiB; never on disk */
    return access;
}

void h5_image_name(const struct h5 *file, char name[32])
{
    snprintf(name, 32, "%p", (const void *)file);
}

static const char magic[8] = "\x89HDF\r\n\x1a\n";

bool h5_is_one(const char *bytes, size_t n)
{
    return n >= sizeof magic && !memcmp(bytes, magic, sizeof magic);
}

static int not_hdf5(const char *path)
{
    return fail(ERR_FORMAT, "%s: not an HDF5 file (its first 8 bytes say so)", path);
}

/* Takes over the access properties. */
static int open_file(const char *path, struct h5 *opened, const char *name, hid_t access,
                     struct h5 **file)
{
    opened->file = H5Fopen(name, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    if (opened->file < 0) {
        free(opened);
        return fail(ERR_FORMAT,
                    "%s: HDF5 cannot open it: it is damaged, or was cut short", path);
    }

    opened->path = xstrdup(path);
    *file = opened;
    return OK;
}

int h5_open_image(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    struct h5 *opened = xcalloc(1, sizeof *opened);
    char name[32];

    if (h5_is_open_elsewhere(bytes, n)) {
        free(opened);
        return fail(ERR_FORMAT,
                    "%s: another program has it open for writing, or ended before it "
                    "closed it: close it there, or, if none has it, `h5clear -s %s`",
                    path, path);
    }

    h5_image_name(opened, name);
    h5_start();
    hid_t access = h5_image_access();
    H5Pset_file_image(access, (void *)(uintptr_t)bytes, n); /* HDF5 copies it */
    return open_file(path, opened, name, access, file);
}

/* The seal guards HDF5's parser, which trusts what it reads. */
int h5_open_bytes(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    enum h5_ending ending = H5_SEALED;
    if (!h5_is_one(bytes, n))
        return not_hdf5(path);

    int rc = h5_find_ending(path, bytes, n, &ending);
    if (!rc && ending == H5_UNSEALED)
        rc = h5_refuse_unsealed(path);
    if (!rc)
        rc = file_check_seal(path, bytes, n);
    return rc ? rc : h5_open_image(path, bytes, n - FILE_TRAILER_BYTES, file);
}

int h5_open(const char *path, struct h5 **file)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = file_read(path, &bytes, &n);
    if (!rc)
        rc = h5_open_bytes(path, bytes, n, file);
    free(bytes);
    return rc;
}

/* HDF5 opens the file that was checked, whatever has taken its name since. */
int h5_open_on_disk(const char *path, bool check, unsigned char digest[FILE_DIGEST_BYTES],
                    struct h5 **file)
{
    int fd = -1;
    size_t size = 0;
    enum h5_ending ending = H5_SEALED;
    char first[sizeof magic], name[32];

    int rc = file_open(path, &fd, &size);
    if (rc)
        return rc;

    if (pread(fd, first, sizeof first, 0) != sizeof first ||
        memcmp(first, magic, sizeof magic))
        rc = not_hdf5(path);
    if (!rc)
        rc = h5_find_ending_on_disk(path, fd, size, &ending);
    if (!rc && ending == H5_UNSEALED)
        rc = h5_refuse_unsealed(path);
    if (!rc)
        rc = file_read_seal(fd, path, size, check, digest);

    if (!rc) {
        h5_start();
        hid_t access = H5Pcreate(H5P_FILE_ACCESS);
        H5Pset_file_locking(access, false, true); /* some file systems have none */
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        rc = open_file(path, xcalloc(1, sizeof **file), name, access, file);
    }

    close(fd);
    return rc;
}

void h5_close(struct h5 *file)
{
    if (!file)
        return;

    H5Fclose(file->file);
    if (file->temporary)
        remove(file->temporary); /* it was not saved */
    h5_packer_free(file->packer);
    free(file->temporary);
    free(file->path);
    free(file);
}

const char *h5_path(const struct h5 *file)
{
    return file->path;
}
