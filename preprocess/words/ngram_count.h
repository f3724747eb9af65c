/* Counts the n-grams of the training documents, words and characters alone first, then
 * those of two, and so on: an n-gram is counted only where all that are in it are kept,
 * since it stands in no more documents than they do. That leaves out most of them before
 * they take memory. The outcome does not depend on the number of threads. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_COUNT_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_COUNT_H

#include "words/ngram_texts.h"

#include "text/ngrams.h"
#include "text/pairs.h"

struct ngram_counting {
    int n;                 /* words of the longest */
    int characters;        /* of the longest; 0: none are counted */
    int32_t min_documents; /* 1 or more: those in fewer are dropped, of characters
                            * those in fewer than 2 too */
    int64_t limit;         /* of each length, while it is counted; 0: none */
    int n_threads;
    bool shows_progress; /* on standard error */
};

/* How many n-grams of k + 1 words or characters there were, as far as they were
 * counted. */
struct ngram_tally {
    int64_t n_met[NGRAMS_MOST_WORDS], n_kept[NGRAMS_MOST_WORDS];
    int64_t n_forgotten; /* of all lengths, by the limit; met again, counted again */
};

/* What is kept, in no order but by length: words first. */
struct ngram_kept {
    int32_t n;
    int32_t *parent, *word, *documents;   /* (n) as struct ngrams has them */
    int32_t first[NGRAMS_MOST_WORDS + 1]; /* of those of k + 1 words; at the end n */
    int32_t *places; /* (first[1]) texts->map's number of each word */
    struct ngram_tally tally;
};

/* texts->map, marks and spellings.map lead to n_places numbers of any kind; afterwards
 * they lead to words of `kept`. ERR_USAGE: there are more than there are numbers. */
int ngram_count(struct ngram_texts *texts, int32_t n_places,
                const struct ngram_counting *options, struct ngram_kept *kept) NODISCARD;
void ngram_kept_release(struct ngram_kept *kept);

#endif
