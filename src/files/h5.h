/* HDF5 files; and the only door to HDF5.
 *
 * A file is built and read as an image in memory, or where it may be large on disk. What
 * is built on disk has a temporary name; then it is sealed and put in place as file.h
 * says. HDF5 and h5py ignore the trailer; here it is checked before HDF5 parses a byte.
 *
 * Objects carry no times, so equal content gives equal bytes. Texts are uint8 arrays
 * (UTF-8): in Python, bytes(file["tokenizer"][()]).decode(). Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_H5_H
#define RNNTRAIN_FILES_H5_H

#include "base/base.h"
#include "files/file.h"

struct h5;

enum h5_type { H5_UINT8, H5_UINT16, H5_INT32, H5_FLOAT32, H5_N_TYPES };

enum { H5_MAX_DIMS = 2 };

/* What fails while a file is written is kept, and reported by h5_image, h5_save and
 * h5_finish. */

/* An empty file in memory. */
struct h5 *h5_create(void);

/* An empty file on disk, for what memory should not hold; h5_finish puts it at `path`. */
int h5_create_on_disk(const char *path, struct h5 **file) NODISCARD;

/* Creates a group and those above it. */
void h5_make_group(struct h5 *file, const char *path);
/* An array; the groups above it are created. `compress`: chunked by rows, shuffle,
 * deflate; else contiguous. */
void h5_write(struct h5 *file, const char *path, enum h5_type type, int n_dims,
              const size_t *shape, const void *data, bool compress);

/* An array that is written chunk by chunk, packed by its writers: in any order, each
 * once, the last filled up to a whole chunk. One thread at a time calls these two. */
void h5_make_chunked(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                     const size_t *shape);
void h5_write_chunk(struct h5 *file, const char *path, size_t first_row,
                    const void *packed, size_t n_packed);
size_t h5_chunk_rows(enum h5_type type, int n_dims, const size_t *shape);

/* Packs the values of a chunk; the result is borrowed until the packer's next use. A
 * packer belongs to one thread. */
struct h5_packer *h5_packer_new(void);
void h5_packer_free(struct h5_packer *packer);
const void *h5_pack(struct h5_packer *packer, enum h5_type type, size_t n_values,
                    const void *values, size_t *n_packed);

void h5_write_text(struct h5 *file, const char *path, const char *text);
/* A one-dimensional array of fixed-length strings. */
void h5_write_strings(struct h5 *file, const char *path, size_t n, char *const *strings);

/* Attributes of a group or array; texts are fixed-length, as old Keras wants them. */
void h5_attribute_text(struct h5 *file, const char *object, const char *name,
                       const char *text);
void h5_attribute_texts(struct h5 *file, const char *object, const char *name, size_t n,
                        char *const *texts);
void h5_attribute_int(struct h5 *file, const char *object, const char *name,
                      int64_t value);

/* The finished file's bytes, sealed, the caller's to free; closes it, whatever the
 * outcome. */
int h5_image(struct h5 *file, char **bytes, size_t *n) NODISCARD;
/* The finished file's bytes without trailer, for others to read. */
int h5_image_unsealed(struct h5 *file, char **bytes, size_t *n) NODISCARD;
/* Writes the file to `path` atomically and closes it, whatever the outcome. With
 * keep_previous, what stood at `path` is then at <stem>.prev.<extension>. */
int h5_save(struct h5 *file, const char *path, bool keep_previous) NODISCARD;

/* Seals a file that was built on disk, puts it in place and closes it, whatever the
 * outcome. */
int h5_finish(struct h5 *file) NODISCARD;

/* Whether bytes begin as HDF5 does. */
bool h5_is_one(const char *bytes, size_t n);

/* How a file ends. Programs that open one for writing, h5py in mode r+ or a among them,
 * cut it where HDF5's content ends: then its trailer is gone, all of it, and what else
 * they changed nobody knows. */
enum h5_ending {
    H5_SEALED,  /* in a trailer, right or wrong */
    H5_UNSEALED /* where its content does: what wrote it last knows of no trailer */
};

/* ERR_FORMAT where it ends in neither: in a trailer that was cut or changed, before its
 * content does, or in something else. The second one is of the n bytes of an open
 * file. */
int h5_find_ending(const char *path, const char *bytes, size_t n,
                   enum h5_ending *ending) NODISCARD;
int h5_find_ending_on_disk(const char *path, int fd, size_t n,
                           enum h5_ending *ending) NODISCARD;

/* What is said where an unsealed file is read all the same; the caller's to free. */
char *h5_unsealed_note(const char *path);
/* ERR_USAGE, and what to do. */
int h5_refuse_unsealed(const char *path) NODISCARD;

/* Reads the whole file, checks the trailer, opens the image. ERR_NO_INPUT if there is no
 * such file, ERR_FORMAT if it is damaged or not ours, ERR_USAGE if it is unsealed. */
int h5_open(const char *path, struct h5 **file) NODISCARD;
/* Checks and opens bytes of a file that were read already; `path` is for messages. */
int h5_open_bytes(const char *path, const char *bytes, size_t n,
                  struct h5 **file) NODISCARD;
/* Opens what memory should not hold: the file is checked piece by piece and read where it
 * is wanted. Without `check` the caller answers for it. Gives the SHA-256 of the
 * content. */
int h5_open_on_disk(const char *path, bool check, unsigned char digest[FILE_DIGEST_BYTES],
                    struct h5 **file) NODISCARD;
/* NULL is fine. */
void h5_close(struct h5 *file);

/* Where the file was read from. */
const char *h5_path(const struct h5 *file);

bool h5_exists(struct h5 *file, const char *path);
/* The array's type and shape (ERR_FORMAT if missing or of another kind). */
int h5_shape(struct h5 *file, const char *path, enum h5_type *type, int *n_dims,
             size_t shape[H5_MAX_DIMS]) NODISCARD;
/* Reads an array that must have this type and shape. */
int h5_read(struct h5 *file, const char *path, enum h5_type type, int n_dims,
            const size_t *shape, void *data) NODISCARD;
/* Rows first .. first + n - 1 of a data set of that shape. */
int h5_read_rows(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                 const size_t *shape, size_t first, size_t n, void *data) NODISCARD;

/* The rows of an array that h5_write packed or h5_write_chunk wrote, chunk by chunk: as
 * HDF5 reads them, in half of the time, and by threads beside each other and beside
 * others that use HDF5 (h5_has_threads). One thread at a time has it. */
struct h5_chunks;
int h5_chunks_open(struct h5 *file, const char *path, enum h5_type type,
                   const size_t shape[2], struct h5_chunks **chunks) NODISCARD;
/* NULL is fine. The file is closed later. */
void h5_chunks_close(struct h5_chunks *chunks);
/* Rows of a whole chunk. */
size_t h5_chunks_rows(const struct h5_chunks *chunks);
/* The values of chunk k, whose rows begin at k times that; borrowed until the next call.
 * Behind the array's last row they mean nothing. */
int h5_chunks_read(struct h5_chunks *chunks, size_t k, const void **values) NODISCARD;
/* Whether HDF5 was built for more threads than one. */
bool h5_has_threads(void);

/* A text; the caller's to free. */
int h5_read_text(struct h5 *file, const char *path, char **text) NODISCARD;
/* Fixed-length strings; the array and each string are the caller's to free. */
int h5_read_strings(struct h5 *file, const char *path, size_t *n,
                    char ***strings) NODISCARD;
int h5_read_attribute_text(struct h5 *file, const char *object, const char *name,
                           char **text) NODISCARD;
int h5_read_attribute_int(struct h5 *file, const char *object, const char *name,
                          int64_t *value) NODISCARD;

/* Files of others, in memory, of which nothing is taken for granted: only hard links are
 * followed, only what stands in the file itself is read, strings may have fixed or
 * variable length, numbers any type. To be used in a child process (bounded.h): HDF5's
 * parser trusts what it reads. The calls above read such a file too, whatever its layout
 * and its strings are. */
int h5_open_foreign(const char *path, const char *bytes, size_t n,
                    struct h5 **file) NODISCARD;
/* ERR_FORMAT unless all in it is reached by hard links and stands in the file itself. */
int h5_check_contained(struct h5 *file) NODISCARD;
/* Whether hard links lead to an object of that path. */
bool h5_reaches(struct h5 *file, const char *path);
bool h5_has_attribute(struct h5 *file, const char *object, const char *name);
/* A string, or a list of at most `most` of them, which may be cut into name0, name1, ...
 * The caller's to free. */
int h5_read_foreign_text(struct h5 *file, const char *object, const char *name,
                         char **text) NODISCARD;
int h5_read_foreign_texts(struct h5 *file, const char *object, const char *name,
                          size_t most, size_t *n, char ***texts) NODISCARD;
/* An array of 0, 1 or 2 dimensions and at most `most` numbers, as floats, (shape[0],
 * shape[1]), 1 where there is no such dimension; the caller's to free. Of more
 * dimensions, or no numbers: n_dims is H5_MAX_DIMS + 1, and there are none. */
int h5_read_foreign_array(struct h5 *file, const char *path, size_t most, int *n_dims,
                          size_t shape[H5_MAX_DIMS], float **values) NODISCARD;
/* The names of a group's hard links in alphabetical order, at most `most`. */
int h5_list(struct h5 *file, const char *group, size_t most, size_t *n,
            char ***names) NODISCARD;
void h5_free_texts(size_t n, char **texts);
/* Whether a path names an array. */
bool h5_is_array(struct h5 *file, const char *path);

/* Writes a shape as "(64, 128)" into `text`, n bytes. */
void h5_shape_text(int n_dims, const size_t *shape, char *text, size_t n);

/* Inside of another's program, which may use HDF5 itself: between the two HDF5 prints
 * nothing in this thread, behind them what it printed before, and how it ends is the
 * program's affair. */
struct h5_manners {
    void (*print)(void);
    void *data;
};
void h5_enter(struct h5_manners *manners);
void h5_leave(const struct h5_manners *manners);

#endif
