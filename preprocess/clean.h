/* Makes the bytes of documents valid UTF-8. */
#ifndef PREPROCESS_CLEAN_H
#define PREPROCESS_CLEAN_H

#include "corpus.h"

/* Invalid UTF-8 found: how much, where first. */
struct repairs {
    int n_documents;
    size_t n_parts;
    char *examples; /* "train/neg/7_3.txt (byte 118), ..." at most three; owned */
};

/* Repairs every document in place. `strict`: invalid UTF-8 is an error. */
int clean_corpus(struct corpus *corpus, bool strict, struct repairs *repairs) NODISCARD;

#endif
