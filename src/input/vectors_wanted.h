/* The words that vectors are wanted of, and what was found of each: as the file writes
 * them, else in lower case. */
#ifndef RNNTRAIN_INPUT_VECTORS_WANTED_H
#define RNNTRAIN_INPUT_VECTORS_WANTED_H

#include "input/vectors.h"
#include "text/text.h"

struct vectors_wanted {
    const struct words *words; /* borrowed */
    struct words folded;       /* the same in lower case */
    int32_t *first;            /* (folded.n) a wanted word of each */
    int32_t *next;             /* (words->n) another one of the same; -1: there is none */
    struct text_tokenizer *lower;
    struct text_cut cut;
    char *copy; /* (copy_room) of the word that is looked for */
    size_t copy_room;
    int32_t *found; /* (words->n) */
};

void vectors_wanted_new(const struct words *words, struct vectors_wanted *wanted);
void vectors_wanted_release(struct vectors_wanted *wanted);

/* The wanted words that get the vector of the word in this row of the file: those that
 * have none as good, which vectors->match says from now on. Returns how many; their
 * numbers are wanted->found. */
int32_t vectors_wanted_find(struct vectors_wanted *wanted, const struct word *word,
                            int64_t row, struct vectors *vectors);

#endif
