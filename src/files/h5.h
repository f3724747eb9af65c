/* HDF5 files of our own, read: as checkpoints and data sets are.
 *
 * The door for bytes that nobody answers for. A sealed file is read without HDF5, in the
 * forms that h5_write.h gives to it, and no bytes whatever make that crash, read outside
 * of the file, or take more memory than what the file says can have (h5_reader.h). One
 * without a seal, which another program wrote, is given that form first, by a child
 * process. Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_H5_H
#define RNNTRAIN_FILES_H5_H

#include "base/base.h"
#include "files/directory.h"
#include "files/file.h"

struct h5;

enum h5_type { H5_UINT8, H5_UINT16, H5_INT32, H5_INT64, H5_FLOAT32, H5_N_TYPES };

/* Of three dimensions the last two count as one where shapes have H5_MAX_DIMS numbers. */
enum { H5_MAX_DIMS = 2, H5_MAX_RANK = 3 };

/* Larger files are opened on disk. */
enum { H5_MOST_IN_MEMORY = 256 << 20 };

/* Bytes of texts: JSON that is read whole, of which jansson makes a few dozen times as
 * many; a tokenizer of some million words. */
enum { H5_MOST_JSON = 32 << 20, H5_MOST_TEXT = 1 << 30 };

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

/* Reads the whole file, checks the trailer, opens the image; a file of hundreds of MiB is
 * opened on disk instead. ERR_NO_INPUT if there is no such file, ERR_FORMAT if it is
 * damaged or not ours, ERR_USAGE if it is unsealed. */
int h5_open(const char *path, struct h5 **file) NODISCARD;
/* The same of a name in a directory that is held, wherever that is by now. */
int h5_open_in(const struct directory *directory, const char *name,
               struct h5 **file) NODISCARD;
/* The same, but the seal of a file of more than `most` bytes is checked by a thread while
 * the caller reads: nothing that was read is to be believed before h5_believe. */
int h5_open_ahead(const struct directory *directory, const char *name, size_t most,
                  struct h5 **file) NODISCARD;
/* Waits for that check: what it found wrong (ERR_FORMAT, ERR_IO) or else rc, which is
 * what came of reading; a damaged file may say anything. */
int h5_believe(struct h5 *file, int rc) NODISCARD;
/* Checks and opens bytes of a file that were read already; `path` is for messages. */
int h5_open_bytes(const char *path, const char *bytes, size_t n,
                  struct h5 **file) NODISCARD;
/* The same of bytes that it takes over, whatever the outcome. */
int h5_open_taken(const char *path, char *bytes, size_t n, struct h5 **file) NODISCARD;
/* Opens what memory should not hold: the file is checked piece by piece and read where it
 * is wanted, by the descriptor that was checked. Without `check` the caller answers for
 * it. Gives the SHA-256 of the content. */
int h5_open_on_disk(const char *path, bool check, unsigned char digest[FILE_DIGEST_BYTES],
                    struct h5 **file) NODISCARD;
/* Opens a file that lost its seal: a child process (bounded.h) gives its content the form
 * of our own files, in a file without a name, examines that by `examine`, which may be
 * NULL, and so it is read as any other. The n bytes, mapped or in memory, are only looked
 * at by the child. What examine returns is returned. */
int h5_open_unsealed(const char *path, const char *bytes, size_t n,
                     int (*examine)(struct h5 *file), struct h5 **file) NODISCARD;
/* NULL is fine. */
void h5_close(struct h5 *file);

/* Where the file was read from. */
const char *h5_path(const struct h5 *file);
/* Bytes of its content. */
size_t h5_bytes(const struct h5 *file);

/* Whether there is an object of that path, or an attribute of it; true also where that
 * cannot be found out: why is said when it is read. */
bool h5_exists(struct h5 *file, const char *path);
bool h5_has_attribute(struct h5 *file, const char *object, const char *name);
/* The array's type and shape, 1 where it has no such dimension (ERR_FORMAT if missing or
 * of another kind). All values that it says it has are stored in the file, so they bound
 * what memory is taken for. */
int h5_shape(struct h5 *file, const char *path, enum h5_type *type, int *n_dims,
             size_t shape[H5_MAX_RANK]) NODISCARD;
/* ERR_FORMAT unless the array is there and has this type and shape. */
int h5_check(struct h5 *file, const char *path, enum h5_type type, int n_dims,
             const size_t *shape) NODISCARD;
/* Reads an array that must have this type and shape. */
int h5_read(struct h5 *file, const char *path, enum h5_type type, int n_dims,
            const size_t *shape, void *data) NODISCARD;
/* Rows first .. first + n - 1 of a data set of that shape. */
int h5_read_rows(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                 const size_t *shape, size_t first, size_t n, void *data) NODISCARD;

/* The rows of an array that h5_write packed or h5_write_chunk wrote, chunk by chunk.
 * Threads read beside each other, each with chunks of its own. */
struct h5_chunks;
int h5_chunks_open(struct h5 *file, const char *path, enum h5_type type, int n_dims,
                   const size_t *shape, struct h5_chunks **chunks) NODISCARD;
/* NULL is fine. The file is closed later. */
void h5_chunks_close(struct h5_chunks *chunks);
/* Rows of a whole chunk. */
size_t h5_chunks_rows(const struct h5_chunks *chunks);
/* The values of chunk k, whose rows begin at k times that; borrowed until the next call.
 * Behind the array's last row they mean nothing. Asked for again at once they are there.
 */
int h5_chunks_read(struct h5_chunks *chunks, size_t k, const void **values) NODISCARD;

/* A text of at most `most` bytes, the caller's to free. One that is made of next to
 * nothing, as a gigabyte of blanks, is refused. */
int h5_read_text(struct h5 *file, const char *path, size_t most, char **text) NODISCARD;
/* Fixed-length strings; the array and each string are the caller's to free. */
int h5_read_strings(struct h5 *file, const char *path, size_t *n,
                    char ***strings) NODISCARD;
int h5_read_attribute_text(struct h5 *file, const char *object, const char *name,
                           char **text) NODISCARD;
int h5_read_attribute_int(struct h5 *file, const char *object, const char *name,
                          int64_t *value) NODISCARD;

void h5_free_texts(size_t n, char **texts);

/* Writes a shape as "(64, 128)" into `text`, n bytes. */
void h5_shape_text(int n_dims, const size_t *shape, char *text, size_t n);

size_t h5_type_bytes(enum h5_type type);

#endif
