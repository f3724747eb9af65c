/* Words numbered by their counts, and what the numbers say afterwards. */
#include "text/private.h"

#include <stdlib.h>

int text_first_index(const struct text_tokenizer *tokenizer)
{
    if (tokenizer->options.index_from)
        return tokenizer->options.index_from + 1;
    return tokenizer->options.oov_token ? 2 : 1;
}

struct ranked {
    int64_t count;
    int32_t number;
};

/* By count descending; first seen first, as a stable sort leaves it. */
static int compare_ranks(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void text_freeze(struct text_tokenizer *tokenizer, int64_t min_count)
{
    int32_t n_words = tokenizer->words.n, n = 0;
    struct ranked *ranks = xcalloc((size_t)n_words, sizeof *ranks);

    for (int32_t i = 0; i < n_words; i++) {
        const struct text_entry *entry = &tokenizer->entries[i];
        if (!entry->is_stop && entry->count > 0 && entry->count >= min_count)
            ranks[n++] = (struct ranked){entry->count, i};
    }
    qsort(ranks, (size_t)n, sizeof *ranks, compare_ranks);

    free(tokenizer->by_index);
    tokenizer->by_index = xcalloc((size_t)n, sizeof *tokenizer->by_index);
    tokenizer->n_indexed = n;

    for (int32_t i = 0; i < n; i++) {
        tokenizer->by_index[i] = ranks[i].number;
        tokenizer->entries[ranks[i].number].index = text_first_index(tokenizer) + i;
    }
    free(ranks);
}

int text_n_words(const struct text_tokenizer *tokenizer)
{
    return tokenizer->n_indexed + text_first_index(tokenizer) - 1;
}

/* Number of the word of an index, or -1. */
static int32_t number_of_index(const struct text_tokenizer *tokenizer, int index)
{
    int i = index - text_first_index(tokenizer);
    return i >= 0 && i < tokenizer->n_indexed ? tokenizer->by_index[i] : -1;
}

const char *text_word(const struct text_tokenizer *tokenizer, int index)
{
    int32_t number = number_of_index(tokenizer, index);
    if (number < 0 && index == 1 && tokenizer->options.oov_token)
        return tokenizer->options.oov_token;
    return number < 0 ? "" : words_text(&tokenizer->words, number);
}

int64_t text_word_count(const struct text_tokenizer *tokenizer, int index)
{
    int32_t number = number_of_index(tokenizer, index);
    return number < 0 ? 0 : tokenizer->entries[number].count;
}

int text_max_id_of(const struct text_tokenizer *tokenizer, int last)
{
    int limit = tokenizer->options.num_words;
    int kept = limit && limit - 1 < last ? limit - 1 : last;
    int32_t unknown = text_unknown_id(tokenizer);
    return unknown > kept ? unknown : kept;
}

int text_max_id(const struct text_tokenizer *tokenizer)
{
    return text_max_id_of(tokenizer, text_n_words(tokenizer));
}
