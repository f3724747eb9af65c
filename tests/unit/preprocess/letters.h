/* Words of one letter on their way to a vocabulary. */
#ifndef RNNTRAIN_TESTS_UNIT_LETTERS_H
#define RNNTRAIN_TESTS_UNIT_LETTERS_H

#include <string.h>

#include "words/vocabulary.h"

enum { MOST_WORDS = 256 };

/* Meets single letters, a block; their numbers. */
static inline void meet(struct vocabulary *vocabulary, const char *letters,
                        int32_t *numbers)
{
    static char room[MOST_WORDS][8]; /* as many bytes of a word are read */
    struct word words[MOST_WORDS];
    size_t n = strlen(letters);

    for (size_t i = 0; i < n; i++) {
        room[i][0] = letters[i];
        words[i] = (struct word){room[i], 1};
    }
    vocabulary_find_places(vocabulary, words, n, numbers);
    vocabulary_meet(vocabulary, numbers, n);
    vocabulary_end_block(vocabulary);
}

#endif
