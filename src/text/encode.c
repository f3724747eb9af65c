/* Documents as ids, and ids as rows of one length. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

/* Of keras.datasets.imdb: start_char and oov_char of load_data. */
enum { INDEXED_START = 1, INDEXED_UNKNOWN = 2 };

/* Id of unknown words, 0 if they are dropped. A text may hold the token itself as a word;
 * then Keras's index of it is that word's. */
int32_t text_unknown_id(const struct text_tokenizer *tokenizer)
{
    const char *token = tokenizer->options.oov_token;
    if (tokenizer->options.index_from)
        return tokenizer->options.drops_missing ? 0 : INDEXED_UNKNOWN;
    if (!token)
        return 0;

    int32_t number = words_find(&tokenizer->words, token, strlen(token));
    return number >= 0 && tokenizer->entries[number].index
               ? tokenizer->entries[number].index
               : 1;
}

int32_t text_beyond_id(const struct text_tokenizer *tokenizer)
{
    return tokenizer->options.index_from ? INDEXED_UNKNOWN : text_unknown_id(tokenizer);
}

bool text_is_beyond(const struct text_tokenizer *tokenizer, int32_t number)
{
    int limit = tokenizer->options.num_words;
    return limit && tokenizer->entries[number].index >= limit;
}

int32_t text_start_id(const struct text_tokenizer *tokenizer)
{
    return tokenizer->options.index_from ? INDEXED_START : 0;
}

int32_t text_known_id(const struct text_tokenizer *tokenizer, int32_t number)
{
    return text_is_beyond(tokenizer, number) ? 0 : tokenizer->entries[number].index;
}

static void append_id(struct text_ids *result, int32_t id, int32_t word)
{
    if (result->n == result->capacity) {
        result->capacity = result->capacity ? 2 * result->capacity : 256;
        result->ids = xrealloc(result->ids, result->capacity, sizeof *result->ids);
        result->word_of =
            xrealloc(result->word_of, result->capacity, sizeof *result->word_of);
    }
    result->word_of[result->n] = word;
    result->ids[result->n++] = id;
}

void text_encode(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
                 struct text_ids *result)
{
    int32_t start = text_start_id(tokenizer);
    const struct text_cut *cut = &result->cut;

    text_cut(tokenizer, text, n_bytes, &result->cut);
    result->n = result->n_words = result->n_unknown = 0;
    if (start)
        append_id(result, start, -1);

    for (size_t i = 0; i < cut->n; i++) {
        int32_t number =
            words_find(&tokenizer->words, cut->words[i].text, cut->words[i].n);
        if (number >= 0 && tokenizer->entries[number].is_stop)
            continue;

        int32_t id = number >= 0 ? text_known_id(tokenizer, number) : 0;
        result->n_words++;
        result->n_unknown += !id;
        if (!id)
            id = number >= 0 && text_is_beyond(tokenizer, number)
                     ? text_beyond_id(tokenizer)
                     : text_unknown_id(tokenizer);
        if (id)
            append_id(result, id, (int32_t)i);
    }
}

void text_ids_release(struct text_ids *result)
{
    free(result->ids);
    free(result->word_of);
    text_cut_release(&result->cut);
    *result = (struct text_ids){0};
}

int text_pad(const struct text_options *options, const int32_t *ids, size_t n_ids,
             int32_t *row)
{
    size_t maxlen = (size_t)options->maxlen, kept = n_ids < maxlen ? n_ids : maxlen;

    memset(row, 0, maxlen * sizeof *row);
    if (kept)
        memcpy(row + (options->pad_pre ? maxlen - kept : 0),
               ids + (options->truncate_pre ? n_ids - kept : 0), kept * sizeof *row);
    return (int)kept;
}
