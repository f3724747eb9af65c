/* Which words stand near which, and how much more often than by chance. Two words at a
 * distance of k <= window count 1/k. Sums are of whole numbers (multiples of one over the
 * least common multiple of 1 .. window), so their order does not matter and any number of
 * threads gives the same. Memory: 12 bytes a pair of words that meet while they are
 * counted, and 4 million words of the texts at a time. */
#ifndef RNNTRAIN_PREPROCESS_VECTORS_COOCCURRENCE_H
#define RNNTRAIN_PREPROCESS_VECTORS_COOCCURRENCE_H

#include "vectors/texts.h"

enum { COOCCURRENCE_MOST_WINDOW = 20 };

/* Positive pointwise mutual information: element (i, j) is
 *   max(0, logs - row[i] - column[j]),   logs = log x_ij, x symmetric,
 *   row[i] = log x_i.,   column[j] = log of the share of x_j.^.75 in their sum:
 * contexts to the power .75 (Levy, Goldberg & Dagan 2015). Elements that are 0 in (i, j)
 * and (j, i) are left out. */
struct cooccurrence {
    int32_t n;           /* words */
    int64_t *start;      /* (n + 1) */
    int32_t *columns;    /* (start[n]) */
    float *logs;         /* (start[n]) */
    float *row, *column; /* (n) */
};

/* ERR_IO. Release with cooccurrence_release. */
int cooccurrence_count(const struct texts *texts, int window, int n_threads,
                       struct cooccurrence *result) NODISCARD;
void cooccurrence_release(struct cooccurrence *cooccurrence);

#endif
