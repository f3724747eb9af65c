/* change_files WHAT FILE: opens a file of ours as h5py's mode r+ does, and changes in it
 * an id, a label, a weight, a class's name, a word, an n-gram or its layout; or makes one
 * that is marked as open for writing. */
#include <hdf5.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool failed;

static hid_t opened(hid_t id)
{
    failed |= id < 0;
    return id;
}

/* Element `at` of an array becomes `value`. */
static void set(hid_t file, const char *path, hsize_t at, double value)
{
    hid_t array = opened(H5Dopen2(file, path, H5P_DEFAULT)), space = H5Dget_space(array);
    hsize_t n_dims = (hsize_t)H5Sget_simple_extent_ndims(space);
    hsize_t place[2] = {n_dims == 1 ? at : 0, at};
    hid_t one = H5Screate(H5S_SCALAR);

    failed |= H5Sselect_elements(space, H5S_SELECT_SET, 1, place) < 0 ||
              H5Dwrite(array, H5T_NATIVE_DOUBLE, one, space, H5P_DEFAULT, &value) < 0;
    H5Sclose(one);
    H5Sclose(space);
    H5Dclose(array);
}

static void change_id(hid_t file)
{
    set(file, "/train/x", 0, 60000);
}

static void change_label(hid_t file)
{
    set(file, "/train/y", 0, 2);
}

static void change_ngram(hid_t file)
{
    set(file, "/train/ngrams/index", 0, 999999);
}

static void change_start(hid_t file)
{
    set(file, "/train/ngrams/start", 0, 1);
}

static void change_parent(hid_t file)
{
    set(file, "/ngrams/parent", 3, 3);
}

/* The bias of the output. */
static herr_t change_bias(hid_t root, const char *name, const H5L_info_t *info,
                          void *done)
{
    (void)info;
    size_t n = strlen(name);
    if (n > 7 && !strcmp(name + n - 7, "/bias:0")) {
        set(root, name, 0, 3.25);
        *(bool *)done = true;
    }
    return 0;
}

static void change_weight(hid_t file)
{
    bool done = false;
    hid_t group = opened(H5Gopen2(file, "/model_weights", H5P_DEFAULT));
    failed |=
        H5Lvisit(group, H5_INDEX_NAME, H5_ITER_INC, change_bias, &done) < 0 || !done;
    H5Gclose(group);
}

static void copy_ids(hid_t file)
{
    static uint16_t ids[1 << 20];
    hid_t array = opened(H5Dopen2(file, "/train/x", H5P_DEFAULT));
    hid_t space = H5Dget_space(array);
    failed |=
        H5Sget_simple_extent_npoints(space) > (hssize_t)(sizeof ids / sizeof *ids) ||
        H5Dread(array, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, ids) < 0;
    H5Dclose(array);

    H5Ldelete(file, "/train/x", H5P_DEFAULT);
    array = opened(H5Dcreate2(file, "/train/x", H5T_STD_U16BE, space, H5P_DEFAULT,
                              H5P_DEFAULT, H5P_DEFAULT));
    failed |= H5Dwrite(array, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, ids) < 0;
    H5Sclose(space);
    H5Dclose(array);
}

/* Ids in one piece, labels of variable length. */
static void change_layout(hid_t file)
{
    const char *const labels[] = {"neg", "pos"};
    hsize_t n = 2;
    hid_t space = H5Screate_simple(1, &n, NULL), type = H5Tcopy(H5T_C_S1);

    copy_ids(file);
    H5Tset_size(type, H5T_VARIABLE);
    H5Ldelete(file, "/labels", H5P_DEFAULT);
    hid_t array = opened(
        H5Dcreate2(file, "/labels", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    failed |= H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, labels) < 0;
    H5Dclose(array);
    H5Tclose(type);
    H5Sclose(space);
}

/* In the bytes of an array: every `from` becomes `to`, which is as long. */
static void replace(hid_t file, const char *path, const char *from, const char *to)
{
    static char bytes[1 << 20];
    hid_t array = opened(H5Dopen2(file, path, H5P_DEFAULT)), type = H5Dget_type(array);
    size_t n = H5Dget_storage_size(array), n_from = strlen(from);
    bool is_found = false;

    failed |= n > sizeof bytes ||
              H5Dread(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0;
    for (size_t i = 0; i + n_from <= n && !failed; i++)
        if (!memcmp(bytes + i, from, n_from)) {
            memcpy(bytes + i, to, n_from);
            is_found = true;
        }
    failed |=
        !is_found || H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0;
    H5Tclose(type);
    H5Dclose(array);
}

static void change_name(hid_t file)
{
    replace(file, "/rnntrain/labels", "pos", "sop");
}

static void change_word(hid_t file)
{
    replace(file, "/rnntrain/tokenizer", "warm", "worm");
}

static void change_kept(hid_t file)
{
    replace(file, "/tokenizer_kept", "warm", "worm");
}

static int leave_open(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC | H5F_ACC_SWMR_WRITE, H5P_DEFAULT, access);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    _exit(file < 0);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*change)(hid_t file);
    } changes[] = {{"id", change_id},         {"label", change_label},
                   {"weight", change_weight}, {"layout", change_layout},
                   {"name", change_name},     {"word", change_word},
                   {"kept", change_kept},     {"ngram", change_ngram},
                   {"start", change_start},   {"parent", change_parent}};
    if (argc != 3)
        return 2;
    if (!strcmp(argv[1], "open"))
        return leave_open(argv[2]);

    hid_t file = opened(H5Fopen(argv[2], H5F_ACC_RDWR, H5P_DEFAULT));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (!strcmp(argv[1], changes[i].name))
            changes[i].change(file);
    failed |= H5Fclose(file) < 0;
    return failed;
}
