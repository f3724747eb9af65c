#include "text/words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL /* words are short: a call would take longer than the hash */
#include <xxhash.h>

/* What tells a word apart: up to 16 bytes themselves, of longer ones a hash. */
struct words_key {
    /* the first and the last 8 bytes, which may overlap; of words below 8 the tail is
     * 0 */
    uint64_t head, tail;
    uint32_t n;
};

/* Lookups of words of at most 16 bytes end here. */
struct words_slot {
    uint64_t head, tail;
    uint32_t n;
    int32_t number; /* 1 + number of the word; 0: empty */
};

enum { EXACT_BYTES = 16 };

static uint64_t load(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return le64toh(value);
}

/* Of the 8 bytes from the word's beginning on and the 8 bytes to its end; shorter words
 * leave out what is behind them. Without branches on short lengths, which cannot be
 * predicted. */
static inline struct words_key make_key(const char *text, size_t n, uint64_t head,
                                        uint64_t tail)
{
    if (n > EXACT_BYTES) {
        XXH128_hash_t hash = XXH3_128bits(text, n);
        return (struct words_key){hash.low64, hash.high64, (uint32_t)n};
    }
    uint64_t inside = n < 8 ? ((uint64_t)1 << (8 * n)) - 1 : UINT64_MAX;
    return (struct words_key){head & inside, n < 8 ? 0 : tail, (uint32_t)n};
}

static struct words_key key_of(const char *text, size_t n)
{
    char copy[EXACT_BYTES + 8] = {0};
    if (n)
        memcpy(copy, text, n < EXACT_BYTES ? n : EXACT_BYTES);
    return make_key(text, n, load(copy),
                    load(copy + (n < 8 || n > EXACT_BYTES ? 0 : n - 8)));
}

/* The key without a copy: 8 bytes from the word's beginning on can be read. */
static inline struct words_key quick_key(const char *text, size_t n)
{
    return make_key(text, n, load(text), load(text + (n < 8 ? 0 : n - 8)));
}

/* Where a key's search begins: multiplicative hashing (Knuth, The Art of Computer
 * Programming 3, section 6.4). */
static inline struct words_slot *first_slot(const struct words *words,
                                            struct words_key key)
{
    uint64_t mixed = (key.head ^ (key.tail + key.n) * UINT64_C(0xd6e8feb86659fd93)) *
                     UINT64_C(0x9e3779b97f4a7c15);
    return &words->slots[(mixed >> 32) & (words->n_slots - 1)];
}

/* The slot that holds the word, or the empty one where it belongs. */
static inline struct words_slot *slot_of(const struct words *words, struct words_key key,
                                         const char *text)
{
    struct words_slot *slot = first_slot(words, key),
                      *end = words->slots + words->n_slots;

    for (;; slot = slot + 1 == end ? words->slots : slot + 1) {
        if (!slot->number)
            return slot;
        if ((slot->head ^ key.head) | (slot->tail ^ key.tail) | (slot->n ^ key.n))
            continue;
        /* the key of a long word is a hash, which another word may have */
        if (key.n <= EXACT_BYTES ||
            !memcmp(words_text(words, slot->number - 1), text, key.n))
            return slot;
    }
}

static void fill_slot(struct words_slot *slot, struct words_key key, int32_t number)
{
    *slot = (struct words_slot){key.head, key.tail, key.n, number + 1};
}

static void grow_slots(struct words *words)
{
    free(words->slots);
    words->n_slots = words->n_slots ? 4 * words->n_slots : 64;

    /* zeroed by writing: pages that are read first, then written, hold up all threads */
    words->slots = xaligned(words->n_slots, sizeof *words->slots);

    for (int32_t i = 0; i < words->n; i++) {
        const char *text = words_text(words, i);
        size_t n = words_length(words, i);
        struct words_key key = key_of(text, n);
        fill_slot(slot_of(words, key, text), key, i);
    }
}

static void append(struct words *words, const char *text, size_t n)
{
    if (words->n + 2 > words->start_room) {
        if (words->n > INT32_MAX / 2 - 2)
            die("more than %d distinct words", words->n);
        words->start_room = words->start_room ? 2 * words->start_room : 64;
        words->start =
            xrealloc(words->start, (size_t)words->start_room, sizeof *words->start);
        words->start[words->n] = words->n_bytes;
    }

    if (words->bytes_room - words->n_bytes <= n + 8) { /* words_text can be given again */
        words->bytes_room = 2 * words->bytes_room + n + 512;
        words->bytes = xrealloc(words->bytes, words->bytes_room, 1);
    }

    memcpy(words->bytes + words->n_bytes, text, n);
    words->bytes[words->n_bytes + n] = '\0';
    words->n_bytes += n + 1;
    words->start[++words->n] = words->n_bytes;
}

static void make_slots(struct words *words, size_t n_more)
{
    while (((size_t)words->n + n_more) * 2 > words->n_slots)
        grow_slots(words);
}

static inline int32_t add(struct words *words, struct words_key key, const char *text)
{
    struct words_slot *slot = slot_of(words, key, text);
    if (!slot->number) {
        append(words, text, key.n);
        fill_slot(slot, key, words->n - 1);
    }
    return slot->number - 1;
}

void words_add_all(struct words *words, const struct word *given, size_t n,
                   int32_t *numbers)
{
    enum { TOGETHER = 32 }; /* their slots are fetched while the keys are found */
    struct words_key keys[TOGETHER];

    for (size_t done = 0; done < n; done += TOGETHER) {
        size_t some = n - done < TOGETHER ? n - done : TOGETHER;
        make_slots(words, some);

        for (size_t i = 0; i < some; i++) {
            keys[i] = quick_key(given[done + i].text, given[done + i].n);
            __builtin_prefetch(first_slot(words, keys[i]));
        }

        for (size_t i = 0; i < some; i++)
            numbers[done + i] = add(words, keys[i], given[done + i].text);
    }
}

int32_t words_add(struct words *words, const char *text, size_t n)
{
    make_slots(words, 1);
    return add(words, key_of(text, n), text);
}

int32_t words_find(const struct words *words, const char *text, size_t n)
{
    return words->n ? slot_of(words, key_of(text, n), text)->number - 1 : -1;
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
