/* Seven rows of nine positions, to compare models on, of every length that matters. */
#ifndef RNNTRAIN_TESTS_UNIT_CORPUS_H
#define RNNTRAIN_TESTS_UNIT_CORPUS_H

#include <string.h>

#include "data/rows.h"

enum { ROWS = 7, LENGTH = 9, VOCABULARY = 13 };

/* Padded rows in memory, of 9, 9, 6, 5, 2, 1 and 0 words. */
struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

static inline void fill_corpus(struct corpus *corpus, bool pad_pre, int classes)
{
    static const int lengths[ROWS] = {9, 9, 6, 5, 2, 1, 0};

    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = lengths[r];
        corpus->order[r] = r;
        corpus->y[r] = (r + 1) % classes;
        for (int t = 0; t < lengths[r]; t++)
            corpus->x[r][pad_pre ? LENGTH - lengths[r] + t : t] =
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
