#include "rnntrain/words.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

/* Most lookups end at the first slot: its tag, the hash's upper half, rules others out. */
struct words_slot {
    uint32_t tag;
    int32_t number; /* 1 + number of the word; 0: empty */
};

/* The slot that holds the word, or the empty one where it belongs. */
static size_t slot_of(const struct words *words, uint64_t hash, const char *text,
                      size_t n)
{
    size_t mask = words->n_slots - 1, at = hash & mask;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (;; at = (at + 1) & mask) {
        const struct words_slot *slot = &words->slots[at];
        if (!slot->number)
            return at;
        int32_t number = slot->number - 1;
        if (slot->tag == tag && words_length(words, number) == n &&
            !memcmp(words_text(words, number), text, n))
            return at;
    }
}

static void grow_slots(struct words *words)
{
    free(words->slots);
    words->n_slots = words->n_slots ? 4 * words->n_slots : 1024;
    words->slots = xcalloc(words->n_slots, sizeof *words->slots);
    for (int32_t i = 0; i < words->n; i++) {
        const char *text = words_text(words, i);
        size_t n = words_length(words, i);
        uint64_t hash = XXH3_64bits(text, n);
        words->slots[slot_of(words, hash, text, n)] =
            (struct words_slot){(uint32_t)(hash >> 32), i + 1};
    }
}

static void append(struct words *words, const char *text, size_t n)
{
    if (words->n + 2 > words->start_room) {
        if (words->n > INT32_MAX / 2 - 2)
            die("more than %d distinct words", words->n);
        words->start_room = words->start_room ? 2 * words->start_room : 1024;
        words->start =
            xrealloc(words->start, (size_t)words->start_room, sizeof *words->start);
        words->start[words->n] = words->n_bytes;
    }
    if (words->bytes_room - words->n_bytes <= n) {
        words->bytes_room = 2 * words->bytes_room + n + 8192;
        words->bytes = xrealloc(words->bytes, words->bytes_room, 1);
    }
    memcpy(words->bytes + words->n_bytes, text, n);
    words->bytes[words->n_bytes + n] = '\0';
    words->n_bytes += n + 1;
    words->start[++words->n] = words->n_bytes;
}

int32_t words_add(struct words *words, const char *text, size_t n)
{
    if ((size_t)words->n * 2 >= words->n_slots)
        grow_slots(words);
    uint64_t hash = XXH3_64bits(text, n);
    struct words_slot *slot = &words->slots[slot_of(words, hash, text, n)];
    if (!slot->number) {
        append(words, text, n);
        *slot = (struct words_slot){(uint32_t)(hash >> 32), words->n};
    }
    return slot->number - 1;
}

int32_t words_find(const struct words *words, const char *text, size_t n)
{
    if (words->n == 0)
        return -1;
    return words->slots[slot_of(words, XXH3_64bits(text, n), text, n)].number - 1;
}

void words_clear(struct words *words)
{
    words->n = 0;
    words->n_bytes = 0;
    if (words->n_slots)
        memset(words->slots, 0, words->n_slots * sizeof *words->slots);
}

void words_release(struct words *words)
{
    free(words->bytes);
    free(words->start);
    free(words->slots);
    *words = (struct words){0};
}
