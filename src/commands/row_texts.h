/* Where rows come from and their texts, as far as their data set has kept them. */
#ifndef RNNTRAIN_COMMANDS_ROW_TEXTS_H
#define RNNTRAIN_COMMANDS_ROW_TEXTS_H

#include "data/row_notes.h"

struct row_texts {
    struct row_notes_reader *readers[ROW_NOTES]; /* NULL: not kept */
};

/* Of a part; `data` NULL: of rows of no data set, which has none. Release with
 * row_texts_close, also after a failure. */
int row_texts_open(const struct dataset *data, enum dataset_part part,
                   struct row_texts *texts) NODISCARD;
void row_texts_close(struct row_texts *texts);

static inline bool row_texts_has(const struct row_texts *texts, enum row_note note)
{
    return texts->readers[note] != NULL;
}

/* Borrowed until the next call for that note. */
static inline int row_texts_read(struct row_texts *texts, enum row_note note, int row,
                                 const char **text)
{
    return row_notes_read(texts->readers[note], row, text);
}

#endif
