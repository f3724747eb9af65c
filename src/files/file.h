/* Whole files: read at once, replaced at once, sealed by a trailer.
 *
 * A file is written under a temporary name, flushed to the device, read back and renamed,
 * so that a reader sees the old file or the new one, at every moment and after a crash. A
 * sealed file ends in a trailer: 8 bytes of magic, the length of what stands before it (8
 * bytes, little-endian), and its SHA-256. Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_FILE_H
#define RNNTRAIN_FILES_FILE_H

#include "base/base.h"

enum { FILE_TRAILER_BYTES = 48, FILE_DIGEST_BYTES = 32 };

/* Reads a regular file; the bytes, with a 0 behind them, are the caller's to free.
 * ERR_NO_INPUT if it cannot be opened, ERR_IO if it cannot be read. */
int file_read(const char *path, char **bytes, size_t *n) NODISCARD;
/* The same of a file that is open, from where it stands; `path` is for messages. */
int file_read_opened(int fd, const char *path, char **bytes, size_t *n) NODISCARD;

/* Whether a file could be written there, as far as can be told before: nothing or a
 * regular file is there, in a folder that may be written to. What killed writers of it
 * have left is removed. */
int file_check_target(const char *path) NODISCARD;

/* Writes n bytes to `path` atomically. With keep_previous, what stood there is then at
 * <stem>.prev.<extension>. Where `path` is a link, the link is replaced. ERR_IO names the
 * cause; the old file is then untouched. */
int file_replace(const char *path, const void *bytes, size_t n,
                 bool keep_previous) NODISCARD;

/* A new file that is read while it grows; with `overwrite` in place of what is there,
 * else ERR_EXISTS. ERR_IO. */
int file_create(const char *path, bool overwrite, int *fd) NODISCARD;

/* A file that something else writes is replaced in two steps: file_begin makes an empty
 * one, whose descriptor may be written to; file_finish seals what is then in it and puts
 * it at `path`. ERR_IO: the old file is untouched. file_end closes it, and removes it
 * where it was not finished; NULL is allowed. */
struct file_target;
int file_begin(const char *path, struct file_target **target) NODISCARD;
int file_target_fd(const struct file_target *target);
int file_finish(struct file_target *target) NODISCARD;
/* The same without a seal. */
int file_finish_plain(struct file_target *target) NODISCARD;
/* The same with a seal, of a name in a directory, which is then free to be closed; as
 * finished, what had the name is at <stem>.prev.<extension>, unless it is the same file
 * again, which their seals tell. One thread may finish what another one began. */
struct directory;
int file_begin_in(const struct directory *directory, const char *name,
                  struct file_target **target) NODISCARD;
int file_finish_keeping(struct file_target *target) NODISCARD;
void file_end(struct file_target *target);

/* Writes all n bytes; -1 and errno if that fails. */
int file_append(int fd, const char *bytes, size_t n) NODISCARD;

/* A lock on an open file that also holds on NFS, and ends with the process, however it
 * ends. Where another process has it, it is waited for up to `patience` seconds. */
enum file_lock { FILE_LOCKED, FILE_LOCKED_BY_OTHER, FILE_NO_LOCKS };
enum file_lock file_lock(int fd, double patience) NODISCARD;
/* The same at once, of a file that is open for reading, which others may hold so too. */
enum file_lock file_lock_shared(int fd) NODISCARD;

/* What the file system of a folder has left for us; -1: it does not say. */
int64_t file_free_bytes(const char *folder);

/* The SHA-256 of n bytes. */
void file_digest(const char *bytes, size_t n, unsigned char digest[FILE_DIGEST_BYTES]);

/* The same of a regular file, which is read piece by piece. ERR_NO_INPUT, ERR_IO. */
int file_digest_of(const char *path, unsigned char digest[FILE_DIGEST_BYTES]) NODISCARD;

/* Writes the trailer of n bytes of content behind them: FILE_TRAILER_BYTES more. */
void file_seal(char *content, size_t n);

/* Whether n bytes end in a trailer, right or wrong. */
bool file_has_seal(const char *bytes, size_t n);

/* The same of a regular file. ERR_NO_INPUT, ERR_IO. */
int file_is_sealed(const char *path, bool *is_sealed) NODISCARD;

/* Whether n bytes, of which the last FILE_TRAILER_BYTES stand at `tail`, end in what was
 * a trailer: its length or most of its magic is still there. */
bool file_has_spoilt_seal(const char *tail, size_t n);

/* Whether the n bytes, trailer included, are those that were sealed; ERR_FORMAT. */
int file_check_seal(const char *path, const char *bytes, size_t n) NODISCARD;

/* The trailer of a file that is too large to be read whole: file_open opens a regular
 * file to be read and gives its size (ERR_NO_INPUT; the descriptor is the caller's to
 * close); file_read_seal gives the SHA-256 in the trailer, and with `check` reads what
 * stands before it, piece by piece, which must have it (ERR_FORMAT, ERR_IO). */
int file_open(const char *path, int *fd, size_t *size) NODISCARD;
int file_read_seal(int fd, const char *path, size_t size, bool check,
                   unsigned char digest[FILE_DIGEST_BYTES]) NODISCARD;

#endif
