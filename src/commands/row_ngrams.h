/* The n-grams of rows that are to be judged by them, in memory: those of a data set, or
 * of texts that are cut here. */
#ifndef RNNTRAIN_COMMANDS_ROW_NGRAMS_H
#define RNNTRAIN_COMMANDS_ROW_NGRAMS_H

#include "data/sparse_list.h"
#include "ranks/comm.h"
#include "serve/predictor.h"

/* Zeroed at first; the rows of a data set point to it. */
struct row_ngrams {
    struct sparse_list list[DATASET_PARTS]; /* to which rows are added */
    struct comm_window window;              /* of a data set's, which a node has once */
    struct sparse rows[DATASET_PARTS];
};

/* Collective in `comm`, or alone where that is NULL. Reads those of a part of a data set
 * that the first rank of each node has open, where the model reads n-grams. ERR_FORMAT
 * where it has none, or others than the model. */
int row_ngrams_load(const struct comm *comm, const struct predictor *predictor,
                    struct dataset *data, enum dataset_part part,
                    struct row_ngrams *ngrams) NODISCARD;

/* Once all rows are in the lists: the rows of `data` get them. */
void row_ngrams_attach(struct row_ngrams *ngrams, struct dataset *data);

/* Collective as row_ngrams_load is, where that has read any. */
void row_ngrams_release(const struct comm *comm, struct row_ngrams *ngrams);

#endif
