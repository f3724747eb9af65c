/* Folds of a cross-validation: which of K each training row is of, by what it says.
 *
 * Rows with the same words are of one fold, whatever their labels, so that none is judged
 * by a model that has learnt it; of each class or label all folds have as many rows as
 * can be. Neither the rows' order nor who asks matters. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_FOLDS_H
#define RNNTRAIN_DATA_FOLDS_H

#include "data/dataset.h"

enum { FOLDS_MOST = 100 };

/* A hash of the words of each training row (n), the caller's to free. Ids that are not in
 * memory are read from the file, which is open then. */
int folds_hash_rows(const struct dataset *data, uint64_t **hashes) NODISCARD;

/* Training rows that are dealt; all is borrowed. */
struct folds_rows {
    const struct dataset *data;
    const uint64_t *hashes; /* of all training rows */
    const int32_t *rows;    /* (n) numbers of those */
    int n;
};

/* `fold` (n) gets 0 .. n_folds - 1, of at most FOLDS_MOST. ERR_USAGE: a class has fewer
 * different texts than there are folds. */
int folds_deal(const struct folds_rows *rows, int n_folds, uint64_t seed,
               uint8_t *fold) NODISCARD;

#endif
