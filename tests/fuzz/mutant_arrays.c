/* Arrays of any kind, in any layout, stored here or elsewhere. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* HDF5's writer reads beyond its buffer where a filter that packs a type's bits stands
 * behind one that has already packed them, so such a filter is the first. */
static void add_filters(hid_t create, struct fuzz *input)
{
    enum { LZF = 32000, NO_FILTER_THAT_IS_KNOWN = 40000 };
    const unsigned values[] = {9, 1, 2, 3};

    for (int n = fuzz_below(input, 4); n > 0; n--) {
        switch (fuzz_below(input, 7)) {
        case 0:
            H5Pset_shuffle(create);
            break;
        case 1:
            H5Pset_deflate(create, (unsigned)fuzz_below(input, 10));
            break;
        case 2:
            H5Pset_fletcher32(create);
            break;
        case 3:
            if (H5Pget_nfilters(create) == 0)
                H5Pset_nbit(create);
            break;
        case 4:
            if (H5Pget_nfilters(create) == 0)
                H5Pset_scaleoffset(create, H5Z_SO_INT, fuzz_below(input, 16));
            break;
        default:
            H5Pset_filter(create, fuzz_below(input, 2) ? LZF : NO_FILTER_THAT_IS_KNOWN,
                          H5Z_FLAG_OPTIONAL, (size_t)fuzz_below(input, 4), values);
            break;
        }
    }
}

static void set_layout(hid_t create, hid_t space, const hsize_t *shape, int n_dims,
                       struct fuzz *input)
{
    hsize_t chunk[H5S_MAX_RANK];

    switch (fuzz_below(input, 8)) {
    case 0:
        H5Pset_layout(create, H5D_COMPACT);
        break;
    case 1:
        H5Pset_external(create, mutant_elsewhere(fuzz_below(input, 2) ? ".txt" : ".fifo"),
                        0, H5F_UNLIMITED);
        break;
    case 2:
        H5Pset_virtual(create, space, mutant_elsewhere(".h5"), "/labels", space);
        break;
    case 3:
    case 4:
    case 5:
        for (int i = 0; i < n_dims; i++)
            chunk[i] = fuzz_below(input, 4) && shape[i] < 65536
                           ? shape[i]
                           : mutant_some_length(input);
        if (n_dims)
            H5Pset_chunk(create, n_dims, chunk);
        add_filters(create, input);
        break;
    default:
        break;
    }
}

/* Whether the values stand in the file: mutants are made without opening others. */
static bool is_here(hid_t create)
{
    return H5Pget_external_count(create) == 0 && H5Pget_layout(create) != H5D_VIRTUAL;
}

/* An array of that kind in the place of the object; takes the values, NULL for none. */
static void put_array(const struct change *change, hid_t type, hid_t space, hid_t create,
                      void *values)
{
    H5Ldelete(change->file, change->path, H5P_DEFAULT);
    hid_t set = H5Dcreate2(change->file, change->path, type, space, H5P_DEFAULT, create,
                           H5P_DEFAULT);
    if (set >= 0 && values && is_here(create))
        H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    if (set >= 0)
        H5Dclose(set);
    free(values);
}

void mutant_replace_array(const struct change *change)
{
    hsize_t shape[H5S_MAX_RANK];
    int n_dims = 0;
    hid_t type = mutant_some_type(change),
          space = mutant_some_space(change->input, shape, &n_dims);
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);

    set_layout(create, space, shape, n_dims, change->input);
    put_array(change, type, space, create,
              mutant_some_values(type, space, change->input));
    H5Pclose(create);
    H5Sclose(space);
    H5Tclose(type);
}

/* The values of an array that has few; NULL where it has many or they are elsewhere. */
static void *read_values(hid_t set, hid_t type, hid_t space)
{
    enum { MOST = 1 << 14 };
    hssize_t n = H5Sget_simple_extent_npoints(space);
    hid_t create = H5Dget_create_plist(set);
    bool is_small = n > 0 && (size_t)n < MOST / H5Tget_size(type);
    void *values =
        is_small && is_here(create) ? xcalloc((size_t)n, H5Tget_size(type)) : NULL;
    if (values)
        H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Pclose(create);
    return values;
}

/* The same values in another layout. */
void mutant_lay_out_again(const struct change *change)
{
    hsize_t shape[H5S_MAX_RANK];
    hid_t set = H5Dopen2(change->file, change->path, H5P_DEFAULT);
    if (set < 0)
        return;

    hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    int n_dims = H5Sget_simple_extent_dims(space, shape, NULL);
    void *values = read_values(set, type, space);
    H5Dclose(set);

    set_layout(create, space, shape, n_dims < 0 ? 0 : n_dims, change->input);
    put_array(change, type, space, create, values);
    H5Pclose(create);
    H5Sclose(space);
    H5Tclose(type);
}
