/* From the bytes of a document to the text that is tokenized: valid UTF-8, tags gone. */
#ifndef PREPROCESS_CLEAN_H
#define PREPROCESS_CLEAN_H

#include "corpus.h"

enum tags { TAGS_REMOVE, TAGS_SPACE, TAGS_KEEP };

/* Invalid UTF-8 found: how much, where first. */
struct repairs {
    int n_documents;
    size_t n_bytes;
    char *examples; /* "train/neg/7_3.txt (byte 118), ..." at most three; owned */
};

/* Cleans every document in place. `strict`: invalid UTF-8 is an error. */
int clean_corpus(struct corpus *corpus, enum tags tags, bool strict,
                 struct repairs *repairs) NODISCARD;

/* <[^>]+> removed, nothing (or a space) in its place; in place, returns the new length.
 */
size_t clean_tags(char *text, size_t n, enum tags tags);

#endif
