/* HDF5 images that are open: what is in them, and the JSON of their texts. */
#include "mutant_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

hid_t mutant_open(const struct image *image)
{
    static unsigned number; /* HDF5 knows open files by their names */
    char name[32];
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    snprintf(name, sizeof name, "mutant-%u", number++);
    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_file_image(access, image->bytes, image->n);
    hid_t file = H5Fopen(name, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return file;
}

void mutant_close(hid_t file, struct image *image)
{
    ssize_t n =
        H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? 0 : H5Fget_file_image(file, NULL, 0);
    char *bytes = n > 0 ? xcalloc((size_t)n + 1, 1) : NULL;

    if (bytes && H5Fget_file_image(file, bytes, (size_t)n) == n) {
        free(image->bytes);
        *image = (struct image){bytes, (size_t)n};
    } else {
        free(bytes);
    }
    H5Fclose(file);
}

static herr_t add_path(hid_t root, const char *name, const H5O_info_t *info, void *to)
{
    struct paths *paths = to;
    (void)root;
    (void)info;
    paths->path = xrealloc(paths->path, paths->n + 1, sizeof *paths->path);
    paths->path[paths->n++] = xstrdup(name);
    return 0;
}

struct paths mutant_list(hid_t file)
{
    struct paths paths = {NULL, 0};
    H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, add_path, &paths, H5O_INFO_BASIC);
    if (paths.n == 0)
        add_path(file, ".", NULL, &paths);
    return paths;
}

void mutant_free_paths(struct paths *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        free(paths->path[i]);
    free(paths->path);
    *paths = (struct paths){NULL, 0};
}

/* A text in the file: of an array of bytes, or of an attribute. */
struct text {
    char *object, *attribute; /* owned; NULL: the object is the text */
    char *json;               /* owned */
};

struct texts {
    struct text *text;
    size_t n;
};

static void add_text(struct texts *texts, const char *object, const char *attribute,
                     char *json)
{
    if (!json || (*json != '{' && *json != '[')) {
        free(json);
        return;
    }
    texts->text = xrealloc(texts->text, texts->n + 1, sizeof *texts->text);
    texts->text[texts->n++] =
        (struct text){xstrdup(object), attribute ? xstrdup(attribute) : NULL, json};
}

/* The bytes of an array of them; NULL where it is another. */
static char *read_bytes(hid_t file, const char *path)
{
    enum { MOST = 1 << 20 };
    char *bytes = NULL;
    hid_t set = H5Dopen2(file, path, H5P_DEFAULT);
    if (set < 0)
        return NULL;

    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    hid_t create = H5Dget_create_plist(set);
    bool is_here =
        H5Pget_external_count(create) == 0 && H5Pget_layout(create) != H5D_VIRTUAL;
    H5Pclose(create);
    if (is_here && n > 0 && n < MOST && H5Tget_class(type) == H5T_INTEGER &&
        H5Tget_size(type) == 1) {
        bytes = xcalloc((size_t)n + 1, 1);
        H5Dread(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
    }
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(set);
    return bytes;
}

/* A string of fixed or variable length; NULL where it is another. */
static char *read_string(hid_t attribute)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool is_one = H5Sget_simple_extent_npoints(space) == 1;
    char *text = NULL;

    if (is_one && H5Tis_variable_str(type) > 0) {
        char *found = NULL;
        H5Aread(attribute, type, &found);
        text = found ? xstrdup(found) : NULL;
        H5free_memory(found);
    } else if (is_one && H5Tget_class(type) == H5T_STRING) {
        text = xcalloc(H5Tget_size(type) + 1, 1);
        H5Aread(attribute, type, text);
    }

    H5Sclose(space);
    H5Tclose(type);
    return text;
}

static void add_attributes(hid_t file, const char *object, struct texts *texts)
{
    hid_t opened = H5Oopen(file, object, H5P_DEFAULT);
    int n = opened < 0 ? 0 : H5Aget_num_attrs(opened);

    for (int i = 0; i < n; i++) {
        char name[256] = "";
        hid_t attribute = H5Aopen_by_idx(opened, ".", H5_INDEX_NAME, H5_ITER_INC,
                                         (hsize_t)i, H5P_DEFAULT, H5P_DEFAULT);
        if (attribute < 0)
            continue;
        H5Aget_name(attribute, sizeof name, name);
        add_text(texts, object, name, read_string(attribute));
        H5Aclose(attribute);
    }
    if (opened >= 0)
        H5Oclose(opened);
}

static void write_bytes(hid_t file, const char *path, const char *text)
{
    hsize_t n = strlen(text);
    hid_t space = H5Screate_simple(1, &n, NULL);

    H5Ldelete(file, path, H5P_DEFAULT);
    hid_t set = H5Dcreate2(file, path, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT);
    if (set >= 0) {
        if (n)
            H5Dwrite(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, text);
        H5Dclose(set);
    }
    H5Sclose(space);
}

/* Of fixed length, unless an object's header has no room for it. */
static void write_string(hid_t file, const char *object, const char *name,
                         const char *text)
{
    enum { MOST_FIXED = 60000 };
    size_t n = strlen(text);
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    bool is_variable = n > MOST_FIXED;

    H5Tset_size(type, is_variable ? H5T_VARIABLE : n ? n : 1);
    H5Adelete_by_name(file, object, name, H5P_DEFAULT);
    hid_t attribute = H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT,
                                        H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
        H5Awrite(attribute, type, is_variable ? (const void *)&text : text);
        H5Aclose(attribute);
    }
    H5Sclose(space);
    H5Tclose(type);
}

static void change_text(hid_t file, const struct text *text, struct fuzz *input)
{
    char *changed = mutant_change_json(text->json, input);
    if (text->attribute)
        write_string(file, text->object, text->attribute, changed);
    else
        write_bytes(file, text->object, changed);
    free(changed);
}

void mutant_change_texts(struct image *image, struct fuzz *input)
{
    struct texts texts = {NULL, 0};
    hid_t file = mutant_open(image);
    if (file < 0)
        return;

    struct paths paths = mutant_list(file);
    for (size_t i = 0; i < paths.n; i++) {
        add_text(&texts, paths.path[i], NULL, read_bytes(file, paths.path[i]));
        add_attributes(file, paths.path[i], &texts);
    }
    if (texts.n)
        change_text(file, &texts.text[mutant_below(input, texts.n)], input);

    for (size_t i = 0; i < texts.n; i++) {
        free(texts.text[i].object);
        free(texts.text[i].attribute);
        free(texts.text[i].json);
    }
    free(texts.text);
    mutant_free_paths(&paths);
    mutant_close(file, image);
}
