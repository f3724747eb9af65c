/* From the n-grams that are kept to their list, in its order (text/ngrams.h). */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_ORDER_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_ORDER_H

#include "words/ngram_count.h"

/* `text` gives the word of a place. ngrams_release. */
struct ngram_order {
    int n, characters;
    bool punctuation;
    const char *(*text)(const void *context, int32_t place);
    const void *context;
};

void ngram_order(const struct ngram_kept *kept, const struct ngram_order *order,
                 struct ngrams *ngrams);

#endif
