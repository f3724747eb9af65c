/* What the parts of mutant.h share. */
#ifndef MUTANT_PRIVATE_H
#define MUTANT_PRIVATE_H

#include <hdf5.h>

#include "mutant.h"

/* A file's content, without a trailer. */
struct image {
    char *bytes; /* owned */
    size_t n;
};

/* A path for what points elsewhere, see mutant_begin. */
const char *mutant_elsewhere(const char *extension);

/* One change by HDF5, which must be able to read the image; of its objects, or of a text
 * in it. What HDF5 will not do changes nothing. */
void mutant_change_objects(struct image *image, struct fuzz *input);
void mutant_change_texts(struct image *image, struct fuzz *input);
/* All of it in the forms of HDF5's later versions. */
void mutant_write_as_latest(struct image *image);

/* One change of one number in a block of HDF5's, or of any bytes. */
void mutant_change_fields(struct image *image, struct fuzz *input);
void mutant_change_bytes(struct image *image, struct fuzz *input);

/* Changes of all these kinds, one after another. */
void mutant_change_hdf5(struct image *image, struct fuzz *input);

/* Whether it may be an ensemble; changes of its second member, sealed again. */
bool mutant_has_members(const struct image *image);
void mutant_change_member(struct image *image, struct fuzz *input);

/* A JSON text with one value or key that is another, the caller's to free; what is no
 * JSON becomes some. */
char *mutant_change_json(const char *json, struct fuzz *input);

/* A change of an object in an open file. */
struct change {
    hid_t file;
    const char *path; /* of an object, "." the root */
    const struct paths *paths;
    struct fuzz *input;
};

/* Puts an array of any kind in its place, or its own values in another layout. */
void mutant_replace_array(const struct change *change);
void mutant_lay_out_again(const struct change *change);

/* One of its attributes is another number, of another type, gone, or there are many. */
void mutant_set_number(const struct change *change);
void mutant_replace_attribute(const struct change *change);
void mutant_delete_attribute(const struct change *change);
void mutant_add_attributes(const struct change *change);

/* Any type, any shape of n_dims dimensions, to be closed; zeros or other bytes for as
 * many values, the caller's to free, NULL where they are too many or of no fixed size. */
hid_t mutant_some_type(const struct change *change);
hid_t mutant_some_space(struct fuzz *input, hsize_t *shape, int *n_dims);
void *mutant_some_values(hid_t type, hid_t space, struct fuzz *input);
hsize_t mutant_some_length(struct fuzz *input);
hid_t mutant_string_type(size_t length);

/* A name that means something here or to HDF5, or one that should not. */
const char *mutant_some_name(struct fuzz *input);

/* An image that HDF5 has open, in memory; -1 if it cannot. mutant_close puts what became
 * of it in its place. */
hid_t mutant_open(const struct image *image);
void mutant_close(hid_t file, struct image *image);

/* The paths of its groups and arrays, "." the root; the caller's to free. */
struct paths {
    char **path;
    size_t n;
};
struct paths mutant_list(hid_t file);
void mutant_free_paths(struct paths *paths);

/* 0 .. n - 1, of two bytes. */
size_t mutant_below(struct fuzz *input, size_t n);

#endif
