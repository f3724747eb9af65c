/* How many ids documents have before padding. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_LENGTHS_H
#define RNNTRAIN_PREPROCESS_WORDS_LENGTHS_H

#include "words/encode.h"

/* What a share of a part's rows, in percent, do not exceed; 0 where it has none. */
int lengths_at(const struct encoding *encoding, enum dataset_part part, int percentile,
               int *length) NODISCARD;

#endif
