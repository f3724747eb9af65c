/* Files of others: which objects are reached, and by what names. */
#include "files/h5_library.h"

#include <stdlib.h>
#include <string.h>

/* Whether another program has it open for writing, by a mark that HDF5 obeys. */
static bool is_open_elsewhere(const char *bytes, size_t n)
{
    enum { VERSION = 8, FLAGS = 11, WRITING = 1, FLAGS_SINCE = 3 };
    return n > FLAGS && h5_is_one(bytes, n) && bytes[VERSION] == FLAGS_SINCE &&
           (bytes[FLAGS] & WRITING);
}

/* HDF5 copies an image several times, unless it is told how: these lend it the bytes as
 * they are, which are only read. */
static void *lend(size_t n, H5FD_file_image_op_t op, void *bytes)
{
    (void)n;
    (void)op;
    return bytes;
}

static void *keep(void *to, const void *from, size_t n, H5FD_file_image_op_t op,
                  void *bytes)
{
    (void)n;
    (void)op;
    (void)bytes;
    return to == from ? to : NULL;
}

static void *refuse_to_grow(void *block, size_t n, H5FD_file_image_op_t op, void *bytes)
{
    (void)block;
    (void)n;
    (void)op;
    (void)bytes;
    return NULL;
}

static herr_t keep_lent(void *block, H5FD_file_image_op_t op, void *bytes)
{
    (void)block;
    (void)op;
    (void)bytes;
    return 0;
}

static void *share(void *bytes)
{
    return bytes;
}

static herr_t keep_shared(void *bytes)
{
    (void)bytes;
    return 0;
}

enum { CHUNK_SLOTS = 521 }; /* HDF5's own number */

static hid_t open_lent(const struct h5_foreign *file, const char *bytes, size_t n)
{
    void *lent = (void *)(uintptr_t)bytes;
    H5FD_file_image_callbacks_t callbacks = {
        lend, keep, refuse_to_grow, keep_lent, share, keep_shared, lent};
    char name[32];
    hid_t access = h5_image_access();

    h5_image_name(file, name);
    H5Pset_cache(access, 0, CHUNK_SLOTS, H5_MOST_CHUNK, 1);
    H5Pset_file_image_callbacks(access, &callbacks);
    H5Pset_file_image(access, lent, n);
    hid_t opened = H5Fopen(name, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return opened;
}

int h5_open_foreign(const char *path, const char *bytes, size_t n,
                    struct h5_foreign **result)
{
    if (is_open_elsewhere(bytes, n))
        return fail(ERR_FORMAT,
                    "%s: another program has it open for writing, or ended before it "
                    "closed it: close it there, or, if none has it, `h5clear -s %s`",
                    path, path);

    struct h5_foreign *file = xcalloc(1, sizeof *file);
    h5_start();
    H5PLset_loading_state(0); /* no filter from outside is run */
    file->path = xstrdup(path);
    file->file = open_lent(file, bytes, n);

    if (file->file < 0) {
        free(file->path);
        free(file);
        return fail(
            ERR_FORMAT,
            "%s: HDF5 cannot open it: it is damaged, or was cut short; copy or make "
            "it again",
            path);
    }
    *result = file;
    return OK;
}

void h5_close_foreign(struct h5_foreign *file)
{
    if (!file)
        return;
    H5Fclose(file->file);
    free(file->path);
    free(file);
}

const char *h5_foreign_path(const struct h5_foreign *file)
{
    return file->path;
}

bool h5_reaches(struct h5_foreign *file, const char *path)
{
    char *part = xstrdup(path);
    bool reaches = true;

    for (char *c = part + 1; reaches && c[-1]; c++) {
        if (*c != '/' && *c)
            continue;

        char end = *c;
        H5L_info_t info;

        *c = '\0';
        reaches = H5Lexists(file->file, part, H5P_DEFAULT) > 0 &&
                  H5Lget_info(file->file, part, &info, H5P_DEFAULT) >= 0 &&
                  info.type == H5L_TYPE_HARD;
        *c = end;
        if (!end)
            break;
    }

    free(part);
    return reaches;
}

int h5_check_reach(struct h5_foreign *file, const char *path)
{
    if (!strcmp(path, "/") || h5_reaches(file, path))
        return OK;
    return fail(ERR_FORMAT,
                "%s: %s is missing, or a link that leads out of the file or nowhere",
                file->path, path);
}

int h5_list(struct h5_foreign *file, const char *path, size_t most, size_t *n,
            char ***names)
{
    int rc = h5_check_reach(file, path);
    if (rc)
        return rc;

    hid_t group = H5Gopen2(file->file, path, H5P_DEFAULT);
    H5G_info_t info = {.nlinks = 0};
    if (group < 0 || H5Gget_info(group, &info) < 0 || info.nlinks > most) {
        H5Gclose(group);
        return fail(ERR_FORMAT,
                    "%s: %s is no group of at most %zu objects: no model that can be "
                    "read here has more",
                    file->path, path, most);
    }

    char **found = xcalloc(info.nlinks, sizeof *found);
    size_t n_found = 0;
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[256] = "";
        ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                            name, sizeof name, H5P_DEFAULT);
        if (length > 0 && (size_t)length < sizeof name)
            found[n_found++] = xstrdup(name);
    }

    H5Gclose(group);
    *n = n_found;
    *names = found;
    return OK;
}

bool h5_is_array(struct h5_foreign *file, const char *path)
{
    if (!h5_reaches(file, path))
        return false;

    hid_t object = H5Oopen(file->file, path, H5P_DEFAULT);
    bool is_array = object >= 0 && H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return is_array;
}
