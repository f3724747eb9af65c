/* Attributes of objects. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* The name of one of the object's attributes, or of one that it might have; the caller's
 * to free. */
static char *some_attribute(const struct change *change)
{
    char name[256] = "";
    H5O_info_t info;
    hsize_t n = 0;

    if (H5Oget_info_by_name2(change->file, change->path, &info, H5O_INFO_NUM_ATTRS,
                             H5P_DEFAULT) >= 0)
        n = info.num_attrs;
    if (n == 0 || fuzz_below(change->input, 4) == 3)
        return xstrdup(mutant_some_name(change->input));
    H5Aget_name_by_idx(change->file, change->path, H5_INDEX_NAME, H5_ITER_INC,
                       mutant_below(change->input, (size_t)n), name, sizeof name,
                       H5P_DEFAULT);
    return xstrdup(name);
}

static void write_attribute(const struct change *change, const char *name, hid_t type,
                            hid_t space, const void *values)
{
    H5Adelete_by_name(change->file, change->path, name, H5P_DEFAULT);
    hid_t attribute = H5Acreate_by_name(change->file, change->path, name, type, space,
                                        H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return;
    if (values)
        H5Awrite(attribute, type, values);
    H5Aclose(attribute);
}

void mutant_set_number(const struct change *change)
{
    char *name = some_attribute(change);
    const int64_t number = fuzz_number(change->input);
    hid_t space = H5Screate(H5S_SCALAR);

    write_attribute(change, name, H5T_STD_I64LE, space, &number);
    H5Sclose(space);
    free(name);
}

void mutant_replace_attribute(const struct change *change)
{
    hsize_t shape[H5S_MAX_RANK];
    int n_dims = 0;
    char *name = some_attribute(change);
    hid_t type = mutant_some_type(change),
          space = mutant_some_space(change->input, shape, &n_dims);
    void *values = mutant_some_values(type, space, change->input);

    write_attribute(change, name, type, space, values);
    free(values);
    H5Sclose(space);
    H5Tclose(type);
    free(name);
}

void mutant_delete_attribute(const struct change *change)
{
    char *name = some_attribute(change);
    H5Adelete_by_name(change->file, change->path, name, H5P_DEFAULT);
    free(name);
}
void mutant_add_attributes(const struct change *change)
{
    int n = 1 << fuzz_below(change->input, 8);
    size_t length = (size_t)1 << fuzz_below(change->input, 15);
    hid_t type = mutant_string_type(length), space = H5Screate(H5S_SCALAR);
    char *value = xcalloc(length, 1);

    for (int i = 0; i < n; i++) {
        char *name = xasprintf("layer_names%d", i);
        write_attribute(change, name, type, space, value);
        free(name);
    }
    free(value);
    H5Sclose(space);
    H5Tclose(type);
}
