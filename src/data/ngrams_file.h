/* The list of n-grams in files: in a data set at /ngrams, in a checkpoint elsewhere.
 *
 *   GROUP             attributes n, punctuation (0 or 1), and where characters of words
 *                     are features too, characters
 *   GROUP/words       (bytes) uint8: the distinct words, each with a final 0
 *   GROUP/parent      (F) int32: the n-gram without its last word; -1: of a word alone
 *   GROUP/last        (F) int32: its last word
 *   GROUP/documents   (F) int32: training documents that have it, falling
 *
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_NGRAMS_FILE_H
#define RNNTRAIN_DATA_NGRAMS_FILE_H

#include "files/h5.h"
#include "files/h5_write.h"
#include "text/ngrams.h"

void ngrams_write(struct h5_writer *file, const char *group, const struct ngrams *ngrams);

/* Reads and checks the list; ngrams_release. ERR_FORMAT names the file and the array. */
int ngrams_read(struct h5 *file, const char *group, struct ngrams *ngrams) NODISCARD;

/* F alone, once all arrays are known to have their types and shapes. */
int ngrams_read_size(struct h5 *file, const char *group, size_t *n_features) NODISCARD;

#endif
