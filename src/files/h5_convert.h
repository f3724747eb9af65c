/* What h5_convert.c, which goes through a foreign file, and h5_convert_array.c share. */
#ifndef RNNTRAIN_FILES_H5_CONVERT_H
#define RNNTRAIN_FILES_H5_CONVERT_H

#include "files/h5_library.h"

/* An array or attribute that is open, and where it goes. */
struct h5_source {
    struct h5_writer *to;
    const char *path;
    hid_t from, type;
    H5D_layout_t layout; /* of an array */
    int n_dims;
    hsize_t dims[H5_MAX_DIMS]; /* 1 where there is no such dimension */
    hsize_t last;              /* of three: the last, which dims[1] contains */
    size_t n;                  /* values */
};

/* Takes shape and number of values of a space; false where it has too many dimensions, or
 * no memory could hold them. */
bool h5_source_measure(struct h5_source *source, hid_t space);

/* Its n strings, the caller's to free; false: they cannot be read, or are none. */
bool h5_source_strings(const struct h5_source *source, char ***strings);

/* Writes an open array, whose type, path and layout are set. ERR_FORMAT, `from` is for
 * messages. */
int h5_source_copy(struct h5_source *source, const char *from) NODISCARD;

#endif
