/* Texts as ranks of their words: what co-occurrences are counted over. */
#ifndef RNNTRAIN_PREPROCESS_VECTORS_TEXTS_H
#define RNNTRAIN_PREPROCESS_VECTORS_TEXTS_H

#include "words/spool.h"
#include "words/vocabulary.h"

#include "text/text.h"

/* Where a text's words stand in the spool. */
struct texts_one {
    int64_t at;
    int32_t n;
};

struct texts {
    const struct spool *spool; /* borrowed, as the next is */
    const struct vocabulary *vocabulary;
    struct texts_one *texts; /* (n) in the order in which they count */
    int64_t n, room;
    /* Ranked: */
    struct words words;      /* those that are kept, the most frequent first */
    int32_t *ranks;          /* of the spool's numbers: from 1; 0: not kept */
    int64_t n_words, n_kept; /* words of all texts, and of them those that are kept */
};

void texts_add(struct texts *texts, int64_t at, int32_t n);

/* Keeps the `most` most frequent words (0: all) that are met `min_count` times or more;
 * ties: by their bytes. Stop words are none, nor what vectors_write does not take.
 * ERR_IO. */
int texts_rank(struct texts *texts, const struct text_tokenizer *tokenizer, int64_t most,
               int64_t min_count) NODISCARD;

/* The next texts' ranks, words that are not kept being left out, `gap` zeros behind each:
 * from text *next on, which moves, until the room would not hold another; one that alone
 * is longer is cut. Returns how many; 0: there are no more. */
int texts_read(const struct texts *texts, struct spool_reader *reader, int gap,
               int64_t *next, size_t room, int32_t *ranks, size_t *n) NODISCARD;

void texts_release(struct texts *texts);

#endif
