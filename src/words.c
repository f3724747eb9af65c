#include "rnntrain/words.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL /* words are short: a call would take longer than the hash */
#include <xxhash.h>

/* Most lookups end at the first slot, which holds all that tells short words apart. */
struct words_slot {
    uint64_t key;
    int32_t number; /* 1 + number of the word; 0: empty */
};

enum { SHORT_BYTES = 7 };

/* The bytes of a word of at most 7, each read once or twice, and its length: no other word has
 * the same key. */
static uint64_t short_key(const char *text, size_t n)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint64_t key = (uint64_t)n << 56;
    uint32_t first, last;
    if (n >= 4) {
        memcpy(&first, text, 4);
        memcpy(&last, text + n - 4, 4);
        return key | first | (uint64_t)last << (8 * (n - 4));
    }
    if (n == 0)
        return key;
    return key | bytes[0] | (uint64_t)bytes[n / 2] << (8 * (n / 2)) |
           (uint64_t)bytes[n - 1] << (8 * (n - 1));
}

/* Of a longer word: a hash, above all keys of short ones. */
static uint64_t key_of(const char *text, size_t n)
{
    return n <= SHORT_BYTES ? short_key(text, n)
                            : XXH3_64bits(text, n) | (uint64_t)1 << 63;
}

/* Where a key's search begins: Fibonacci hashing (Knuth, The Art of Computer Programming 3,
 * section 6.4). */
static size_t place_of(const struct words *words, uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (words->n_slots - 1);
}

/* Of at least 8 bytes. */
static bool is_same(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    for (size_t i = 0; i + 8 <= n; i += 8) {
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        if (x != y)
            return false;
    }
    memcpy(&x, a + n - 8, 8);
    memcpy(&y, b + n - 8, 8);
    return x == y;
}

/* The slot that holds the word, or the empty one where it belongs. */
static struct words_slot *slot_of(const struct words *words, uint64_t key,
                                  const char *text, size_t n)
{
    size_t at = place_of(words, key);
    for (;; at = (at + 1) & (words->n_slots - 1)) {
        struct words_slot *slot = &words->slots[at];
        if (!slot->number)
            return slot;
        if (slot->key != key)
            continue;
        int32_t number = slot->number - 1;
        if (n <= SHORT_BYTES || (words_length(words, number) == n &&
                                 is_same(words_text(words, number), text, n)))
            return slot;
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
        uint64_t key = key_of(text, n);
        *slot_of(words, key, text, n) = (struct words_slot){key, i + 1};
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

/* Adds n words, few enough for the slots to have room for all of them. */
static void add_some(struct words *words, const struct word *given, const uint64_t *keys,
                     size_t n, int32_t *numbers)
{
    for (size_t i = 0; i < n; i++) {
        const char *text = given[i].text;
        struct words_slot *slot = slot_of(words, keys[i], text, given[i].n);
        if (!slot->number) {
            append(words, text, given[i].n);
            *slot = (struct words_slot){keys[i], words->n};
        }
        numbers[i] = slot->number - 1;
    }
}

void words_add_all(struct words *words, const struct word *given, size_t n,
                   int32_t *numbers)
{
    enum { TOGETHER = 32 }; /* their slots are fetched while the keys are found */
    uint64_t keys[TOGETHER];
    for (size_t done = 0; done < n; done += TOGETHER) {
        size_t some = n - done < TOGETHER ? n - done : TOGETHER;
        while (((size_t)words->n + some) * 2 > words->n_slots)
            grow_slots(words);
        for (size_t i = 0; i < some; i++) {
            keys[i] = key_of(given[done + i].text, given[done + i].n);
            __builtin_prefetch(&words->slots[place_of(words, keys[i])]);
        }
        add_some(words, given + done, keys, some, numbers + done);
    }
}

int32_t words_add(struct words *words, const char *text, size_t n)
{
    struct word word = {text, n};
    int32_t number;
    words_add_all(words, &word, 1, &number);
    return number;
}

int32_t words_find(const struct words *words, const char *text, size_t n)
{
    return words->n ? slot_of(words, key_of(text, n), text, n)->number - 1 : -1;
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
