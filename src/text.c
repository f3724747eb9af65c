#define _GNU_SOURCE /* memmem */
#include "rnntrain/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <unicode/ucasemap.h>
#include <unicode/utf8.h>
#include <xxhash.h>

static const char default_filters[] = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
static const char default_split[] = " ";

struct word {
    char *text;
    size_t n_bytes;
    int64_t count;    /* times seen in fitting */
    int64_t n_docs;   /* documents it was seen in */
    int64_t last_doc; /* the last of them, from 1 */
    int index;        /* once frozen; 0: a stop word, or none */
    bool is_stop;
};

struct text_tokenizer {
    struct text_options options; /* owned copies */
    bool is_filter[128];         /* ASCII filters */
    bool has_wide_filters;       /* filters beyond ASCII stand in options.filters */
    UCaseMap *case_map;
    struct word *words; /* in order of first appearance */
    int32_t n_words, capacity;
    int32_t *slots; /* open addressing: 1 + position in words, 0 empty */
    size_t n_slots; /* a power of two */
    int64_t n_documents;
    int32_t *by_index; /* position in words of index first_index() + i */
    int32_t n_indexed;
};

/* ---- settings
 * --------------------------------------------------------------------------- */

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

static void release_options(struct text_options *options)
{
    for (int i = 0; i < options->n_stop_words; i++)
        free(options->stop_words[i]);
    free(options->stop_words);
    free(options->filters);
    free(options->split);
    free(options->oov_token);
}

static struct word *add_word(struct text_tokenizer *tokenizer, const char *text,
                             size_t n);

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
        add_word(tokenizer, options->stop_words[i], strlen(options->stop_words[i]))
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
    release_options(&tokenizer->options);
    free(tokenizer);
}

const struct text_options *text_settings(const struct text_tokenizer *tokenizer)
{
    return &tokenizer->options;
}

/* ---- the table of words
 * ----------------------------------------------------------------- */

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

/* The word's entry, made if there is none; valid until the next call. */
static struct word *add_word(struct text_tokenizer *tokenizer, const char *text, size_t n)
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

/* ---- from text to words
 * ----------------------------------------------------------------- */

/* Python's str.lower(): full mappings, final sigma. NULL: nothing to change. */
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

/* The document as it is split: lower-cased and filtered; the caller's to free. */
static char *normalise(const struct text_tokenizer *tokenizer, const char *text,
                       size_t *n)
{
    char *copy;
    if (tokenizer->options.lower && !is_ascii(text, *n)) {
        copy = lower_case(tokenizer, text, *n, n);
    } else {
        copy = xrealloc(NULL, *n + 1, 1);
        memcpy(copy, text, *n);
        if (tokenizer->options.lower)
            lower_ascii(copy, *n);
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
        struct word *word = add_word(tokenizer, start, length);
        if (word->is_stop)
            continue;
        word->count++;
        word->n_docs += word->last_doc != tokenizer->n_documents;
        word->last_doc = tokenizer->n_documents;
    }
    free(normal);
}

/* ---- the index
 * -------------------------------------------------------------------------- */

/* Index of the most frequent word: 1, or 2 where the OOV token has 1. */
static int first_index(const struct text_tokenizer *tokenizer)
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
        tokenizer->words[ranks[i].position].index = first_index(tokenizer) + i;
    }
    free(ranks);
}

int text_n_words(const struct text_tokenizer *tokenizer)
{
    return tokenizer->n_indexed + first_index(tokenizer) - 1;
}

static const struct word *word_of_index(const struct text_tokenizer *tokenizer, int index)
{
    int i = index - first_index(tokenizer);
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
    result->n = result->n_dropped = 0;
    while (next_word(tokenizer, normal, n, &at, &start, &length)) {
        const struct word *word = find_word(tokenizer, start, length);
        if (word && word->is_stop)
            continue;
        int id =
            word && word->index && (!limit || word->index < limit) ? word->index : oov;
        if (id)
            append_id(result, id);
        else
            result->n_dropped++;
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
    if (is_ascii(text, n_bytes))
        return 0;
    if (n_bytes > INT32_MAX / 4)
        die("a document of %zu bytes is too long", n_bytes);
    for (int32_t i = 0; i < (int32_t)n_bytes;) {
        int32_t start = i;
        UChar32 c;
        U8_NEXT(text, i, (int32_t)n_bytes, c);
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
        *clean = result;
        *n_clean = used;
    }
    return n_bad;
}

/* ---- JSON
 * ------------------------------------------------------------------------------- */

/* Sets `key` to the dump of `value` as a string, as Keras's get_config does; takes
 * `value`. */
static void set_dump(json_t *config, const char *key, json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII | JSON_COMPACT);
    if (!text)
        die("tokenizer: %s does not fit JSON", key);
    json_object_set_new(config, key, json_string(text));
    free(text);
    json_decref(value);
}

static bool is_kept(const struct text_tokenizer *tokenizer, const struct word *word,
                    bool kept_only)
{
    int limit = tokenizer->options.num_words;
    return !word->is_stop && !(kept_only && limit && word->index >= limit);
}

static void put_index(json_t *word_index, json_t *index_word, const char *word, int index)
{
    char key[16];
    snprintf(key, sizeof key, "%d", index);
    json_object_set_new(word_index, word, json_integer(index));
    json_object_set_new(index_word, key, json_string(word));
}

static void put_vocabulary(const struct text_tokenizer *tokenizer, bool kept_only,
                           json_t *config)
{
    json_t *counts = json_object(), *docs = json_object(), *index_docs = json_object();
    json_t *word_index = json_object(), *index_word = json_object();
    char key[16];
    for (int32_t i = 0; i < tokenizer->n_words; i++) {
        const struct word *word = &tokenizer->words[i];
        if (!is_kept(tokenizer, word, kept_only))
            continue;
        snprintf(key, sizeof key, "%d", word->index);
        json_object_set_new(counts, word->text, json_integer(word->count));
        json_object_set_new(docs, word->text, json_integer(word->n_docs));
        json_object_set_new(index_docs, key, json_integer(word->n_docs));
    }
    if (tokenizer->options.oov_token)
        put_index(word_index, index_word, tokenizer->options.oov_token, 1);
    for (int32_t i = 0; i < tokenizer->n_indexed; i++) {
        const struct word *word = &tokenizer->words[tokenizer->by_index[i]];
        if (is_kept(tokenizer, word, kept_only))
            put_index(word_index, index_word, word->text, word->index);
    }
    set_dump(config, "word_counts", counts);
    set_dump(config, "word_docs", docs);
    set_dump(config, "index_docs", index_docs);
    set_dump(config, "index_word", index_word);
    set_dump(config, "word_index", word_index);
}

char *text_to_json(const struct text_tokenizer *tokenizer, bool kept_only)
{
    const struct text_options *options = &tokenizer->options;
    json_t *root = json_object(), *config = json_object(), *stops = json_array();
    json_object_set_new(config, "num_words",
                        options->num_words ? json_integer(options->num_words)
                                           : json_null());
    json_object_set_new(config, "filters", json_string(options->filters));
    json_object_set_new(config, "lower", json_boolean(options->lower));
    json_object_set_new(config, "split", json_string(options->split));
    json_object_set_new(config, "char_level", json_false());
    json_object_set_new(config, "oov_token",
                        options->oov_token ? json_string(options->oov_token)
                                           : json_null());
    json_object_set_new(config, "document_count", json_integer(tokenizer->n_documents));
    put_vocabulary(tokenizer, kept_only, config);
    json_object_set_new(root, "class_name", json_string("Tokenizer"));
    json_object_set_new(root, "config", config);
    for (int i = 0; i < options->n_stop_words; i++)
        json_array_append_new(stops, json_string(options->stop_words[i]));
    if (options
            ->n_stop_words) /* beside Keras's own keys, where its reader does not look */
        json_object_set(root, "stop_words", stops);
    json_decref(stops);
    char *text = json_dumps(root, JSON_ENSURE_ASCII | JSON_COMPACT);
    json_decref(root);
    if (!text)
        die("the tokenizer does not fit JSON");
    return text;
}

static char *copy_string(const json_t *object, const char *key)
{
    return copy_or(json_string_value(json_object_get(object, key)), NULL);
}

static void read_options(const json_t *root, const json_t *config,
                         const struct text_options *padding, struct text_options *options)
{
    const json_t *stops = json_object_get(root, "stop_words");
    size_t n = json_array_size(stops);
    *options = *padding;
    options->num_words = (int)json_integer_value(json_object_get(config, "num_words"));
    options->filters = copy_string(config, "filters");
    options->lower = json_is_true(json_object_get(config, "lower"));
    options->split = copy_string(config, "split");
    options->oov_token = copy_string(config, "oov_token");
    options->stop_words = xcalloc(n, sizeof *options->stop_words);
    options->n_stop_words = 0;
    for (size_t i = 0; i < n; i++)
        if (json_is_string(json_array_get(stops, i)))
            options->stop_words[options->n_stop_words++] =
                xstrdup(json_string_value(json_array_get(stops, i)));
}

/* The reverse of set_dump; NULL if there is none. */
static json_t *load_dump(const json_t *config, const char *key)
{
    const char *text = json_string_value(json_object_get(config, key));
    return text ? json_loads(text, 0, NULL) : NULL;
}

/* The words in index order, so that ties stay as they were; counts where there are any.
 */
static int read_words(const json_t *config, const char *source,
                      struct text_tokenizer *tokenizer)
{
    json_t *index = load_dump(config, "word_index");
    json_t *counts = load_dump(config, "word_counts");
    json_t *docs = load_dump(config, "word_docs");
    size_t n = json_object_size(index);
    const char **ordered = xcalloc(n + 2, sizeof *ordered);
    const char *word;
    json_t *value;
    int rc =
        json_is_object(index) ? OK : fail(ERR_FORMAT, "%s: no word_index in it", source);
    json_object_foreach(index, word, value)
    {
        json_int_t at = json_integer_value(value);
        if (at < 1 || (size_t)at > n + 1 || ordered[at]) {
            rc = fail(ERR_FORMAT, "%s: word_index gives \"%s\" the index %lld", source,
                      word, (long long)at);
            break;
        }
        ordered[at] = word;
    }
    for (size_t i = (size_t)first_index(tokenizer); i < n + 2 && !rc; i++) {
        if (!ordered[i])
            continue;
        struct word *entry = add_word(tokenizer, ordered[i], strlen(ordered[i]));
        entry->count = json_integer_value(json_object_get(counts, ordered[i]));
        entry->n_docs = json_integer_value(json_object_get(docs, ordered[i]));
        entry->index = (int)i;
    }
    free(ordered);
    json_decref(index);
    json_decref(counts);
    json_decref(docs);
    return rc;
}

/* The index as it was read: not sorted again, since counts may be missing. */
static void restore_index(struct text_tokenizer *tokenizer)
{
    tokenizer->by_index =
        xcalloc((size_t)tokenizer->n_words, sizeof *tokenizer->by_index);
    for (int32_t i = 0; i < tokenizer->n_words; i++)
        if (tokenizer->words[i].index)
            tokenizer->by_index[tokenizer->n_indexed++] = i;
}

int text_from_json(const char *json, const char *source,
                   const struct text_options *padding, struct text_tokenizer **result)
{
    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    const json_t *config = json_object_get(root, "config");
    if (!json_is_object(config)) {
        json_decref(root);
        return fail(ERR_FORMAT, "%s: not a Keras tokenizer in JSON", source);
    }
    if (json_is_true(json_object_get(config, "char_level"))) {
        json_decref(root);
        return fail(ERR_FORMAT, "%s: a tokenizer of characters is not supported", source);
    }
    struct text_options options;
    read_options(root, config, padding, &options);
    struct text_tokenizer *tokenizer = text_new(&options);
    release_options(&options);
    tokenizer->n_documents =
        json_integer_value(json_object_get(config, "document_count"));
    int rc = read_words(config, source, tokenizer);
    json_decref(root);
    if (rc) {
        text_free(tokenizer);
        return rc;
    }
    restore_index(tokenizer);
    *result = tokenizer;
    return OK;
}
