/* Seven rows of nine positions, to compare models on, of every length that matters. */
#ifndef RNNTRAIN_TESTS_UNIT_CORPUS_H
#define RNNTRAIN_TESTS_UNIT_CORPUS_H

enum { ROWS = 7, LENGTH = 9, VOCABULARY = 13 };
static const int corpus_lengths[ROWS] = {9, 9, 6, 5, 2, 1, 0};

#include "corpus_rows.h"

#endif
