/* Texts a line, of any encoding, from a file or from a pipe whose other end waits for an
 * answer to each. */
#ifndef RNNTRAIN_COMMANDS_LINES_H
#define RNNTRAIN_COMMANDS_LINES_H

#include "base/base.h"

struct lines;

/* "-" is standard input; a file may be compressed. */
int lines_open(const char *path, const char *encoding, struct lines **lines) NODISCARD;
void lines_close(struct lines *lines); /* NULL is fine */

/* The next line, valid UTF-8 without its end and without NUL, the caller's to free; NULL:
 * there is none, or, with `waiting` false, none that is already there. */
int lines_take(struct lines *lines, bool waiting, char **line) NODISCARD;

/* All that is left as one text. */
int lines_take_all(struct lines *lines, char **text) NODISCARD;

/* Whether nothing more will come, and whether something is there to be read. */
bool lines_ended(const struct lines *lines);
bool lines_are_waiting(const struct lines *lines);

/* Bytes that were no text and became U+FFFD, and the line of the first. */
int64_t lines_bad(const struct lines *lines, int64_t *first);

/* Whether the first line names columns: of a table, whose rows were judged as texts. */
bool lines_begin_as_table(const struct lines *lines);

#endif
