/* New files, and how they end: as bytes, or at their place. */
#include "files/h5_library.h"

#include <stdio.h>
#include <stdlib.h>

#include "files/file.h"

hid_t h5_create_file(const char *name, hid_t access)
{
    hid_t create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(create, false);
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, create, access);
    H5Pclose(create);
    H5Pclose(access);
    return file;
}

struct h5_writer *h5_create(void)
{
    struct h5_writer *file = xcalloc(1, sizeof *file);
    char name[32];

    h5_image_name(file, name);
    h5_start();
    file->file = h5_create_file(name, h5_image_access());
    if (file->file < 0)
        die("HDF5 cannot create a file in memory");
    return file;
}

/* Takes the target over. */
static int create_at(const char *path, struct file_target *target,
                     struct h5_writer **result)
{
    char name[32];
    struct h5_writer *file = xcalloc(1, sizeof *file);
    file->target = target;
    file->path = xstrdup(path);

    h5_start();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true); /* it is locked already */
    snprintf(name, sizeof name, "/proc/self/fd/%d", file_target_fd(target));
    file->file = h5_create_file(name, access);
    if (file->file < 0) {
        h5_discard(file);
        return fail(ERR_IO, "%s: HDF5 cannot create it", path);
    }

    *result = file;
    return OK;
}

int h5_create_on_disk(const char *path, struct h5_writer **result)
{
    struct file_target *target = NULL;
    int rc = file_begin(path, &target);

    return rc ? rc : create_at(path, target, result);
}

int h5_create_on_disk_in(const struct directory *directory, const char *name,
                         struct h5_writer **result)
{
    struct file_target *target = NULL;
    int rc = file_begin_in(directory, name, &target);
    if (rc)
        return rc;

    char *path = directory_path(directory, name);
    rc = create_at(path, target, result);
    free(path);
    return rc;
}

void h5_discard(struct h5_writer *file)
{
    if (!file)
        return;

    if (file->file >= 0)
        H5Fclose(file->file);
    file_end(file->target);
    h5_packer_free(file->packer);
    free(file->path);
    free(file);
}

/* The finished image with room for its trailer, or NULL; n is without that. */
static char *finished_image(struct h5_writer *file, size_t *n)
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

int h5_image_unsealed(struct h5_writer *file, char **bytes, size_t *n)
{
    char *image = finished_image(file, n);
    h5_discard(file);
    if (!image)
        return fail(ERR_INTERNAL, "HDF5 could not build a file in memory");
    *bytes = image;
    return OK;
}

int h5_image(struct h5_writer *file, char **bytes, size_t *n)
{
    int rc = h5_image_unsealed(file, bytes, n);
    if (!rc) {
        file_seal(*bytes, *n);
        *n += FILE_TRAILER_BYTES;
    }
    return rc;
}

/* All that was written is the target's. */
static int close_content(struct h5_writer *file)
{
    bool closed = H5Fclose(file->file) >= 0;
    file->file = -1;

    return closed && !file->failed
               ? OK
               : fail(ERR_IO,
                      "%s: cannot write: HDF5 failed: is there room on the device, and "
                      "no limit of a file's size (ulimit -f)?",
                      file->path);
}

int h5_finish(struct h5_writer *file)
{
    int rc = close_content(file);
    if (!rc)
        rc = file_finish(file->target);
    h5_discard(file);
    return rc;
}

int h5_leave(struct h5_writer *file, struct file_target **target)
{
    int rc = close_content(file);
    if (!rc) {
        *target = file->target;
        file->target = NULL;
    }
    h5_discard(file);
    return rc;
}

int h5_save(struct h5_writer *file, const char *path, bool keep_previous)
{
    char *image = NULL;
    size_t n = 0;
    int rc = h5_image(file, &image, &n);
    if (!rc)
        rc = file_replace(path, image, n, keep_previous);
    free(image);
    return rc;
}
