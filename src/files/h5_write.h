/* HDF5 files of our own, written.
 *
 * A file is built as an image in memory, or where it may be large on disk. What is built
 * on disk has a temporary name; then it is sealed and put in place as file.h says. HDF5
 * and h5py ignore the trailer.
 *
 * Objects carry no times, so equal content gives equal bytes. Texts are uint8 arrays
 * (UTF-8): in Python, bytes(file["tokenizer"][()]).decode(). Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_H5_WRITE_H
#define RNNTRAIN_FILES_H5_WRITE_H

#include "files/h5.h"

/* A file that is written. What fails is kept, and reported by h5_image, h5_save and
 * h5_finish. */
struct h5_writer;

/* An empty file in memory. */
struct h5_writer *h5_create(void);

/* An empty file on disk, for what memory should not hold; h5_finish puts it at `path`. */
int h5_create_on_disk(const char *path, struct h5_writer **file) NODISCARD;

/* Creates a group and those above it. */
void h5_make_group(struct h5_writer *file, const char *path);
/* An array; the groups above it are created. `compress`: chunked by rows, shuffle,
 * deflate; else contiguous. */
void h5_write(struct h5_writer *file, const char *path, enum h5_type type, int n_dims,
              const size_t *shape, const void *data, bool compress);

/* An array that is written chunk by chunk, packed by its writers: in any order, each
 * once, the last filled up to a whole chunk. One thread at a time calls these two. */
void h5_make_chunked(struct h5_writer *file, const char *path, enum h5_type type,
                     int n_dims, const size_t *shape);
void h5_write_chunk(struct h5_writer *file, const char *path, size_t first_row,
                    const void *packed, size_t n_packed);
size_t h5_chunk_rows(enum h5_type type, int n_dims, const size_t *shape);

/* Packs the values of a chunk; the result is borrowed until the packer's next use. A
 * packer belongs to one thread. */
struct h5_packer *h5_packer_new(void);
void h5_packer_free(struct h5_packer *packer);
const void *h5_pack(struct h5_packer *packer, enum h5_type type, size_t n_values,
                    const void *values, size_t *n_packed);

void h5_write_text(struct h5_writer *file, const char *path, const char *text);
/* A one-dimensional array of fixed-length strings. */
void h5_write_strings(struct h5_writer *file, const char *path, size_t n,
                      char *const *strings);

/* Attributes of a group or array; texts are fixed-length, as old Keras wants them. */
void h5_attribute_text(struct h5_writer *file, const char *object, const char *name,
                       const char *text);
void h5_attribute_texts(struct h5_writer *file, const char *object, const char *name,
                        size_t n, char *const *texts);
void h5_attribute_int(struct h5_writer *file, const char *object, const char *name,
                      int64_t value);

/* The finished file's bytes, sealed, the caller's to free; closes it, whatever the
 * outcome. */
int h5_image(struct h5_writer *file, char **bytes, size_t *n) NODISCARD;
/* The finished file's bytes without trailer, for others to read. */
int h5_image_unsealed(struct h5_writer *file, char **bytes, size_t *n) NODISCARD;
/* Writes the file to `path` atomically and closes it, whatever the outcome. With
 * keep_previous, what stood at `path` is then at <stem>.prev.<extension>. */
int h5_save(struct h5_writer *file, const char *path, bool keep_previous) NODISCARD;

/* Seals a file that was built on disk, puts it in place and closes it, whatever the
 * outcome. */
int h5_finish(struct h5_writer *file) NODISCARD;

/* The same in two steps: a file of that name in a directory; once it is built it is
 * closed, whatever the outcome, and its content left to be finished by file.h. */
int h5_create_on_disk_in(const struct directory *directory, const char *name,
                         struct h5_writer **file) NODISCARD;
int h5_leave(struct h5_writer *file, struct file_target **target) NODISCARD;

/* Closes a file that is not wanted any more. NULL is fine. */
void h5_discard(struct h5_writer *file);

#endif
