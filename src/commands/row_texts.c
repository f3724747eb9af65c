#include "commands/row_texts.h"

int row_texts_open(const struct dataset *data, enum dataset_part part,
                   struct row_texts *texts)
{
    int rc = OK;

    *texts = (struct row_texts){.readers = {NULL}};
    for (enum row_note note = 0; note < ROW_NOTES && data && !rc; note++)
        if (data->notes[note] && part < DATASET_PARTS)
            rc = row_notes_open(data, part, note, &texts->readers[note]);
    return rc;
}

void row_texts_close(struct row_texts *texts)
{
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        row_notes_close(texts->readers[note]);
    *texts = (struct row_texts){.readers = {NULL}};
}
