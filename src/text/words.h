/* Distinct words, numbered from 0 in the order in which they were added.
 *
 * An all-zero struct is empty. A word is any bytes, also none; lookups take the time of
 * one hash. Memory: the words' bytes and about 30 more each. Nothing here is collective.
 */
#ifndef RNNTRAIN_TEXT_WORDS_H
#define RNNTRAIN_TEXT_WORDS_H

#include "base/base.h"

struct words {
    int32_t n;
    char *bytes; /* one word after the other, each with a final 0 */
    size_t n_bytes, bytes_room;
    size_t *start; /* (n + 1) where each begins in bytes */
    int32_t start_room;
    struct words_slot *slots; /* open addressing */
    size_t n_slots;           /* a power of two, or 0 */
};

struct word {
    const char *text; /* n bytes, no final 0 */
    size_t n;
};

/* The numbers of n words; those that are new are added. Up to 8 bytes from each word's
 * beginning on are read, even where it is shorter; behind words_text they can be. */
void words_add_all(struct words *words, const struct word *given, size_t n,
                   int32_t *numbers);
/* The word's number; it is added if it is new. */
int32_t words_add(struct words *words, const char *text, size_t n);
/* The word's number, or -1. */
int32_t words_find(const struct words *words, const char *text, size_t n);

/* The word with that number, with a final 0; borrowed until a word is added. */
static inline const char *words_text(const struct words *words, int32_t number)
{
    return words->bytes + words->start[number];
}

static inline size_t words_length(const struct words *words, int32_t number)
{
    return words->start[number + 1] - words->start[number] - 1;
}

/* Empty again; the memory stays. */
void words_clear(struct words *words);
void words_release(struct words *words);

#endif
