/* Which n-grams the rows of a data set have: found once, kept in a spool of their own,
 * since the file wants to know beforehand how many there are, then packed. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_ROWS_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_ROWS_H

#include "words/ngram_texts.h"

#include "data/sparse.h"

struct ngram_rows {
    struct spool spool;                      /* the features of all rows of all parts */
    uint64_t *start[DATASET_ALL_PARTS];      /* (rows + 1) from 0 in each part; owned */
    int64_t first[DATASET_ALL_PARTS];        /* in the spool */
    struct sparse sparse[DATASET_ALL_PARTS]; /* rows and start alone */
    int64_t n_empty;                         /* rows without any */
};

/* Finds them; texts->map leads to words of the table. The spool's file is where
 * spool_open(output) says. */
int ngram_rows_find(const struct ngram_texts *texts, const struct ngram_table *table,
                    const char *output, int n_threads, struct ngram_rows *rows) NODISCARD;

/* Writes them, once the rest of the data set is there. */
int ngram_rows_write(const struct ngram_rows *rows, const struct dataset *data,
                     struct dataset_writer *writer, int n_threads) NODISCARD;

/* An all-zero struct is fine. */
void ngram_rows_release(struct ngram_rows *rows);

#endif
