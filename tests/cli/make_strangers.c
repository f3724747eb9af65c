/* make_strangers GOOD OBJECT OTHER FOLDER: sealed files, each GOOD but for an array that
 * stands elsewhere, in the file OTHER or under another name, or for a claim that its
 * arrays do not bear out. A seal shows damage, not who made a file. Beside each stands
 * the same without a seal, NAME.open.h5. */
#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "files/file.h"

static const char *object, *other;

static void check(int holds, const char *what)
{
    if (!holds)
        die("%s", what);
}

static void add_set(hid_t file, hid_t create)
{
    const hsize_t dims[] = {2};
    hid_t space = H5Screate_simple(1, dims, NULL), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 8);
    check(H5Ldelete(file, object, H5P_DEFAULT) >= 0, "no object to be replaced");
    check(H5Dcreate2(file, object, type, space, H5P_DEFAULT, create, H5P_DEFAULT) >= 0,
          "no array");
}

static void store_elsewhere(hid_t file)
{
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(create, other, 0, 16);
    add_set(file, create);
}

static void make_virtual(hid_t file)
{
    const hsize_t dims[] = {2};
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(1, dims, NULL);
    H5Pset_virtual(create, space, other, "/labels", space);
    add_set(file, create);
}

static void link_elsewhere(hid_t file)
{
    check(H5Ldelete(file, object, H5P_DEFAULT) >= 0, "no object to be replaced");
    H5Lcreate_external(other, "/labels", file, object, H5P_DEFAULT, H5P_DEFAULT);
}

static void link_to_itself(hid_t file)
{
    check(H5Ldelete(file, object, H5P_DEFAULT) >= 0, "no object to be replaced");
    H5Lcreate_soft(object, file, object, H5P_DEFAULT, H5P_DEFAULT);
}

static void name_other_strings(hid_t file)
{
    const hsize_t dims[] = {2};
    const char *const names[] = {"neg", "pos"};
    hid_t space = H5Screate_simple(1, dims, NULL), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    check(H5Ldelete(file, object, H5P_DEFAULT) >= 0, "no object to be replaced");
    hid_t set =
        H5Dcreate2(file, object, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, names) >= 0, "no strings");
}

static void claim_words(hid_t file)
{
    const int64_t many = INT32_MAX;
    hid_t group =
        H5Oopen(file, strcmp(object, "/labels") ? "/rnntrain" : "/", H5P_DEFAULT);
    check(H5Adelete(group, "num_words") >= 0, "no num_words");
    hid_t words = H5Acreate2(group, "num_words", H5T_STD_I64LE, H5Screate(H5S_SCALAR),
                             H5P_DEFAULT, H5P_DEFAULT);
    check(H5Awrite(words, H5T_NATIVE_INT64, &many) >= 0, "no num_words");
}

/* A quarter of a gigabyte of blanks, in chunks of 16 MiB: what reads row after row of it
 * must not unpack a chunk anew for each. */
static void write_blanks(hid_t file)
{
    const hsize_t dims[] = {1 << 28}, chunk[] = {1 << 24};
    const unsigned char blank = ' ';
    char name[64];
    hid_t create = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, dims, NULL);

    snprintf(name, sizeof name, "%s/blanks",
             strcmp(object, "/labels") ? "/rnntrain" : "");
    H5Pset_chunk(create, 1, chunk);
    H5Pset_deflate(create, 9);
    H5Pset_fill_value(create, H5T_STD_U8LE, &blank);
    H5Pset_alloc_time(create, H5D_ALLOC_TIME_EARLY);
    check(H5Dcreate2(file, name, H5T_STD_U8LE, space, H5P_DEFAULT, create, H5P_DEFAULT) >=
              0,
          "no blanks");
}

static void number_format(hid_t file)
{
    const int64_t number = 5;
    hid_t root = H5Oopen(file, "/", H5P_DEFAULT), space = H5Screate(H5S_SCALAR);
    if (H5Aexists(root, "format") > 0)
        check(H5Adelete(root, "format") >= 0, "no format");
    hid_t format =
        H5Acreate2(root, "format", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    check(H5Awrite(format, H5T_NATIVE_INT64, &number) >= 0, "no format");
}

static const struct {
    const char *name;
    void (*change)(hid_t file);
} changes[] = {
    {"stored", store_elsewhere},      {"virtual", make_virtual},
    {"external", link_elsewhere},     {"soft", link_to_itself},
    {"variable", name_other_strings}, {"words", claim_words},
    {"blanks", write_blanks},         {"format", number_format},
};

/* Writes the n bytes of a good file, has them changed, and seals what came of it. */
static void make(size_t k, const char *folder, const char *bytes, size_t n)
{
    char *path = xasprintf("%s/%s.h5", folder, changes[k].name), *changed = NULL;
    FILE *out = fopen(path, "wb");
    check(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0, path);

    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    check(file >= 0, path);
    changes[k].change(file);
    check(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0 && H5close() >= 0, path);

    check(file_read(path, &changed, &n) == OK, path);
    char *open = xasprintf("%s/%s.open.h5", folder, changes[k].name);
    check(file_replace(open, changed, n, false) == OK, open);
    free(open);
    changed = xrealloc(changed, n + FILE_TRAILER_BYTES, 1);
    file_seal(changed, n);
    check(file_replace(path, changed, n + FILE_TRAILER_BYTES, false) == OK, path);
    free(changed);
    free(path);
}

int main(int argc, char **argv)
{
    char *bytes = NULL;
    size_t n = 0;
    check(argc == 5, "expected GOOD OBJECT OTHER FOLDER");
    object = argv[2];
    other = argv[3];

    check(file_read(argv[1], &bytes, &n) == OK, argv[1]);
    for (size_t k = 0; k < COUNT_OF(changes); k++)
        make(k, argv[4], bytes, n - FILE_TRAILER_BYTES);
    free(bytes);
    return 0;
}
