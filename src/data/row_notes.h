/* What a data set keeps of its labelled rows besides numbers, for people: where a row
 * came from, and its text (rnnprep --keep-origin, --keep-text).
 *
 *   /train/origin/start (N + 1) int64   /train/origin/bytes (n) uint8, packed in chunks
 *   /train/text/...     /validation/...     /test/...
 *
 * Row i has bytes start[i] .. start[i + 1] - 1, valid UTF-8. A file has a kind for all
 * its labelled parts or for none; without them it means the same, so `needs` does not
 * name them and older programs read it. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_ROW_NOTES_H
#define RNNTRAIN_DATA_ROW_NOTES_H

#include "data/dataset.h"

extern const char *const row_note_names[ROW_NOTES]; /* "origin", "text" */

/* Bytes of one. */
enum { ROW_NOTE_MOST_BYTES = 256 << 20 };

/* Whoever has the notes of rows that are written: row after row is asked for, part by
 * part. *text is borrowed until the next call. */
struct row_notes_source {
    int (*read)(void *context, enum dataset_part part, enum row_note note, int row,
                const char **text, size_t *n);
    void *context;
};

/* Rows' notes from an open file; fast where rows ascend. `data` outlives the reader. One
 * thread at a time has it. */
struct row_notes_reader;
int row_notes_open(const struct dataset *data, enum dataset_part part, enum row_note note,
                   struct row_notes_reader **reader) NODISCARD;
/* A text with a final NUL, borrowed until the next call. ERR_FORMAT: it is no UTF-8. */
int row_notes_read(struct row_notes_reader *reader, int row, const char **text) NODISCARD;
void row_notes_close(struct row_notes_reader *reader); /* NULL is fine */

#endif
