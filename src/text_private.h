/* What text.c and text_json.c share: the tokenizer's inside. */
#ifndef RNNTRAIN_TEXT_PRIVATE_H
#define RNNTRAIN_TEXT_PRIVATE_H

#include "rnntrain/text.h"

#include <unicode/ucasemap.h>

struct word {
    char *text;
    size_t n_bytes;
    int64_t count;    /* times seen in fitting */
    int64_t n_docs;   /* documents it was seen in */
    int64_t last_doc; /* the last of them, from 1 */
    int index;        /* once frozen; 0: a stop word, or none */
    bool is_stop;
};

struct text_tokenizer {
    struct text_options options; /* owned copies */
    bool is_filter[128];         /* ASCII filters */
    bool has_wide_filters;       /* filters beyond ASCII stand in options.filters */
    UCaseMap *case_map;
    struct word *words; /* in order of first appearance */
    int32_t n_words, capacity;
    int32_t *slots; /* open addressing: 1 + position in words, 0 empty */
    size_t n_slots; /* a power of two */
    int64_t n_documents;
    int32_t *by_index; /* position in words of index first_index() + i */
    int32_t n_indexed;
};

/* The word's entry, made if there is none; valid until the next call. */
struct word *text_add_word(struct text_tokenizer *tokenizer, const char *text, size_t n);

/* Index of the most frequent word: 1, or 2 where the OOV token has 1. */
int text_first_index(const struct text_tokenizer *tokenizer);

/* Frees the strings of options that are owned. */
void text_release_options(struct text_options *options);

#endif
