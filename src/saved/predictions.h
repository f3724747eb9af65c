/* What a run's result said of rows that it had not learnt: RUN/predictions.h5, for
 * reports and comparisons, which then need neither the model nor the data.
 *
 *   /labels                 (C) strings
 *   /<part>/row             (n) int32, numbers in the data set's part `of`, ascending
 *   /<part>/label           (n) int32 or, where a text may have several, (n, C) uint8
 *   /<part>/decided         (n) int32, what it was taken for; the same, no such array
 *   /<part>/probabilities   (n, C) float32: one of a label that was given is above one
 *                           half, and none of the others
 *   attributes of /: kind, version, multi_label, which ("best" or "last"), data
 *   and weights (hashes, as the log has them); of /<part>: of (a part's name), epoch
 *
 * Equal runs have equal files. Sealed as all files are. Nothing here is collective.
 */
#ifndef RNNTRAIN_SAVED_PREDICTIONS_H
#define RNNTRAIN_SAVED_PREDICTIONS_H

#include "data/dataset.h"
#include "files/directory.h"

#define PREDICTIONS_FILE "predictions.h5"

/* More probabilities than that, n C, are not kept. */
enum { PREDICTIONS_MOST = 1 << 25 };

struct predictions_part {
    enum dataset_part of;
    int epoch; /* whose weights said it, from 1 */
    int n;     /* 0: there is no such part */
    int32_t *row;
    int32_t *label, *decided; /* (n) where a row has one label; else NULL */
    uint8_t *labels;          /* (n, C) 0 or 1, where it may have several; else NULL */
    float *probabilities;     /* (n, C) within [0, 1], or NaN */
};

struct predictions {
    char *which; /* owned, as all is where it was read */
    uint64_t data_hash, weights;
    int n_labels; /* C, 2 or more */
    char **labels;
    bool multi_label;
    struct predictions_part part[DATASET_PARTS]; /* validation and test */
};

/* Arrays of n rows, zeroed. */
void predictions_take_room(struct predictions *predictions, enum dataset_part part,
                           int n);
/* What double probabilities of C classes or labels are as floats: none crosses one
 * half. */
void predictions_round(const double *probabilities, int n_labels, float *rounded);

/* Replaces the file in a run's folder; ERR_IO. */
int predictions_write(const struct predictions *predictions,
                      const struct directory *folder) NODISCARD;
/* ERR_NO_INPUT: there is no such file; ERR_FORMAT. */
int predictions_read(const char *path, struct predictions *predictions) NODISCARD;
/* Frees names and arrays; of one that is all zero too. */
void predictions_release(struct predictions *predictions);

#endif
