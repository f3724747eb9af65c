/* What those share who use the library HDF5: h5_create.c makes files, h5_write.c fills
 * them, h5_foreign.c opens those of others, h5_foreign_read.c and h5_convert.c read them,
 * in a child process.
 */
#ifndef RNNTRAIN_FILES_H5_LIBRARY_H
#define RNNTRAIN_FILES_H5_LIBRARY_H

#include "files/h5_foreign.h"
#include "files/h5_write.h"

#include <hdf5.h>

struct h5_writer {
    hid_t file;
    char *path;                 /* where it will stand; NULL: an image in memory */
    struct file_target *target; /* on disk, where it is built; NULL: in memory */
    bool failed;                /* a write failed */
    struct h5_packer *packer;   /* of arrays that are written whole */
};

struct h5_foreign {
    hid_t file;
    char *path; /* where it was read from */
};

/* HDF5's identifiers are made at run time: not constants. */
hid_t h5_memory_type(enum h5_type type);
hid_t h5_file_type(enum h5_type type);

/* What HDF5 is told of the chunks that h5_pack deflates. */
enum { H5_DEFLATE_LEVEL = 1 };

/* Before the first call of HDF5 of a thread: it prints no errors of its own, and leaves
 * nothing for exit: there it would try again, and crash, on a file whose writing
 * failed. */
void h5_start(void);

/* A new file by the access properties, which are closed; -1 if that fails. Whatever
 * version of HDF5 this is, it writes the forms that h5_reader.h lists. */
hid_t h5_create_file(const char *name, hid_t access);

/* A file is built in memory of the caller's, which it may not outgrow, and which outlives
 * it. h5_finish_in gives its bytes, all of which stand there; h5_discard closes it
 * whatever the outcome. ERR_FORMAT: what `source` says that it has does not fit. */
struct h5_room {
    char *bytes;
    size_t n;
    bool is_full; /* it was asked for more */
};
struct h5_writer *h5_create_in(struct h5_room *room);
int h5_finish_in(struct h5_writer *file, const struct h5_room *room, const char *source,
                 size_t *n) NODISCARD;

/* A chunk of others, unpacked. As many bytes of them are kept, so that each is unpacked
 * once, whatever rows are read. */
#define H5_MOST_CHUNK ((size_t)256 << 20)

/* Access to an image in memory. HDF5 takes two images of one name for one file: the name
 * is the struct's address. */
hid_t h5_image_access(void);
void h5_image_name(const void *file, char name[32]);

/* The n strings of an open array or attribute, the caller's to free: of variable length,
 * or of a fixed-length type. */
bool h5_read_variable_strings(hid_t from, size_t n, char **strings);
bool h5_read_fixed_strings(hid_t from, hid_t type, size_t n, char **strings);

/* ERR_FORMAT unless hard links within the file lead to an object of that path. */
int h5_check_reach(struct h5_foreign *file, const char *path) NODISCARD;

/* Whether the file itself has an array's values; asked before all else, since HDF5 opens
 * the files of a virtual data set for its shape. */
bool h5_is_contained(hid_t set, H5D_layout_t *layout);

/* Whether so much is stored of an open array that it can have n values of that many bytes
 * each: only then is memory taken for them. */
bool h5_is_plausible(hid_t set, H5D_layout_t layout, size_t n, size_t bytes);

#endif
