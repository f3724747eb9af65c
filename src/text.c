#define _GNU_SOURCE /* memmem */
#include "text_private.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>
#include <xxhash.h>

static const char default_filters[] = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
static const char default_split[] = " ";

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
    UErrorCode status = U_ZERO_ERROR;
    copy_options(options, &tokenizer->options);
    for (const char *c = tokenizer->options.filters; *c; c++) {
        if ((unsigned char)*c < 128)
            tokenizer->is_filter[(unsigned char)*c] = true;
        else
            tokenizer->has_wide_filters = true;
    }
    tokenizer->case_map = ucasemap_open("", 0, &status);
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
    tokenizer->n_slots = 1024;
    tokenizer->slots = xcalloc(tokenizer->n_slots, sizeof *tokenizer->slots);
    for (int i = 0; i < options->n_stop_words; i++)
        text_add_word(tokenizer, options->stop_words[i], strlen(options->stop_words[i]))
            ->is_stop = true;
    return tokenizer;
}

void text_free(struct text_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    for (int32_t i = 0; i < tokenizer->n_words; i++)
        free(tokenizer->words[i].text);
    free(tokenizer->words);
    free(tokenizer->slots);
    free(tokenizer->by_index);
    ucasemap_close(tokenizer->case_map);
    text_release_options(&tokenizer->options);
    free(tokenizer);
}

const struct text_options *text_settings(const struct text_tokenizer *tokenizer)
{
    return &tokenizer->options;
}

/* The table of words. */

/* The slot that holds the word, or the empty one where it belongs. */
static size_t slot_of(const struct text_tokenizer *tokenizer, const char *text, size_t n)
{
    size_t mask = tokenizer->n_slots - 1, slot = XXH3_64bits(text, n) & mask;
    for (;; slot = (slot + 1) & mask) {
        int32_t held = tokenizer->slots[slot];
        if (!held)
            return slot;
        const struct word *word = &tokenizer->words[held - 1];
        if (word->n_bytes == n && !memcmp(word->text, text, n))
            return slot;
    }
}

static struct word *find_word(const struct text_tokenizer *tokenizer, const char *text,
                              size_t n)
{
    int32_t held = tokenizer->slots[slot_of(tokenizer, text, n)];
    return held ? &tokenizer->words[held - 1] : NULL;
}

static void grow_slots(struct text_tokenizer *tokenizer)
{
    free(tokenizer->slots);
    tokenizer->n_slots *= 4;
    tokenizer->slots = xcalloc(tokenizer->n_slots, sizeof *tokenizer->slots);
    for (int32_t i = 0; i < tokenizer->n_words; i++) {
        const struct word *word = &tokenizer->words[i];
        tokenizer->slots[slot_of(tokenizer, word->text, word->n_bytes)] = i + 1;
    }
}

struct word *text_add_word(struct text_tokenizer *tokenizer, const char *text, size_t n)
{
    size_t slot = slot_of(tokenizer, text, n);
    if (tokenizer->slots[slot])
        return &tokenizer->words[tokenizer->slots[slot] - 1];
    if (tokenizer->n_words == tokenizer->capacity) {
        if (tokenizer->capacity > INT32_MAX / 4)
            die("more than %d distinct words", tokenizer->capacity);
        tokenizer->capacity = tokenizer->capacity ? 2 * tokenizer->capacity : 1024;
        tokenizer->words = xrealloc(tokenizer->words, (size_t)tokenizer->capacity,
                                    sizeof *tokenizer->words);
    }
    struct word *word = &tokenizer->words[tokenizer->n_words++];
    *word = (struct word){.text = memcpy(xcalloc(n + 1, 1), text, n), .n_bytes = n};
    tokenizer->slots[slot] = tokenizer->n_words;
    if ((size_t)tokenizer->n_words * 2 > tokenizer->n_slots)
        grow_slots(tokenizer);
    return word;
}

/* From text to words. */

/* Python's str.lower(): full mappings, final sigma; the caller's to free. */
static char *lower_case(const struct text_tokenizer *tokenizer, const char *text,
                        size_t n, size_t *n_lower)
{
    UErrorCode status = U_ZERO_ERROR;
    if (n > INT32_MAX / 4)
        die("a document of %zu bytes is too long", n);
    int32_t room = (int32_t)n + (int32_t)n / 2 + 16;
    char *lower = xrealloc(NULL, (size_t)room, 1);
    int32_t used =
        ucasemap_utf8ToLower(tokenizer->case_map, lower, room, text, (int32_t)n, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
        status = U_ZERO_ERROR;
        lower = xrealloc(lower, (size_t)used + 1, 1);
        used = ucasemap_utf8ToLower(tokenizer->case_map, lower, used + 1, text,
                                    (int32_t)n, &status);
    }
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
    *n_lower = (size_t)used;
    return lower;
}

static bool is_ascii(const char *text, size_t n)
{
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)text[i];
    return all < 128;
}

static void lower_ascii(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
}

/* Bytes of the character at text[i] (valid UTF-8). */
static size_t character_bytes(const char *text, size_t i)
{
    unsigned char c = (unsigned char)text[i];
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool is_filtered(const struct text_tokenizer *tokenizer, const char *character,
                        size_t n)
{
    if (n == 1)
        return tokenizer->is_filter[(unsigned char)*character];
    if (!tokenizer->has_wide_filters)
        return false;
    const char *filters = tokenizer->options.filters;
    for (size_t i = 0; filters[i]; i += character_bytes(filters, i))
        if (character_bytes(filters, i) == n && !memcmp(filters + i, character, n))
            return true;
    return false;
}

/* The text with every filter character replaced by the split string; takes `text`. */
static char *apply_filters(const struct text_tokenizer *tokenizer, char *text, size_t *n)
{
    const char *split = tokenizer->options.split;
    size_t n_split = strlen(split), used = 0;
    if (n_split == 1 && !tokenizer->has_wide_filters) {
        for (size_t i = 0; i < *n; i++)
            if ((unsigned char)text[i] < 128 &&
                tokenizer->is_filter[(unsigned char)text[i]])
                text[i] = *split;
        return text;
    }
    char *result = xrealloc(NULL, *n * (n_split ? n_split : 1) + 1, 1);
    for (size_t i = 0; i < *n;) {
        size_t length = character_bytes(text, i);
        bool filtered = is_filtered(tokenizer, text + i, length);
        memcpy(result + used, filtered ? split : text + i, filtered ? n_split : length);
        used += filtered ? n_split : length;
        i += length;
    }
    free(text);
    *n = used;
    return result;
}

size_t text_strip_tags(char *text, size_t n_bytes, enum text_tags tags)
{
    size_t used = 0, close = 0; /* close: the next '>' at or behind i, or n_bytes */
    if (tags == TEXT_TAGS_KEEP)
        return n_bytes;
    for (size_t i = 0; i < n_bytes;) {
        if (text[i] == '<' && close <= i) {
            const char *found = memchr(text + i, '>', n_bytes - i);
            close = found ? (size_t)(found - text) : n_bytes;
        }
        if (text[i] == '<' && close < n_bytes && close > i + 1) {
            if (tags == TEXT_TAGS_SPACE)
                text[used++] = ' ';
            i = close + 1;
        } else {
            text[used++] = text[i++];
        }
    }
    return used;
}

/* The document as it is split: tags gone, lower-cased, filtered; the caller's to free. */
static char *normalise(const struct text_tokenizer *tokenizer, const char *text,
                       size_t *n)
{
    char *copy = xrealloc(NULL, *n + 1, 1);
    memcpy(copy, text, *n);
    *n = text_strip_tags(copy, *n, tokenizer->options.tags);
    if (tokenizer->options.lower && is_ascii(copy, *n)) {
        lower_ascii(copy, *n);
    } else if (tokenizer->options.lower) {
        char *lower = lower_case(tokenizer, copy, *n, n);
        free(copy);
        copy = lower;
    }
    return apply_filters(tokenizer, copy, n);
}

/* The next non-empty word of text[*at ..n), or false. */
static bool next_word(const struct text_tokenizer *tokenizer, const char *text, size_t n,
                      size_t *at, const char **word, size_t *length)
{
    const char *split = tokenizer->options.split;
    size_t n_split = strlen(split);
    while (*at < n) {
        const char *start = text + *at;
        const char *end = n_split == 1 ? memchr(start, *split, n - *at)
                                       : memmem(start, n - *at, split, n_split);
        *length = end ? (size_t)(end - start) : n - *at;
        *at += *length + n_split;
        *word = start;
        if (*length)
            return true;
    }
    return false;
}

void text_fit(struct text_tokenizer *tokenizer, const char *text, size_t n_bytes)
{
    size_t n = n_bytes, at = 0, length = 0;
    char *normal = normalise(tokenizer, text, &n);
    const char *start = NULL;
    tokenizer->n_documents++;
    while (next_word(tokenizer, normal, n, &at, &start, &length)) {
        struct word *word = text_add_word(tokenizer, start, length);
        if (word->is_stop)
            continue;
        word->count++;
        word->n_docs += word->last_doc != tokenizer->n_documents;
        word->last_doc = tokenizer->n_documents;
    }
    free(normal);
}

/* The index. */

int text_first_index(const struct text_tokenizer *tokenizer)
{
    return tokenizer->options.oov_token ? 2 : 1;
}

struct ranked {
    int64_t count;
    int32_t position;
};

/* By count descending; first seen first, as a stable sort leaves it. */
static int compare_ranks(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->position < b->position ? -1 : a->position > b->position;
}

void text_freeze(struct text_tokenizer *tokenizer)
{
    struct ranked *ranks = xcalloc((size_t)tokenizer->n_words, sizeof *ranks);
    int32_t n = 0;
    for (int32_t i = 0; i < tokenizer->n_words; i++)
        if (!tokenizer->words[i].is_stop)
            ranks[n++] = (struct ranked){tokenizer->words[i].count, i};
    qsort(ranks, (size_t)n, sizeof *ranks, compare_ranks);
    free(tokenizer->by_index);
    tokenizer->by_index = xcalloc((size_t)n, sizeof *tokenizer->by_index);
    tokenizer->n_indexed = n;
    for (int32_t i = 0; i < n; i++) {
        tokenizer->by_index[i] = ranks[i].position;
        tokenizer->words[ranks[i].position].index = text_first_index(tokenizer) + i;
    }
    free(ranks);
}

int text_n_words(const struct text_tokenizer *tokenizer)
{
    return tokenizer->n_indexed + text_first_index(tokenizer) - 1;
}

static const struct word *word_of_index(const struct text_tokenizer *tokenizer, int index)
{
    int i = index - text_first_index(tokenizer);
    return i >= 0 && i < tokenizer->n_indexed ? &tokenizer->words[tokenizer->by_index[i]]
                                              : NULL;
}

const char *text_word(const struct text_tokenizer *tokenizer, int index)
{
    const struct word *word = word_of_index(tokenizer, index);
    if (!word && index == 1 && tokenizer->options.oov_token)
        return tokenizer->options.oov_token;
    return word ? word->text : "";
}

int64_t text_word_count(const struct text_tokenizer *tokenizer, int index)
{
    const struct word *word = word_of_index(tokenizer, index);
    return word ? word->count : 0;
}

/* Id of unknown words, 0 if they are dropped. A text may hold the token itself as a word;
 * then Keras's index of it is that word's. */
static int oov_index(const struct text_tokenizer *tokenizer)
{
    const char *token = tokenizer->options.oov_token;
    if (!token)
        return 0;
    const struct word *word = find_word(tokenizer, token, strlen(token));
    return word && word->index ? word->index : 1;
}

int text_max_id(const struct text_tokenizer *tokenizer)
{
    int limit = tokenizer->options.num_words, last = text_n_words(tokenizer);
    int kept = limit && limit - 1 < last ? limit - 1 : last, oov = oov_index(tokenizer);
    return oov > kept ? oov : kept;
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
    size_t n = n_bytes, at = 0, length = 0;
    char *normal = normalise(tokenizer, text, &n);
    int limit = tokenizer->options.num_words, oov = oov_index(tokenizer);
    const char *start = NULL;
    result->n = result->n_words = result->n_unknown = 0;
    while (next_word(tokenizer, normal, n, &at, &start, &length)) {
        const struct word *word = find_word(tokenizer, start, length);
        if (word && word->is_stop)
            continue;
        bool known = word && word->index && (!limit || word->index < limit);
        result->n_words++;
        result->n_unknown += !known;
        if (known || oov)
            append_id(result, known ? word->index : oov);
    }
    free(normal);
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

size_t text_repair_utf8(const char *text, size_t n_bytes, char **clean, size_t *n_clean,
                        size_t *first_bad)
{
    size_t n_bad = 0, used = 0;
    char *result = NULL;
    if (is_ascii(text, n_bytes) && !memchr(text, 0, n_bytes))
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
