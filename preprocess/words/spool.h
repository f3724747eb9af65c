/* The words of all documents, as numbers: written once from front to back, then read in
 * any order. What does not fit some memory stands in a temporary file without a name. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_SPOOL_H
#define RNNTRAIN_PREPROCESS_WORDS_SPOOL_H

#include "base/base.h"

struct spool {
    int64_t n;      /* numbers in it */
    int32_t *front; /* the first of them */
    int64_t n_front;
    int fd; /* of the others */
    char *folder;
};

/* The file is in $TMPDIR, or beside `output`, where there must be room for the result
 * anyway. */
int spool_open(struct spool *spool, const char *output) NODISCARD;
void spool_close(struct spool *spool);
int spool_append(struct spool *spool, const int32_t *numbers, size_t n) NODISCARD;

/* One a thread; all-zero at first. */
struct spool_reader {
    int32_t *numbers; /* first .. first + n - 1 of the spool */
    size_t n, room;
    int64_t first;
};

/* The numbers at .. at + n - 1, borrowed until the next call. */
int spool_read(const struct spool *spool, struct spool_reader *reader, int64_t at,
               size_t n, const int32_t **numbers) NODISCARD;
/* The same to memory of the caller; they need not have been appended together. */
int spool_copy(const struct spool *spool, struct spool_reader *reader, int64_t at,
               size_t n, int32_t *numbers) NODISCARD;
void spool_reader_release(struct spool_reader *reader);

/* What other spools do alike: such a file and its folder, the caller's; all n bytes at an
 * offset, 0 or -1; what is said where nothing more can be written behind n bytes. */
int spool_make_file(const char *output, int *fd, char **folder) NODISCARD;
int spool_read_at(int fd, char *bytes, size_t n, int64_t offset) NODISCARD;
int spool_cannot_write(const char *folder, int64_t n) NODISCARD;

#endif
