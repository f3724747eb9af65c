/* The documents of a corpus as the words, and characters, that n-grams are made of. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_TEXTS_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_TEXTS_H

#include "corpus/corpus.h"
#include "words/ngram_spellings.h"
#include "words/spool.h"

#include "text/text.h"

/* What a number becomes: a word, no word that is known, or nothing, as a stop word. */
enum { NGRAM_UNKNOWN = -1, NGRAM_SKIPPED = -2 };

struct ngram_texts {
    const struct corpus *corpus;     /* borrowed, as the others are */
    const struct corpus *unlabelled; /* texts that have none; NULL */
    const struct spool *spool;
    bool has_marks; /* the spool keeps them */
    int32_t *map;   /* (n_numbers) from the spool's numbers; owned */
    int32_t n_numbers;
    int32_t marks[TEXT_MARKS];        /* the words that marks are */
    struct ngram_spellings spellings; /* owned; all-zero: characters are no features */
};

void ngram_texts_release(struct ngram_texts *texts);

/* One a thread; all-zero at first. */
struct ngram_text {
    struct spool_reader reader;
    int32_t *words; /* (n) numbers of words, or NGRAM_UNKNOWN; then of characters */
    size_t n_words; /* from here on NGRAM_UNKNOWN stands before each word's characters */
    size_t n, room;
};

/* How many rows a part has. */
int ngram_texts_rows(const struct ngram_texts *texts, enum dataset_part part);

/* The document of a row of all parts, train first and those without labels last. */
int ngram_text_read(const struct ngram_texts *texts, int32_t row,
                    struct ngram_text *text) NODISCARD;
void ngram_text_release(struct ngram_text *text);

#endif
