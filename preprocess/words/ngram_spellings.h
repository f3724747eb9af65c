/* The characters of a corpus's distinct words, as n-grams have them (text/ngrams.h). */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_SPELLINGS_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_SPELLINGS_H

#include "words/vocabulary.h"

struct ngram_spellings {
    struct words characters; /* number 0 is a word's beginning and its end */
    int32_t *map;            /* (characters.n) to places, then to words of n-grams */
    int32_t *places;         /* (numbers) from the spool's numbers to words */
    size_t *start;           /* (words + 1) where each word begins in */
    int32_t *spelled;        /* its characters */
    int32_t n_numbers;
};

/* Of all words that are known; characters' places begin behind `first`. */
void ngram_spellings_make(const struct vocabulary *vocabulary, int32_t first,
                          struct ngram_spellings *spellings);
/* An all-zero struct is fine. */
void ngram_spellings_release(struct ngram_spellings *spellings);

/* How many characters the word of a number has, its beginning and end among them, and
 * which; 0: nobody knows the word. */
size_t ngram_spelling(const struct ngram_spellings *spellings, int32_t number,
                      const int32_t **characters);

#endif
