/* Marks of punctuation on their way from a text to the spool: beside its words, so that
 * whoever asks for words alone meets none. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_MARKS_H
#define RNNTRAIN_PREPROCESS_WORDS_MARKS_H

#include "words/spool.h"

#include "text/text.h"

/* The marks of some documents, one after the other. All-zero at first. */
struct marks {
    int32_t *packed; /* (n) */
    size_t n, room;
    int32_t *spooled; /* private */
    size_t spooled_room;
};

/* A mark and the number of words before it, in one number; and what was packed. */
int32_t marks_pack(int32_t n_before, int mark);
int32_t marks_words_before(int32_t packed);
int marks_number(int32_t packed);

/* Takes the marks out of the words that were cut; returns how many there are. */
int32_t marks_take(const struct text_tokenizer *tokenizer, struct text_cut *cut,
                   struct marks *marks);

/* Appends documents: of each its words, how many marks it has, and these. `counts` has of
 * each the words and the marks. */
struct marks_counts {
    int32_t n_words, n_marks;
};
int marks_spool(struct marks *marks, const int32_t *words,
                const struct marks_counts *counts, size_t n,
                struct spool *spool) NODISCARD;

void marks_release(struct marks *marks);

#endif
