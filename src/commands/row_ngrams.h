/* The n-grams of rows that a linear model is to judge, in memory: those of a data set, or
 * of texts that are cut here. */
#ifndef RNNTRAIN_COMMANDS_ROW_NGRAMS_H
#define RNNTRAIN_COMMANDS_ROW_NGRAMS_H

#include "data/sparse.h"
#include "serve/predictor.h"

/* All arrays are owned. The rows of a data set point to them. */
struct row_ngrams {
    struct sparse rows[DATASET_PARTS];
    uint64_t *start[DATASET_PARTS];
    uint32_t *index[DATASET_PARTS];
    size_t room[DATASET_PARTS];
};

/* Reads those of an open data set, where the model is linear. ERR_FORMAT where it has
 * none, or others than the model. */
int row_ngrams_load(const struct predictor *predictor, struct dataset *data,
                    struct row_ngrams *ngrams) NODISCARD;

/* Appends a row to a part that has n_rows, with features that ascend; when all are there
 * the rows of `data` get them. */
void row_ngrams_add(struct row_ngrams *ngrams, enum dataset_part part,
                    const uint32_t *features, size_t n);
void row_ngrams_attach(struct row_ngrams *ngrams, struct dataset *data);

void row_ngrams_release(struct row_ngrams *ngrams);

#endif
