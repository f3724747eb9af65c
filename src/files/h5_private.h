/* What the parts of h5.h share: h5.c opens files, h5_read.c and h5_chunks.c read those of
 * our own, h5_foreign.c and h5_foreign_read.c those of others; h5_create.c makes files,
 * h5_write.c fills them, h5_pack.c packs what is large. */
#ifndef RNNTRAIN_FILES_H5_PRIVATE_H
#define RNNTRAIN_FILES_H5_PRIVATE_H

#include "files/h5.h"

#include <hdf5.h>

struct h5 {
    hid_t file;
    char *path;      /* where it was read from, or will stand; NULL: an image in memory */
    char *temporary; /* the name under which it is built on disk; NULL: in memory */
    bool failed;     /* a write failed */
    bool is_foreign; /* it may be laid out in any way */
    struct h5_packer *packer; /* of arrays that are written whole */
};

/* HDF5's identifiers are made at run time: not constants. */
hid_t h5_memory_type(enum h5_type type);
hid_t h5_file_type(enum h5_type type);

size_t h5_type_bytes(enum h5_type type);

/* What HDF5 is told of the chunks that h5_pack deflates. */
enum { H5_DEFLATE_LEVEL = 1 };

/* ERR_FORMAT unless the array is there and has this type and shape. */
int h5_check_array(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                   const size_t *shape) NODISCARD;

/* Before the first call of HDF5 of a thread: it prints no errors of its own, and leaves
 * nothing for exit: there it would try again, and crash, on a file whose writing
 * failed. */
void h5_start(void);

/* Access to an image in memory. HDF5 takes two images of one name for one file: the name
 * is the struct's address. */
hid_t h5_image_access(void);
void h5_image_name(const struct h5 *file, char name[32]);

/* The n strings of an open array or attribute of variable-length ones, the caller's to
 * free. */
bool h5_read_variable_strings(hid_t from, size_t n, char **strings);

/* ERR_FORMAT unless hard links within the file lead to an object of that path. */
int h5_check_reach(struct h5 *file, const char *path) NODISCARD;

/* Whether another program has it open for writing, by a mark that HDF5 obeys. */
bool h5_is_open_elsewhere(const char *bytes, size_t n);

/* Whether the file itself has an array's numbers; asked before all else, since HDF5 opens
 * the files of a virtual data set for its shape. */
bool h5_is_contained(hid_t set, H5D_layout_t *layout);

/* Opens n bytes of an HDF5 file, which are copied; `path` is for messages. */
int h5_open_image(const char *path, const char *bytes, size_t n,
                  struct h5 **file) NODISCARD;

#endif
