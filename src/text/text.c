#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

static const char default_filters[] = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
static const char default_split[] = " ";

const char *const text_tag_names[] = {"remove", "space", "html", "keep", NULL};
const char *const text_segment_names[] = {"split", "icu", "char", NULL};
const char *const text_form_names[] = {"none", "nfc", "nfkc", NULL};

/* Settings. */

static char *copy_or(const char *text, const char *fallback)
{
    return text ? xstrdup(text) : fallback ? xstrdup(fallback) : NULL;
}

static void copy_options(const struct text_options *from, struct text_options *to)
{
    *to = *from;
    to->filters = copy_or(from->filters, default_filters);
    to->split = copy_or(from->split, default_split);
    to->oov_token = copy_or(from->oov_token, NULL);
    to->stop_words = xcalloc((size_t)from->n_stop_words, sizeof *to->stop_words);
    for (int i = 0; i < from->n_stop_words; i++)
        to->stop_words[i] = xstrdup(from->stop_words[i]);
}

void text_release_options(struct text_options *options)
{
    for (int i = 0; i < options->n_stop_words; i++)
        free(options->stop_words[i]);
    free(options->stop_words);
    free(options->filters);
    free(options->split);
    free(options->oov_token);
}

struct text_tokenizer *text_new(const struct text_options *options)
{
    struct text_tokenizer *tokenizer = xcalloc(1, sizeof *tokenizer);
    copy_options(options, &tokenizer->options);
    text_prepare_cut(tokenizer);
    for (int i = 0; i < options->n_stop_words; i++) {
        const char *word = options->stop_words[i];
        int32_t number = text_add_word(tokenizer, word, strlen(word));
        tokenizer->entries[number].is_stop = true;
    }
    return tokenizer;
}

void text_free(struct text_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    words_release(&tokenizer->words);
    free(tokenizer->entries);
    free(tokenizer->by_index);
    ucasemap_close(tokenizer->case_map);
    text_release_options(&tokenizer->options);
    free(tokenizer);
}

const struct text_options *text_settings(const struct text_tokenizer *tokenizer)
{
    return &tokenizer->options;
}

/* Words. */

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

int32_t text_n_numbers(const struct text_tokenizer *tokenizer)
{
    return tokenizer->words.n;
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

/* The index. */

/* Of keras.datasets.imdb: start_char and oov_char of load_data. */
enum { INDEXED_START = 1, INDEXED_UNKNOWN = 2 };

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

/* Id of unknown words, 0 if they are dropped. A text may hold the token itself as a word;
 * then Keras's index of it is that word's. */
int32_t text_unknown_id(const struct text_tokenizer *tokenizer)
{
    const char *token = tokenizer->options.oov_token;
    if (tokenizer->options.index_from)
        return INDEXED_UNKNOWN;
    if (!token)
        return 0;
    int32_t number = words_find(&tokenizer->words, token, strlen(token));
    return number >= 0 && tokenizer->entries[number].index
               ? tokenizer->entries[number].index
               : 1;
}

int text_max_id(const struct text_tokenizer *tokenizer)
{
    int limit = tokenizer->options.num_words, last = text_n_words(tokenizer);
    int kept = limit && limit - 1 < last ? limit - 1 : last;
    int32_t unknown = text_unknown_id(tokenizer);
    return unknown > kept ? unknown : kept;
}

/* Encoding. */

int32_t text_known_id(const struct text_tokenizer *tokenizer, int32_t number)
{
    int limit = tokenizer->options.num_words;
    int32_t index = tokenizer->entries[number].index;
    return !limit || index < limit ? index : 0;
}

static void append_id(struct text_ids *result, int32_t id)
{
    if (result->n == result->capacity) {
        result->capacity = result->capacity ? 2 * result->capacity : 256;
        result->ids = xrealloc(result->ids, result->capacity, sizeof *result->ids);
    }
    result->ids[result->n++] = id;
}

void text_encode(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
                 struct text_ids *result)
{
    int32_t unknown = text_unknown_id(tokenizer);
    const struct text_cut *cut = &result->cut;
    text_cut(tokenizer, text, n_bytes, &result->cut);
    result->n = result->n_words = result->n_unknown = 0;
    if (tokenizer->options.index_from)
        append_id(result, INDEXED_START);
    for (size_t i = 0; i < cut->n; i++) {
        int32_t number =
            words_find(&tokenizer->words, cut->words[i].text, cut->words[i].n);
        if (number >= 0 && tokenizer->entries[number].is_stop)
            continue;
        int32_t id = number >= 0 ? text_known_id(tokenizer, number) : 0;
        result->n_words++;
        result->n_unknown += !id;
        if (id || unknown)
            append_id(result, id ? id : unknown);
    }
}

void text_ids_release(struct text_ids *result)
{
    free(result->ids);
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

/* Whether all bytes are ASCII and none is NUL. */
static bool is_plain(const char *text, size_t n)
{
    unsigned char all = 0, any_zero = 0;
    for (size_t i = 0; i < n; i++) {
        all |= (unsigned char)text[i];
        any_zero |= text[i] == 0;
    }
    return all < 128 && !any_zero;
}

size_t text_repair_utf8(const char *text, size_t n_bytes, char **clean, size_t *n_clean,
                        size_t *first_bad)
{
    size_t n_bad = 0, used = 0;
    char *result = NULL;
    if (is_plain(text, n_bytes))
        return 0;
    if (n_bytes > INT32_MAX / 4)
        die("a document of %zu bytes is too long", n_bytes);
    for (int32_t i = 0; i < (int32_t)n_bytes;) {
        int32_t start = i;
        UChar32 c;
        U8_NEXT(text, i, (int32_t)n_bytes, c);
        c = c == 0 ? -1 : c;
        if (c < 0 && n_bad++ == 0) {
            *first_bad = (size_t)start;
            result = xrealloc(NULL, 3 * n_bytes + 1, 1);
            memcpy(result, text, (size_t)start);
            used = (size_t)start;
        }
        if (!result)
            continue;
        const char *from = c < 0 ? "\xef\xbf\xbd" : text + start;
        size_t length = c < 0 ? 3 : (size_t)(i - start);
        memcpy(result + used, from, length);
        used += length;
    }
    if (n_bad) {
        result[used] = '\0';
        *clean = result;
        *n_clean = used;
    }
    return n_bad;
}

bool text_is_utf8(const char *text)
{
    char *clean = NULL;
    size_t n = 0, first_bad = 0;
    size_t n_bad =
        text ? text_repair_utf8(text, strlen(text), &clean, &n, &first_bad) : 0;
    free(clean);
    return n_bad == 0;
}
