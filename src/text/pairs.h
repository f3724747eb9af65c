/* Pairs of numbers with a number each, looked up in the time of one hash: the children of
 * n-grams. An all-zero struct is empty. Nothing here is collective. */
#ifndef RNNTRAIN_TEXT_PAIRS_H
#define RNNTRAIN_TEXT_PAIRS_H

#include "base/base.h"

enum { PAIRS_NONE = -1 };

struct pairs {
    struct pairs_slot {
        int32_t first, second; /* second -1: empty */
        int32_t value;
    } * slots;
    size_t n_slots, n; /* n_slots: a power of two, twice n or more */
};

/* Room for n pairs in all; pairs that are there stay. */
void pairs_reserve(struct pairs *pairs, size_t n);
/* Adds a pair, neither number negative, for which there is room; one that is there gets
 * the new value. */
void pairs_add(struct pairs *pairs, int32_t first, int32_t second, int32_t value);
void pairs_release(struct pairs *pairs);

/* Multiplicative hashing, as words.c has it. */
static inline uint64_t pairs_hash(int32_t first, int32_t second)
{
    uint64_t both = (uint64_t)(uint32_t)first << 32 | (uint32_t)second;
    both *= UINT64_C(0x9e3779b97f4a7c15);
    return both ^ both >> 32;
}

/* The slot of a pair, or the empty one where it belongs. There are slots. */
static inline struct pairs_slot *pairs_slot(const struct pairs *pairs, int32_t first,
                                            int32_t second)
{
    size_t mask = pairs->n_slots - 1, at = (size_t)pairs_hash(first, second) & mask;
    for (;; at = (at + 1) & mask) {
        struct pairs_slot *slot = &pairs->slots[at];
        if (slot->second < 0 || (slot->first == first && slot->second == second))
            return slot;
    }
}

/* `found` has the numbers of k items from each of n items on, or PAIRS_NONE; they become
 * those of k + 1 items, by the pairs (number of k, next item), where the k items behind
 * the first have a number too. */
void pairs_extend(const struct pairs *pairs, const int32_t *items, size_t n, size_t k,
                  int32_t *found);

#endif
