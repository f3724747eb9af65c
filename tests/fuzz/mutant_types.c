/* Types, shapes and values of any kind. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

hid_t mutant_string_type(size_t length)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length);
    return type;
}

static hid_t odd_number(struct fuzz *input)
{
    hid_t type = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(type, 1 + (size_t)fuzz_below(input, 32));
    H5Tset_offset(type, (size_t)fuzz_below(input, 8));
    return type;
}

static hid_t compound(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "a", 0, H5T_NATIVE_INT);
    H5Tinsert(type, "b", 4, H5T_NATIVE_FLOAT);
    return type;
}

static hid_t enumeration(void)
{
    const int value = 1;
    hid_t type = H5Tenum_create(H5T_STD_I32LE);
    H5Tenum_insert(type, "one", &value);
    return type;
}

static hid_t committed(const struct change *change)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tcommit2(change->file, "a_type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    return type;
}

hid_t mutant_some_type(const struct change *change)
{
    const hid_t plain[] = {H5T_STD_U8LE,   H5T_STD_U16LE,   H5T_STD_I32LE,
                           H5T_IEEE_F32LE, H5T_STD_U16BE,   H5T_STD_I32BE,
                           H5T_IEEE_F32BE, H5T_IEEE_F64LE,  H5T_STD_I64LE,
                           H5T_STD_B8LE,   H5T_STD_REF_OBJ, H5T_STD_REF_DSETREG,
                           H5T_STD_I8LE,   H5T_UNIX_D32LE,  H5T_STD_U64BE};
    const hsize_t three = 3;
    int kind = fuzz_below(change->input, (int)COUNT_OF(plain) + 12);

    if (kind < (int)COUNT_OF(plain))
        return H5Tcopy(plain[kind]);
    switch (kind - (int)COUNT_OF(plain)) {
    case 0:
        return mutant_string_type(H5T_VARIABLE);
    case 1:
        return mutant_string_type((size_t)1 << fuzz_below(change->input, 24));
    case 2:
        return odd_number(change->input);
    case 3:
        return compound();
    case 4:
        return enumeration();
    case 5:
        return committed(change);
    case 6:
        return H5Tvlen_create(H5T_STD_I32LE);
    case 7:
        return H5Tarray_create2(H5T_STD_I32LE, 1, &three);
    case 8:
        return H5Tcreate(H5T_OPAQUE, 16);
    default:
        return mutant_string_type(1 + (size_t)fuzz_below(change->input, 16));
    }
}

hsize_t mutant_some_length(struct fuzz *input)
{
    static const hsize_t lengths[] = {0, 1, 2, 2, 3, 5, 7, 12, 24, 1000, 65536};
    static const hsize_t edges[] = {1048576, 2147483647, 4294967296, (hsize_t)1 << 40,
                                    (hsize_t)1 << 62};
    unsigned byte = fuzz_byte(input);
    if (byte % 8 == 7)
        return edges[byte / 8 % COUNT_OF(edges)];
    return lengths[byte % COUNT_OF(lengths)];
}

hid_t mutant_some_space(struct fuzz *input, hsize_t *shape, int *n_dims)
{
    int kind = fuzz_below(input, 16);

    *n_dims = kind < 2 ? 0 : kind < 8 ? 1 : kind < 13 ? 2 : kind < 15 ? 3 : H5S_MAX_RANK;
    if (kind == 0)
        return H5Screate(H5S_NULL);
    if (kind == 1)
        return H5Screate(H5S_SCALAR);
    for (int i = 0; i < *n_dims; i++)
        shape[i] = *n_dims > 3 ? 1 : mutant_some_length(input);
    return H5Screate_simple(*n_dims, shape, NULL);
}

/* Bytes for the values of an array that has few; NULL where it has many, or they are of
 * no fixed size. */
void *mutant_some_values(hid_t type, hid_t space, struct fuzz *input)
{
    enum { MOST = 1 << 14 };
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type);
    bool has_places = H5Tis_variable_str(type) > 0 || H5Tget_class(type) == H5T_VLEN ||
                      H5Tget_class(type) == H5T_REFERENCE;

    if (n <= 0 || size == 0 || has_places || (size_t)n > MOST / size)
        return NULL;
    char *values = xcalloc((size_t)n, size);
    for (size_t i = 0; i < (size_t)n * size && input->n > 0; i += 1 + i / 4)
        values[i] = (char)fuzz_byte(input);
    return values;
}
