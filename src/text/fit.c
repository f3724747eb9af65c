/* Words counted over documents, before they are numbered. */
#include "text/private.h"

#include <stdlib.h>

/* Empty entries of the words from `first` on. */
static void add_entries(struct text_tokenizer *tokenizer, int32_t first)
{
    int32_t n = tokenizer->words.n;
    if (n > tokenizer->capacity) {
        tokenizer->capacity = n < 512 ? 1024 : 2 * n;
        tokenizer->entries = xrealloc(tokenizer->entries, (size_t)tokenizer->capacity,
                                      sizeof *tokenizer->entries);
    }
    for (; first < n; first++)
        tokenizer->entries[first] = (struct text_entry){0};
}

int32_t text_add_word(struct text_tokenizer *tokenizer, const char *text, size_t n)
{
    int32_t n_before = tokenizer->words.n;
    int32_t number = words_add(&tokenizer->words, text, n);
    add_entries(tokenizer, n_before);
    return number;
}

void text_find_numbers(struct text_tokenizer *tokenizer, const struct word *words,
                       size_t n, int32_t *numbers)
{
    int32_t n_before = tokenizer->words.n;
    words_add_all(&tokenizer->words, words, n, numbers);
    add_entries(tokenizer, n_before);

    for (size_t i = 0; i < n; i++)
        if (tokenizer->entries[numbers[i]].is_stop)
            numbers[i] = TEXT_STOP;
}

void text_fit(struct text_tokenizer *tokenizer, const char *text, size_t n_bytes)
{
    struct text_cut cut = {0};
    struct words seen = {0};

    text_cut(tokenizer, text, n_bytes, &cut);
    int32_t *numbers = xcalloc(cut.n, sizeof *numbers);
    text_find_numbers(tokenizer, cut.words, cut.n, numbers);
    tokenizer->n_documents++;

    for (size_t i = 0; i < cut.n; i++) {
        if (numbers[i] == TEXT_STOP)
            continue;

        int32_t n_seen = seen.n;
        struct text_entry *entry = &tokenizer->entries[numbers[i]];
        entry->count++;
        entry->n_documents +=
            words_add(&seen, cut.words[i].text, cut.words[i].n) == n_seen;
    }

    free(numbers);
    words_release(&seen);
    text_cut_release(&cut);
}

void text_add_counts(struct text_tokenizer *tokenizer, int32_t number, int64_t count,
                     int64_t n_documents)
{
    tokenizer->entries[number].count += count;
    tokenizer->entries[number].n_documents += n_documents;
}

void text_add_documents(struct text_tokenizer *tokenizer, int64_t n)
{
    tokenizer->n_documents += n;
}
