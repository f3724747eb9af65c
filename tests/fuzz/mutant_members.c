/* Ensembles: a change within the file of one of their members, which is sealed again. */
#define _GNU_SOURCE /* memmem */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "files/file.h"

static const char member_path[] = "/rnntrain/ensemble/member1";

bool mutant_has_members(const struct image *image)
{
    const char *name = strrchr(member_path, '/') + 1;
    return memmem(image->bytes, image->n, name, strlen(name)) != NULL;
}

/* Content without what stands behind it; none where the array is another. */
static struct image read_member(hid_t file)
{
    struct image member = {NULL, 0};
    hid_t set = H5Dopen2(file, member_path, H5P_DEFAULT);
    hid_t space = set < 0 ? -1 : H5Dget_space(set);
    hssize_t n = space < 0 ? 0 : H5Sget_simple_extent_npoints(space);

    if (n > FILE_TRAILER_BYTES + 1 && H5Dget_storage_size(set) == (hsize_t)n) {
        member =
            (struct image){xcalloc((size_t)n, 1), (size_t)n - FILE_TRAILER_BYTES - 1};
        H5Dread(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, member.bytes);
    }
    if (space >= 0)
        H5Sclose(space);
    if (set >= 0)
        H5Dclose(set);
    return member;
}

static void write_member(hid_t file, const struct image *member)
{
    hsize_t n = member->n + FILE_TRAILER_BYTES + 1;
    char *bytes = xcalloc((size_t)n, 1);
    memcpy(bytes, member->bytes, member->n);
    file_seal(bytes, member->n);

    H5Ldelete(file, member_path, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t set = H5Dcreate2(file, member_path, H5T_STD_U8LE, space, H5P_DEFAULT,
                           H5P_DEFAULT, H5P_DEFAULT);
    if (set >= 0) {
        H5Dwrite(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
        H5Dclose(set);
    }
    H5Sclose(space);
    free(bytes);
}

void mutant_change_member(struct image *image, struct fuzz *input)
{
    hid_t file = mutant_open(image);
    if (file < 0)
        return;

    struct image member = read_member(file);
    if (member.bytes) {
        mutant_change_hdf5(&member, input);
        write_member(file, &member);
    }
    free(member.bytes);
    mutant_close(file, image);
}
