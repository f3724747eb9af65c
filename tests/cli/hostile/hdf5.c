/* Groups, attributes and arrays by the HDF5 library itself, whose every call must do. */
#include "hostile.h"

#include <stdlib.h>

#include "base/base.h"

hid_t must(hid_t id)
{
    if (id < 0)
        die("HDF5 refuses");
    return id;
}

hid_t begin(const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    hid_t file = must(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    free(path);
    return file;
}

static hid_t with_groups(void)
{
    hid_t links = must(H5Pcreate(H5P_LINK_CREATE));
    must(H5Pset_create_intermediate_group(links, 1));
    return links;
}

void make_group(hid_t file, const char *path)
{
    hid_t links = with_groups();
    if (H5Lexists(file, path, H5P_DEFAULT) <= 0)
        H5Gclose(must(H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT)));
    H5Pclose(links);
}

void set_texts(hid_t file, const char *object, const char *name, size_t length, size_t n,
               const void *texts)
{
    hsize_t count = n;
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);

    must(H5Tset_size(type, length ? length : H5T_VARIABLE));
    hid_t attribute = must(H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT,
                                             H5P_DEFAULT, H5P_DEFAULT));
    must(H5Awrite(attribute, type, texts));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

void set_text(hid_t file, const char *name, const char *text)
{
    set_texts(file, "/", name, 0, 1, &text);
}

void put_with(hid_t file, const char *path, int n_dims, const hsize_t *shape, float value,
              hid_t creation)
{
    hid_t links = with_groups(), space = must(H5Screate_simple(n_dims, shape, NULL));
    size_t n = (size_t)H5Sget_simple_extent_npoints(space);
    float *values = xcalloc(n, sizeof *values);

    for (size_t i = 0; i < n; i++)
        values[i] = value;
    hid_t set =
        must(H5Dcreate2(file, path, H5T_IEEE_F32LE, space, links, creation, H5P_DEFAULT));
    must(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    free(values);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(links);
}

void put(hid_t file, const char *path, int n_dims, hsize_t rows, hsize_t columns,
         float value)
{
    hsize_t shape[2] = {rows, columns};
    put_with(file, path, n_dims, shape, value, H5P_DEFAULT);
}
