/* The labels of a text that may have several, or none: as distinct words, in the order in
 * which they stand there. */
#ifndef RNNTRAIN_INPUT_MULTI_LABELS_H
#define RNNTRAIN_INPUT_MULTI_LABELS_H

#include "text/words.h"

/* One more; blanks around it do not count, and nothing is no label. */
void multi_labels_add(struct words *labels, const char *text, size_t n);

/* The labels that a field holds, with a separator between them. A list as Python writes
 * it, ['a', 'b'], loses its brackets and quotes. */
void multi_labels_split(struct words *labels, const char *text, size_t n,
                        const char *separator);

/* As multi_labels_split; one label without a separator (NULL). */
void multi_labels_take(struct words *labels, const char *text, size_t n,
                       const char *separator);

/* What a column of one label says: 1 and true that a text has it, 0 and false that it has
 * not; -1: neither. */
int multi_labels_truth(const char *text, size_t n);

/* Whether of n rows so many have several labels that this is no slip: two, and one in a
 * hundred. */
bool multi_labels_are_meant(int n_several, int n);

#endif
