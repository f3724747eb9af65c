/* From the bytes of a file to UTF-8. */
#ifndef RNNTRAIN_INPUT_DECODE_H
#define RNNTRAIN_INPUT_DECODE_H

#include "base/base.h"

struct decoder {
    struct UConverter *from; /* NULL: UTF-8, which passes through */
    bool started;            /* the first bytes were seen */
    int64_t n_bytes;         /* taken so far */
    /* Sequences that the encoding does not have, replaced by U+FFFD, and the byte of the
     * file where the first stood. */
    int64_t n_bad, first_bad;
    char *text;
    size_t room;
};

/* Whether ICU knows the encoding: ERR_USAGE names it. */
int decode_check(const char *encoding) NODISCARD;

/* All-zero is a decoder at the beginning of a file. A byte order mark of UTF-8, UTF-16 or
 * UTF-32 decides and is left out; else the file is in `encoding` (NULL: UTF-8). The first
 * piece has four bytes or is the last. The text is borrowed until the next call. Invalid
 * UTF-8 is passed on (text_repair_utf8 counts it). */
void decode_piece(struct decoder *decoder, const char *encoding, const char *bytes,
                  size_t n, bool last, const char **text, size_t *n_text);
void decode_release(struct decoder *decoder);

#endif
