/* Rows to try models on. Who includes this says before how many there are, how long, of
 * how many words and which: ROWS, LENGTH, corpus_lengths (ROWS) and VOCABULARY. */
#ifndef RNNTRAIN_TESTS_UNIT_CORPUS_ROWS_H
#define RNNTRAIN_TESTS_UNIT_CORPUS_ROWS_H

#include <string.h>

#include "data/rows.h"

/* Padded rows in memory. */
struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

static inline void fill_corpus(struct corpus *corpus, bool pad_pre, int classes)
{
    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = corpus_lengths[r];
        corpus->order[r] = r;
        corpus->y[r] = (r + 1) % classes;
        for (int t = 0; t < corpus_lengths[r]; t++)
            corpus->x[r][pad_pre ? LENGTH - corpus_lengths[r] + t : t] =
                (uint16_t)(1 + (5 * r + 3 * t) % (VOCABULARY - 1));
    }

    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = pad_pre,
                                 .x = corpus->x,
                                 .y = corpus->y,
                                 .length = corpus->length};
}

#endif
