/* Texts on their way to who judges them, with what is kept of their rows: packed into one
 * block of bytes, which another thread or another rank unpacks. Nothing is made of them
 * before, as one thread alone reads.
 */
#ifndef RNNTRAIN_COMMANDS_BATCH_H
#define RNNTRAIN_COMMANDS_BATCH_H

#include "commands/kept.h"

/* A batch is full with so many texts, or with so many bytes. */
enum { BATCH_TEXTS = 128, BATCH_BYTES = 1 << 20 };

/* All-zero: an empty one. */
struct batch {
    char *bytes; /* (n_bytes) owned */
    size_t n_bytes, room;
    int n;         /* texts */
    int64_t first; /* how many texts of the input stand before it */
};

void batch_clear(struct batch *batch); /* keeps its memory */
void batch_release(struct batch *batch);
bool batch_is_full(const struct batch *batch);

/* A text by itself; with `keeps` it is its row as well. */
void batch_add_line(struct batch *batch, const char *line, bool keeps);
/* A text of a row or of a file; with `keeps` all that kept_of_text asks for. */
void batch_add_text(struct batch *batch, const struct one_text *text, bool keeps);

/* The text at *at, from 0 on, a C string in the batch; *at: the next one's. *kept is the
 * caller's to release. */
const char *batch_text(const struct batch *batch, size_t *at, struct kept *kept);

#endif
