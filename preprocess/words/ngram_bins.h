/* N-grams of one length while they are counted: in how many documents each stands.
 *
 * They lie in bins by a hash, each small enough for a processor's cache; a bin is one
 * thread's at a time, and sees the documents in the order of rows. So what it comes to
 * does not depend on the number of threads. Memory: about 40 bytes an n-gram. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_NGRAM_BINS_H
#define RNNTRAIN_PREPROCESS_WORDS_NGRAM_BINS_H

#include "base/base.h"

enum { NGRAM_BINS = 256 };

/* An n-gram met in a row: one of a word less, or -1, and the last word. */
struct ngram_met {
    int32_t parent, word, row;
};

struct ngram_counted {
    int32_t parent, word;
    int32_t documents, last; /* the row that it was met in last */
};

struct ngram_bin {
    struct ngram_counted *counted; /* (n) in the order of first meeting */
    int32_t n, room;
    int32_t *slots; /* open addressing: 1 + index of counted, 0: empty */
    size_t n_slots; /* a power of two, or 0 */
};

/* The bin where an n-gram belongs. */
int ngram_bin_of(const struct ngram_met *met);

/* Counts n of a bin's n-grams, each once a row. */
void ngram_bin_count(struct ngram_bin *bin, const struct ngram_met *met, size_t n);

/* Of all bins: where there are more than 2 limit n-grams, the `limit` that were met in
 * most documents so far stay (ties: by bin, then the one met first). Returns how many
 * are forgotten. limit 0: none. */
int64_t ngram_bins_forget(struct ngram_bin bins[NGRAM_BINS], int64_t limit);

int64_t ngram_bins_count(const struct ngram_bin bins[NGRAM_BINS]);
void ngram_bins_release(struct ngram_bin bins[NGRAM_BINS]);

#endif
