/* The baseline of texts that may have several labels. */
#ifndef PREPROCESS_BASELINE_LABELS_H
#define PREPROCESS_BASELINE_LABELS_H

#include "data/dataset.h"

/* Decisions over all texts and labels. */
struct label_decisions {
    int64_t n_right, n_wrong,
        n_missed; /* labels that were given, and those that were not */
    int n_whole;  /* texts whose labels are all right */
};

/* Judges each label of the test part by naive Bayes: texts that have it against texts
 * that have it not. The data set is in memory. */
struct label_decisions baseline_labels(const struct dataset *data);

/* 2 right / (2 right + wrong + missed): micro-F1; 0 of no label. */
double baseline_micro_f1(const struct label_decisions *decisions);

#endif
