#include "text/pairs.h"

#include <stdlib.h>

void pairs_reserve(struct pairs *pairs, size_t n)
{
    struct pairs old = *pairs;
    size_t n_slots = old.n_slots ? old.n_slots : 64;
    while (n_slots < 2 * n)
        n_slots *= 2;
    if (n_slots == old.n_slots)
        return;

    *pairs = (struct pairs){xaligned(n_slots, sizeof *pairs->slots), n_slots, 0};
    for (size_t i = 0; i < n_slots; i++)
        pairs->slots[i].second = PAIRS_NONE;
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slots[i].second >= 0)
            pairs_add(pairs, old.slots[i].first, old.slots[i].second, old.slots[i].value);
    free(old.slots);
}

void pairs_add(struct pairs *pairs, int32_t first, int32_t second, int32_t value)
{
    struct pairs_slot *slot = pairs_slot(pairs, first, second);
    pairs->n += slot->second < 0;
    *slot = (struct pairs_slot){first, second, value};
}

void pairs_release(struct pairs *pairs)
{
    free(pairs->slots);
    *pairs = (struct pairs){0};
}

void pairs_extend(const struct pairs *pairs, const int32_t *items, size_t n, size_t k,
                  int32_t *found)
{
    enum { AHEAD = 16 }; /* slots are fetched some items before they are looked at */
    size_t mask = pairs->n_slots - 1;

    for (size_t i = 0; i + k < n; i++) {
        size_t ahead = i + AHEAD;
        if (ahead + k < n)
            __builtin_prefetch(
                &pairs->slots[pairs_hash(found[ahead], items[ahead + k]) & mask]);

        int32_t first = found[i];
        found[i] = PAIRS_NONE;
        if (first < 0 || found[i + 1] < 0)
            continue;
        const struct pairs_slot *slot = pairs_slot(pairs, first, items[i + k]);
        if (slot->second >= 0)
            found[i] = slot->value;
    }
}
