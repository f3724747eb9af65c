/* list_file FILE: every group, array and attribute of an HDF5 file, a line each, with
 * type, shape, layout and a hash of its values. Provenance is left out, which may
 * differ. */
#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const unsigned char *bytes, size_t n)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static size_t list_type(hid_t type, hid_t space)
{
    hsize_t dims[4] = {0};
    int n_dims = H5Sget_simple_extent_dims(space, dims, NULL);
    printf(" class %d bytes %zu", (int)H5Tget_class(type), H5Tget_size(type));
    for (int i = 0; i < n_dims && i < 4; i++)
        printf(" %llu", (unsigned long long)dims[i]);
    return (size_t)H5Sget_simple_extent_npoints(space) * H5Tget_size(type);
}

static herr_t list_attribute(hid_t object, const char *name, const H5A_info_t *info,
                             void *path)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    (void)info;

    printf("%s @%s", (const char *)path, name);
    size_t n = list_type(type, space);
    unsigned char *bytes = calloc(n + 1, 1);
    herr_t status = H5Aread(attribute, type, bytes);
    printf(" %016llx\n", (unsigned long long)hash_of(bytes, n));

    free(bytes);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static herr_t list_array(hid_t array)
{
    hid_t type = H5Dget_type(array), space = H5Dget_space(array);
    hid_t creation = H5Dget_create_plist(array);
    size_t n = list_type(type, space);
    unsigned char *bytes = calloc(n + 1, 1);

    herr_t status = H5Dread(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
    printf(" layout %d filters %d %016llx\n", (int)H5Pget_layout(creation),
           H5Pget_nfilters(creation), (unsigned long long)hash_of(bytes, n));

    free(bytes);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

static herr_t list_link(hid_t root, const char *path, const H5L_info_t *info,
                        void *context)
{
    size_t n = strlen(path);
    (void)info;
    (void)context;
    if (n >= 10 && !strcmp(path + n - 10, "provenance"))
        return 0;

    hid_t object = H5Oopen(root, path, H5P_DEFAULT);
    herr_t status = object < 0 ? -1 : 0;
    printf("%s", path);
    if (H5Iget_type(object) == H5I_DATASET)
        status = list_array(object);
    else
        puts(" group");

    if (status >= 0)
        status = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, list_attribute,
                             (void *)(uintptr_t)path);
    H5Oclose(object);
    return status;
}

int main(int argc, char **argv)
{
    char top[] = "/";
    hid_t file = argc == 2 ? H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
    return file < 0 ||
           H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, list_attribute, top) < 0 ||
           H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, list_link, NULL) < 0;
}
