#include "input/vectors_wanted.h"

#include <stdlib.h>
#include <string.h>

/* A tokenizer that does nothing but lower-case: a line is a word. */
static struct text_tokenizer *new_lower(void)
{
    char none[] = "", line[] = "\n";
    struct text_options options = {.tags = TEXT_TAGS_KEEP,
                                   .segment = TEXT_SEGMENT_SPLIT,
                                   .filters = none,
                                   .split = line,
                                   .lower = true,
                                   .maxlen = 1};
    return text_new(&options);
}

/* What is not valid UTF-8 stays as it is: no wanted word is like it. The result is
 * borrowed until the next call. */
static struct word fold(struct vectors_wanted *wanted, const struct word *word)
{
    bool is_ascii = true;

    if (wanted->copy_room < word->n + 8) {
        wanted->copy_room = 2 * word->n + 64;
        wanted->copy = xrealloc(wanted->copy, wanted->copy_room, 1);
    }
    for (size_t i = 0; i < word->n; i++) {
        char c = word->text[i];
        is_ascii = is_ascii && (unsigned char)c < 0x80 && c != '\0';
        wanted->copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    wanted->copy[word->n] = '\0';
    if (is_ascii || strlen(wanted->copy) != word->n || !text_is_utf8(wanted->copy))
        return (struct word){wanted->copy, word->n};

    text_cut(wanted->lower, word->text, word->n, &wanted->cut);
    return wanted->cut.n == 1 ? wanted->cut.words[0]
                              : (struct word){wanted->copy, word->n};
}

void vectors_wanted_new(const struct words *words, struct vectors_wanted *wanted)
{
    size_t n = (size_t)words->n + 1;

    *wanted = (struct vectors_wanted){.words = words, .lower = new_lower()};
    wanted->first = xcalloc(n, sizeof *wanted->first);
    wanted->next = xcalloc(n, sizeof *wanted->next);
    wanted->found = xcalloc(n, sizeof *wanted->found);

    for (int32_t i = words->n - 1; i >= 0; i--) {
        struct word word = {words_text(words, i), words_length(words, i)};
        struct word folded = fold(wanted, &word);
        int32_t before = wanted->folded.n;
        int32_t number = words_add(&wanted->folded, folded.text, folded.n);
        wanted->next[i] = number < before ? wanted->first[number] : -1;
        wanted->first[number] = i;
    }
}

void vectors_wanted_release(struct vectors_wanted *wanted)
{
    words_release(&wanted->folded);
    text_free(wanted->lower);
    text_cut_release(&wanted->cut);
    free(wanted->first);
    free(wanted->next);
    free(wanted->copy);
    free(wanted->found);
    *wanted = (struct vectors_wanted){0};
}

int32_t vectors_wanted_find(struct vectors_wanted *wanted, const struct word *word,
                            int64_t row, struct vectors *vectors)
{
    int32_t exact = words_find(wanted->words, word->text, word->n), n = 0;
    struct word folded = fold(wanted, word);
    int32_t number = words_find(&wanted->folded, folded.text, folded.n);

    if (exact >= 0 && vectors->match[exact] == VECTORS_EXACT) {
        vectors->first_twice = vectors->n_twice++ ? vectors->first_twice : row;
    } else if (exact >= 0) {
        vectors->match[exact] = VECTORS_EXACT;
        wanted->found[n++] = exact;
    }

    for (int32_t i = number < 0 ? -1 : wanted->first[number]; i >= 0; i = wanted->next[i])
        if (vectors->match[i] < VECTORS_FOLDED) {
            vectors->match[i] = VECTORS_FOLDED;
            wanted->found[n++] = i;
        }
    return n;
}
