/* Rows of ids in memory: what a lane of a model reads, be they a part of a data set or
 * texts that are to be judged. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_ROWS_H
#define RNNTRAIN_DATA_ROWS_H

#include <string.h>

#include "base/base.h"

struct sparse;

/* The arrays are borrowed. Ids are padded: `length` words, zeros on one side of them. */
struct rows {
    int n;
    int maxlen;         /* T: positions of a row */
    int id_bytes;       /* of an id in x: 2 (uint16_t) or 4 (int32_t) */
    bool pad_pre;       /* pads stand in front of the words */
    int chunk_rows;     /* rows that are packed together in the file they are from */
    void *x;            /* (n, maxlen) ids; NULL: they stay in the file */
    int32_t *y;         /* (n) 0 .. classes - 1; NULL where a text has several labels, or
                           nobody knows its class */
    int32_t *length;    /* (n) 0 .. maxlen */
    int n_labels;       /* C of multi_hot; 0: a text has one label, which is in y */
    uint8_t *multi_hot; /* (n, C) 1: the text has the label, 0: it has not */
    const struct sparse *ngrams; /* of the n rows (data/sparse.h); NULL: not in memory */
};

/* Bytes of a row's ids. */
static inline size_t rows_row_bytes(const struct rows *rows)
{
    return (size_t)rows->maxlen * (size_t)rows->id_bytes;
}

/* The C labels of a row, each 0 or 1, where a text may have several. */
static inline const uint8_t *rows_multi_hot(const struct rows *rows, int row)
{
    return rows->multi_hot + (size_t)row * (size_t)rows->n_labels;
}

/* The ids of a row that is in memory. */
static inline const void *rows_at(const struct rows *rows, int row)
{
    return (const char *)rows->x + (size_t)row * rows_row_bytes(rows);
}

/* The position of a row's first word. */
static inline int rows_first_word(const struct rows *rows, int row)
{
    return rows->pad_pre ? rows->maxlen - rows->length[row] : 0;
}

/* The n ids from position t on of a row that stands at `row`, in x or elsewhere. */
static inline void rows_ids(const struct rows *rows, const void *row, int t, int n,
                            int32_t *ids)
{
    if (rows->id_bytes == 2)
        for (int i = 0; i < n; i++)
            ids[i] = ((const uint16_t *)row)[t + i];
    else
        memcpy(ids, (const int32_t *)row + t, (size_t)n * sizeof *ids);
}

/* The id at position t of a row that is in memory. */
static inline int rows_id(const struct rows *rows, int row, int t)
{
    int32_t id = 0;
    rows_ids(rows, rows_at(rows, row), t, 1, &id);
    return id;
}

/* How many of the rows with these n numbers are of each class, or have each label; counts
 * has n_labels entries. */
void rows_count(const struct rows *rows, const int32_t *numbers, int n, int n_labels,
                int *counts);

/* Sorts n numbers of rows, longest row first, ties by number: for lanes. */
void rows_sort_by_length(const struct rows *rows, int32_t *numbers, int n);

#endif
