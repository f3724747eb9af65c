/* Files of others in the form of our own. */
#include "files/h5_convert.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_OBJECTS = 20000, MOST_DEPTH = 12, MOST_ATTRIBUTES = 4096 };
enum { MOST_ATTRIBUTE_TEXT = 60000 }; /* bytes; a header of ours holds no more */

struct conversion {
    struct h5_foreign *from;
    struct h5_writer *to;
    int n_objects;
};

static int unreadable(const struct conversion *conversion, const char *path)
{
    return fail(ERR_FORMAT, "%s: %s cannot be read", conversion->from->path, path);
}

static int contained(const struct conversion *conversion, const char *path)
{
    return fail(ERR_FORMAT,
                "%s: a part of it is a link, or stands in another file: %s; so it is not "
                "read: take the file as rnnprep or rnntrain wrote it",
                conversion->from->path, path);
}

static int copy_array(const struct conversion *conversion, const char *path, hid_t set)
{
    struct h5_source source = {.to = conversion->to, .path = path, .from = set};
    if (!h5_is_contained(set, &source.layout))
        return contained(conversion, path);

    source.type = H5Dget_type(set);
    int rc = h5_source_copy(&source, conversion->from->path);
    H5Tclose(source.type);
    return rc;
}

static size_t text_bytes(size_t n, char *const *texts)
{
    size_t longest = 1;
    for (size_t i = 0; i < n; i++)
        longest = strlen(texts[i]) > longest ? strlen(texts[i]) : longest;
    return n * longest;
}

/* What is no text, whole number or list of texts becomes a list of none. */
static void copy_attribute(const struct h5_source *source, const char *name)
{
    H5T_class_t class = H5Tget_class(source->type);
    char **texts = NULL;
    int64_t number = 0;

    if (class == H5T_INTEGER && source->n == 1 &&
        H5Aread(source->from, H5T_NATIVE_INT64, &number) >= 0) {
        h5_attribute_int(source->to, source->path, name, number);
        return;
    }

    size_t n = class == H5T_STRING && source->n <= MOST_ATTRIBUTE_TEXT &&
                       h5_source_strings(source, &texts)
                   ? source->n
                   : 0;
    if (n == 1 && text_bytes(n, texts) <= MOST_ATTRIBUTE_TEXT)
        h5_attribute_text(source->to, source->path, name, texts[0]);
    else
        h5_attribute_texts(source->to, source->path, name,
                           text_bytes(n, texts) <= MOST_ATTRIBUTE_TEXT ? n : 0, texts);
    h5_free_texts(n, texts);
}

static int copy_attributes(const struct conversion *conversion, const char *path,
                           hid_t object)
{
    H5O_info_t info;
    if (H5Oget_info(object, &info) < 0 || info.num_attrs > MOST_ATTRIBUTES)
        return unreadable(conversion, path);

    for (hsize_t i = 0; i < info.num_attrs; i++) {
        char name[256] = "";
        struct h5_source source = {.to = conversion->to, .path = path};
        source.from = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                     H5P_DEFAULT, H5P_DEFAULT);
        if (source.from < 0 || H5Aget_name(source.from, sizeof name, name) < 0)
            return unreadable(conversion, path);

        hid_t space = H5Aget_space(source.from);
        source.type = H5Aget_type(source.from);
        if (!h5_source_measure(&source, space))
            source.n = 0;
        copy_attribute(&source, name);

        H5Sclose(space);
        H5Tclose(source.type);
        H5Aclose(source.from);
    }
    return OK;
}

static int copy_group(struct conversion *conversion, const char *path, int depth);

static int copy_object(struct conversion *conversion, const char *path, int depth)
{
    if (++conversion->n_objects > MOST_OBJECTS || depth > MOST_DEPTH)
        return fail(ERR_FORMAT, "%s: more than %d objects in it, or %d groups deep",
                    conversion->from->path, MOST_OBJECTS, MOST_DEPTH);
    if (!h5_reaches(conversion->from, path))
        return contained(conversion, path);

    int rc = OK;
    hid_t object = H5Oopen(conversion->from->file, path, H5P_DEFAULT);
    H5I_type_t kind = object < 0 ? H5I_BADID : H5Iget_type(object);
    if (kind == H5I_GROUP)
        h5_make_group(conversion->to, path);
    else if (kind == H5I_DATASET)
        rc = copy_array(conversion, path, object);
    else if (kind == H5I_BADID)
        rc = unreadable(conversion, path);

    if (!rc && (kind == H5I_GROUP || kind == H5I_DATASET))
        rc = copy_attributes(conversion, path, object);
    if (!rc && kind == H5I_GROUP)
        rc = copy_group(conversion, path, depth + 1);
    H5Oclose(object);
    return rc;
}

/* What is in a group. */
static int copy_group(struct conversion *conversion, const char *path, int depth)
{
    size_t n = 0;
    char **names = NULL;
    int rc = h5_list(conversion->from, path, MOST_OBJECTS, &n, &names);

    for (size_t i = 0; i < n && !rc; i++) {
        char *part = xasprintf("%s/%s", strcmp(path, "/") ? path : "", names[i]);
        rc = copy_object(conversion, part, depth);
        free(part);
    }
    h5_free_texts(n, names);
    return rc;
}

int h5_convert(struct h5_foreign *file, const struct mapped *image, size_t *n)
{
    struct h5_room room = {image->bytes, image->n, false};
    struct conversion conversion = {.from = file, .to = h5_create_in(&room)};

    int rc = copy_attributes(&conversion, "/", file->file);
    if (!rc)
        rc = copy_group(&conversion, "/", 0);
    if (!rc)
        rc = h5_finish_in(conversion.to, &room, file->path, n);
    h5_discard(conversion.to);
    return rc;
}
