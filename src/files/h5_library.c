/* The library HDF5: how it is started, its types, and images in memory. */
#include "files/h5_library.h"

#include <stdio.h>

hid_t h5_memory_type(enum h5_type type)
{
    switch (type) {
    case H5_UINT8:
        return H5T_NATIVE_UINT8;
    case H5_UINT16:
        return H5T_NATIVE_UINT16;
    case H5_INT32:
        return H5T_NATIVE_INT32;
    case H5_INT64:
        return H5T_NATIVE_INT64;
    default:
        return H5T_NATIVE_FLOAT;
    }
}

hid_t h5_file_type(enum h5_type type)
{
    switch (type) {
    case H5_UINT8:
        return H5T_STD_U8LE;
    case H5_UINT16:
        return H5T_STD_U16LE;
    case H5_INT32:
        return H5T_STD_I32LE;
    case H5_INT64:
        return H5T_STD_I64LE;
    default:
        return H5T_IEEE_F32LE;
    }
}

void h5_start(void)
{
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

hid_t h5_image_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, (size_t)1 << 20, false); /* grows by 1 MiB; never on disk */
    return access;
}

void h5_image_name(const void *file, char name[32])
{
    snprintf(name, 32, "%p", file);
}
