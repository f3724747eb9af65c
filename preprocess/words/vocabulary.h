/* The distinct words of a corpus while it is read, and which of them a limit forgets.
 *
 * Every word gets a number when it is met first; documents are kept as numbers. With a
 * limit of N words, whenever more than 2 N are known at the end of a block, the N that
 * were met most often so far stay (ties: the one met first) and the others are forgotten;
 * met again, a word begins anew with another number. In the end all numbers of a word
 * lead to the same word. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_VOCABULARY_H
#define RNNTRAIN_PREPROCESS_WORDS_VOCABULARY_H

#include "text/words.h"

struct vocabulary {
    struct words words; /* those that are known */
    struct vocabulary_word {
        int64_t count;
        int32_t number;
    } * known; /* of words, by its number there */
    int32_t known_room;
    int32_t n_numbers; /* given so far */
    int64_t limit;     /* N; 0: none */
    struct vocabulary_forgotten {
        uint64_t hash;
        int32_t number;
    } * forgotten;
    size_t n_forgotten, forgotten_room;
};

/* The places of words among the known ones, until vocabulary_end_block. */
void vocabulary_find_places(struct vocabulary *vocabulary, const struct word *words,
                            size_t n, int32_t *places);

/* From places to the words' numbers; each is met once more. */
void vocabulary_meet(struct vocabulary *vocabulary, int32_t *places, size_t n);

/* Forgets words if there are too many: places are others then. */
void vocabulary_end_block(struct vocabulary *vocabulary);

/* From each number to the place of its word, or VOCABULARY_FORGOTTEN; the caller's to
 * free. */
enum { VOCABULARY_FORGOTTEN = -2 };
int32_t *vocabulary_places(const struct vocabulary *vocabulary);

void vocabulary_release(struct vocabulary *vocabulary);

#endif
