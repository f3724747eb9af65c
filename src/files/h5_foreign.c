/* Files of others: which objects are reached, and by what names. */
#include "files/h5_private.h"

#include <stdlib.h>
#include <string.h>

int h5_open_foreign(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    h5_start();
    H5PLset_loading_state(0); /* no filter from outside is run */
    int rc = h5_open_image(path, bytes, n, file);
    if (!rc)
        (*file)->is_foreign = true;
    return rc;
}

/* A link, by its path from the root. */
static herr_t check_link(hid_t root, const char *path, const H5L_info_t *info,
                         void *contained)
{
    bool *result = contained;
    if (info->type != H5L_TYPE_HARD) {
        *result = false;
        return 0;
    }

    H5D_layout_t layout;
    hid_t object = H5Oopen(root, path, H5P_DEFAULT);
    if (object < 0 ||
        (H5Iget_type(object) == H5I_DATASET && !h5_is_contained(object, &layout)))
        *result = false;
    H5Oclose(object);
    return 0;
}

int h5_check_contained(struct h5 *file)
{
    bool contained = true;

    if (H5Lvisit(file->file, H5_INDEX_NAME, H5_ITER_INC, check_link, &contained) < 0)
        return fail(ERR_FORMAT, "%s: HDF5 cannot list what is in it: it is damaged",
                    file->path);
    if (contained)
        return OK;
    return fail(ERR_FORMAT, "%s: a part of it is a link, or stands in another file",
                file->path);
}

bool h5_reaches(struct h5 *file, const char *path)
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

int h5_check_reach(struct h5 *file, const char *path)
{
    if (!strcmp(path, "/") || h5_reaches(file, path))
        return OK;
    return fail(ERR_FORMAT,
                "%s: %s is missing, or a link that leads out of the file or nowhere",
                file->path, path);
}

void h5_free_texts(size_t n, char **texts)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

int h5_list(struct h5 *file, const char *path, size_t most, size_t *n, char ***names)
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

bool h5_is_array(struct h5 *file, const char *path)
{
    if (!h5_reaches(file, path))
        return false;

    hid_t object = H5Oopen(file->file, path, H5P_DEFAULT);
    bool is_array = object >= 0 && H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return is_array;
}
