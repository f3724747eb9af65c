/* What file.c and seal.c give to those that hold a descriptor. */
#ifndef RNNTRAIN_FILES_FILE_PRIVATE_H
#define RNNTRAIN_FILES_FILE_PRIVATE_H

#include "files/file.h"

/* Appends the trailer to n bytes of content, makes the file durable and reads it back; -1
 * and errno on failure. */
int file_append_seal(int fd, uint64_t n) NODISCARD;

/* What file_read_seal with `check` finds, found by a thread, which reads the
 * descriptor until it is awaited, once; that releases it. */
struct file_seal_check;
struct file_seal_check *file_seal_begin(int fd, const char *path, size_t size);
int file_seal_await(struct file_seal_check *seal) NODISCARD;

/* As file_open, of a name in a directory that is held; `path` is for messages. */
int file_open_at(int directory, const char *name, const char *path, int *fd,
                 size_t *size) NODISCARD;

/* As file_lock, at once, of a folder. */
enum file_lock file_lock_folder(int fd) NODISCARD;

#endif
