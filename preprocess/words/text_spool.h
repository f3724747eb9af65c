/* The texts of all documents, written once from front to back in a temporary file without
 * a name, then read in any order: where a data set is to keep them. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_TEXT_SPOOL_H
#define RNNTRAIN_PREPROCESS_WORDS_TEXT_SPOOL_H

#include "base/base.h"

struct text_spool {
    int64_t n; /* bytes in it */
    int fd;
    char *folder; /* owned; NULL: it is not open */
    char *text;   /* that was read last */
    size_t room;
};

/* The file is where that of the words is (spool_open). */
int text_spool_open(struct text_spool *spool, const char *output) NODISCARD;
void text_spool_close(struct text_spool *spool);
int text_spool_append(struct text_spool *spool, const char *text, size_t n) NODISCARD;
/* The n bytes from `at` on, borrowed until the next call. */
int text_spool_read(struct text_spool *spool, int64_t at, size_t n,
                    const char **text) NODISCARD;

#endif
