/* Files that are built in memory of the caller's. */
#include "files/h5_library.h"

#include <stdlib.h>

static void *grow(void *block, size_t n, H5FD_file_image_op_t op, void *given)
{
    struct h5_room *room = given;
    (void)block;
    (void)op;
    room->is_full |= n > room->n;
    return n > room->n ? NULL : room->bytes;
}

static herr_t leave(void *block, H5FD_file_image_op_t op, void *room)
{
    (void)block;
    (void)op;
    (void)room;
    return 0;
}

static void *share(void *room)
{
    return room;
}

static herr_t leave_room(void *room)
{
    (void)room;
    return 0;
}

struct h5_writer *h5_create_in(struct h5_room *room)
{
    H5FD_file_image_callbacks_t callbacks = {NULL,  NULL,       grow, leave,
                                             share, leave_room, room};
    struct h5_writer *file = xcalloc(1, sizeof *file);
    char name[32];

    h5_image_name(file, name);
    h5_start();
    hid_t access = h5_image_access();
    H5Pset_file_image_callbacks(access, &callbacks);
    file->file = h5_create_file(name, access);
    if (file->file < 0)
        die("HDF5 cannot create a file in memory");
    return file;
}

int h5_finish_in(struct h5_writer *file, const struct h5_room *room, const char *source,
                 size_t *n)
{
    bool is_flushed = !file->failed && H5Fflush(file->file, H5F_SCOPE_GLOBAL) >= 0;
    ssize_t size = is_flushed ? H5Fget_file_image(file->file, NULL, 0) : -1;

    if (room->is_full)
        return fail(ERR_FORMAT,
                    "%s: what it says it has takes more than %zu MiB, which a file of "
                    "its size does not",
                    source, room->n >> 20);
    if (size <= 0)
        return fail(ERR_INTERNAL, "%s: HDF5 could not copy what is in it", source);
    *n = (size_t)size;
    return OK;
}
