/* ASCII lower-cased, filtered and split in one sweep, 64 bytes at a time and without
 * branches: where words end cannot be predicted. */
#include "text/private.h"

#include <endian.h>
#include <string.h>

enum {
    VECTOR = 16, /* what every processor has; the compiler's vector extensions */
    BLOCK = 64,
    STRETCH = 4096
};

typedef uint8_t bytes __attribute__((vector_size(VECTOR)));

void text_prepare_split(struct text_tokenizer *tokenizer)
{
    char split = *tokenizer->options.split;

    tokenizer->n_splits = 0;
    for (int c = 0; c < 256; c++) {
        if (tokenizer->table[c] != split)
            continue;
        int first = c;
        while (c < 255 && tokenizer->table[c + 1] == split)
            c++;
        tokenizer->splits[tokenizer->n_splits++] =
            (struct text_range){(uint8_t)first, (uint8_t)(c - first)};
    }
}

/* What the table makes of a vector's bytes; *ends has 255 where it makes a split. */
static inline bytes look_up(const struct text_tokenizer *tokenizer, bytes text,
                            bytes *ends)
{
    bytes found = {0};

    for (int i = 0; i < tokenizer->n_splits; i++) {
        struct text_range range = tokenizer->splits[i];
        found |= (bytes)(text - range.first <= range.width);
    }

    if (tokenizer->options.lower)
        text += (bytes)((bytes)(text - (uint8_t)'A') <= (uint8_t)('Z' - 'A')) &
                (uint8_t)('a' - 'A');

    *ends = found;
    return (found & (uint8_t)*tokenizer->options.split) | (text & ~found);
}

/* Adds at + i for each of eight flags i that is set; returns the new number of ends. */
static inline size_t add_ends(uint64_t flags, uint32_t at, uint32_t *ends, size_t n_ends)
{
    enum { USUALLY = 4 };
    const uint64_t last = UINT64_C(1) << 63;

    flags &= UINT64_C(0x8080808080808080);
    size_t n = (size_t)((flags >> 7) * UINT64_C(0x0101010101010101) >> 56);

    for (int i = 0; i < USUALLY; i++, flags &= flags - 1)
        ends[n_ends + (size_t)i] = at + (uint32_t)__builtin_ctzll(flags | last) / 8;
    for (size_t i = USUALLY; i < n; i++, flags &= flags - 1)
        ends[n_ends + i] = at + (uint32_t)__builtin_ctzll(flags | last) / 8;
    return n_ends + n;
}

/* Looks up text[from .. to - 1] in place; the places of splits go to `ends`. */
static size_t find_ends(const struct text_tokenizer *tokenizer, char *text, size_t from,
                        size_t to, uint32_t *ends)
{
    size_t n_ends = 0, at = from;

    for (; to - at >= BLOCK; at += BLOCK) {
        uint8_t flags[BLOCK];
        for (size_t i = 0; i < BLOCK; i += VECTOR) {
            bytes some, found;
            memcpy(&some, text + at + i, sizeof some);
            some = look_up(tokenizer, some, &found);
            memcpy(text + at + i, &some, sizeof some);
            memcpy(flags + i, &found, sizeof found);
        }

        for (size_t i = 0; i < BLOCK; i += sizeof(uint64_t)) {
            uint64_t eight;
            memcpy(&eight, flags + i, sizeof eight);
            n_ends = add_ends(le64toh(eight), (uint32_t)(at + i), ends, n_ends);
        }
    }

    for (; at < to; at++) {
        text[at] = tokenizer->table[(unsigned char)text[at]];
        ends[n_ends] = (uint32_t)at;
        n_ends += text[at] == *tokenizer->options.split;
    }
    return n_ends;
}

/* One byte after the other: marks are met in few texts and asked for in few corpora. */
void text_split_keeping_marks(const struct text_tokenizer *tokenizer, char *text,
                              size_t n, struct text_cut *cut)
{
    char split = *tokenizer->options.split;
    size_t start = 0;

    for (size_t at = 0; at < n; at++) {
        unsigned char c = (unsigned char)text[at];
        bool is_mark = c < 128 && tokenizer->mark_of[c];

        if (!is_mark && tokenizer->table[c] != split) {
            text[at] = tokenizer->table[c];
            continue;
        }

        text_need_words(cut, 2);
        if (at > start)
            cut->words[cut->n++] = (struct word){text + start, at - start};
        if (is_mark)
            cut->words[cut->n++] = (struct word){text + at, 1};
        start = at + 1;
    }
}

void text_split_by_table(const struct text_tokenizer *tokenizer, char *text, size_t n,
                         struct text_cut *cut)
{
    uint32_t ends[STRETCH + 8]; /* add_ends writes some more than there are */
    size_t start = 0;

    for (size_t done = 0; done < n; done += STRETCH) {
        size_t stop = n - done < STRETCH ? n : done + STRETCH;
        size_t n_ends = find_ends(tokenizer, text, done, stop, ends);
        text_need_words(cut, n_ends + 1);

        struct word *word = cut->words + cut->n;
        for (size_t i = 0; i < n_ends; i++) {
            *word = (struct word){text + start, ends[i] - start};
            word += ends[i] > start;
            start = ends[i] + 1;
        }
        cut->n = (size_t)(word - cut->words);
    }
}
