/* Bytes of files that are not read but mapped, for a child process to work on
 * (bounded.h): they take memory where they are looked at, and none where the file has
 * holes. Where another program cuts such a file meanwhile, whoever looks at it ends: so
 * the process itself does not. Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_MAPPED_H
#define RNNTRAIN_FILES_MAPPED_H

#include "base/base.h"

struct mapped {
    char *bytes; /* (n); NULL where n is 0 */
    size_t n;
};

/* A regular file as it is, never to be written to. ERR_NO_INPUT if it cannot be opened,
 * ERR_IO. Release with mapped_release. */
int mapped_file(const char *path, struct mapped *file) NODISCARD;

/* A new file without a name, which grows up to `most` bytes as they are written. What
 * stands in it is read by the descriptor, the caller's to close. A large one lies in
 * TMPDIR, a small one in memory; `path` is for messages. ERR_IO. */
int mapped_scratch(const char *path, size_t most, int *fd, struct mapped *file) NODISCARD;

/* An all-zero struct is fine. */
void mapped_release(struct mapped *file);

#endif
