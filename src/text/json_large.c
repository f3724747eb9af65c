/* Tokenizers of many words: their dictionaries, JSON within JSON, are read without a tree
 * of all their values, in a tenth of the time. What is not as json.dumps and this program
 * write it is left to json_read.c, which says what is wrong with it. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include "text/json_pairs.h"

enum { LONG = 1 << 16 }; /* bytes of a dictionary that is worth it */
enum { MOST_DEPTH = 16 };

enum { WORD_INDEX, WORD_COUNTS, WORD_DOCS, INDEX_DOCS, INDEX_WORD, DICTIONARIES };
static const char *const keys[] = {
    [WORD_INDEX] = "word_index", [WORD_COUNTS] = "word_counts", [WORD_DOCS] = "word_docs",
    [INDEX_DOCS] = "index_docs", [INDEX_WORD] = "index_word",
};
_Static_assert(COUNT_OF(keys) == DICTIONARIES, "every dictionary has a key");

/* Bytes of a text. */
struct span {
    const char *at;
    size_t n;
};

/* Behind the quote that ends the string whose first quote stands at `at`; NULL: none. */
static const char *end_of_string(const char *at, const char *end)
{
    for (const char *quote = at + 1; quote < end; quote++) {
        quote = memchr(quote, '"', (size_t)(end - quote));
        if (!quote)
            return NULL;

        const char *slash = quote;
        while (slash[-1] == '\\')
            slash--;
        if ((quote - slash) % 2 == 0)
            return quote + 1;
    }
    return NULL;
}

static bool is_key(struct span key, const char *name)
{
    return key.n == strlen(name) && !memcmp(key.at, name, key.n);
}

static int find_dictionary(struct span key)
{
    int i = 0;
    while (i < DICTIONARIES && !is_key(key, keys[i]))
        i++;
    return i;
}

/* Finds the long dictionaries of /config, each a string; false: it is not one JSON text
 * as this goes over it. */
static bool find_long(const char *json, size_t n, struct span found[DICTIONARIES])
{
    const char *end = json + n;
    struct span key[MOST_DEPTH + 1] = {{NULL, 0}};
    int depth = 0;

    for (const char *at = json; at < end; at++) {
        if (*at == '{' || *at == '[') {
            if (++depth > MOST_DEPTH)
                return false;
            key[depth] = (struct span){NULL, 0};
        } else if (*at == '}' || *at == ']') {
            if (--depth < 0)
                return false;
        } else if (*at == '"') {
            const char *next = end_of_string(at, end);
            if (!next)
                return false;

            struct span text = {at + 1, (size_t)(next - at) - 2};
            int i = depth == 2 && is_key(key[1], "config") ? find_dictionary(key[2])
                                                           : DICTIONARIES;
            next = json_skip_blanks(next, end);
            if (next < end && *next == ':') {
                key[depth] = text;
            } else if (i < DICTIONARIES && text.n >= LONG) {
                if (found[i].at)
                    return false;
                found[i] = text;
            }
            at = next - 1;
        }
    }
    return depth == 0;
}

/* The JSON without them; the caller's to free. */
static char *without(const char *json, size_t n, const struct span found[DICTIONARIES])
{
    char *rest = xrealloc(NULL, n + 1, 1), *to = rest;

    for (const char *at = json; at < json + n;) {
        size_t left = (size_t)(json + n - at), length = left;
        const char *next = json + n;
        for (int i = 0; i < DICTIONARIES; i++)
            if (found[i].at >= at && (size_t)(found[i].at - at) <= length) {
                length = (size_t)(found[i].at - at);
                next = found[i].at + found[i].n;
            }
        memcpy(to, at, length);
        to += length;
        at = next;
    }
    *to = '\0';
    return rest;
}

static bool take_pairs(struct span found, struct json_pairs *pairs)
{
    size_t n = 0;
    if (!found.at)
        return true;

    pairs->is_given = true;
    pairs->json = xstrndup(found.at, found.n);
    return json_unescape(pairs->json, true, &n) && json_pairs_read(pairs->json, n, pairs);
}

/* The words by index, each once. */
static bool add_index(const struct json_pairs *index, struct text_tokenizer *tokenizer)
{
    int32_t n_before = tokenizer->words.n;
    size_t lowest = (size_t)tokenizer->options.index_from + 1, most = index->n + lowest;
    const char **ordered = xcalloc(most + 1, sizeof *ordered);
    bool fits = index->n < INT32_MAX / 2;

    for (size_t i = 0; i < index->n && fits; i++) {
        int64_t at = index->pairs[i].number;
        fits = at >= (int64_t)lowest && at <= (int64_t)most && !ordered[at];
        if (fits)
            ordered[at] = index->pairs[i].word;
    }

    fits = fits && !text_check_token(ordered, "", &tokenizer->options) &&
           !text_add_words(ordered, most, "", tokenizer) &&
           (size_t)(tokenizer->words.n - n_before) == index->n;
    free(ordered);
    return fits;
}

static void add_tally(int which, const struct json_pair *pair,
                      struct text_tokenizer *tokenizer)
{
    int32_t number = words_find(&tokenizer->words, pair->word, pair->n);
    int64_t tally = pair->number > 0 ? pair->number : 0;
    if (number >= 0 && which == WORD_DOCS)
        tokenizer->entries[number].n_documents = tally;
    else if (number >= 0)
        tokenizer->entries[number].count = tally;
}

/* What is not long is in `config`. */
static void add_tallies(int which, const struct json_pairs *counts, const json_t *config,
                        struct text_tokenizer *tokenizer)
{
    for (size_t i = 0; i < counts->n; i++)
        add_tally(which, &counts->pairs[i], tokenizer);
    if (counts->is_given)
        return;

    json_t *few = text_load_dump(config, keys[which]), *value;
    const char *word;
    json_object_foreach(few, word, value)
    {
        struct json_pair pair = {word, strlen(word), json_integer_value(value)};
        add_tally(which, &pair, tokenizer);
    }
    json_decref(few);
}

static bool fill(const char *json, size_t n, const struct span found[DICTIONARIES],
                 const struct text_options *padding, struct json_pairs pairs[INDEX_DOCS],
                 struct text_tokenizer **tokenizer)
{
    for (int i = 0; i < INDEX_DOCS; i++)
        if (!take_pairs(found[i], &pairs[i]))
            return false;

    char *rest = without(json, n, found);
    json_t *root = json_loads(rest, 0, NULL);
    bool is_filled = root && !text_begin(root, "", padding, tokenizer) &&
                     add_index(&pairs[WORD_INDEX], *tokenizer);

    for (int i = WORD_COUNTS; i <= WORD_DOCS && is_filled; i++)
        add_tallies(i, &pairs[i], json_object_get(root, "config"), *tokenizer);
    if (is_filled)
        text_restore_index(*tokenizer);
    json_decref(root);
    free(rest);
    return is_filled;
}

bool text_from_large_json(const char *json, size_t n, const struct text_options *padding,
                          struct text_tokenizer **result)
{
    struct span found[DICTIONARIES] = {{NULL, 0}};
    struct json_pairs pairs[INDEX_DOCS] = {{.json = NULL}};
    struct text_tokenizer *tokenizer = NULL;

    if (n < LONG || !find_long(json, n, found) || !found[WORD_INDEX].at)
        return false;

    bool is_filled = fill(json, n, found, padding, pairs, &tokenizer);
    for (int i = 0; i < INDEX_DOCS; i++)
        json_pairs_release(&pairs[i]);
    if (is_filled)
        *result = tokenizer;
    else
        text_free(tokenizer);
    return is_filled;
}

/* Those that may stand for something else than a word of texts. */
static json_t *first_words(const struct json_pairs *index)
{
    enum { LAST_SPECIAL = 2 };
    json_t *first = json_object();
    for (size_t i = 0; i < index->n; i++) {
        const struct json_pair *pair = &index->pairs[i];
        if (pair->number >= 0 && pair->number <= LAST_SPECIAL)
            json_object_set_new(first, pair->word, json_integer(pair->number));
    }
    return first;
}

static void leave_out(struct json_pairs *index, int64_t number)
{
    size_t n = 0;
    for (size_t i = 0; i < index->n; i++)
        if (index->pairs[i].number != number)
            index->pairs[n++] = index->pairs[i];
    index->n = n;
}

static bool fill_by_index(struct json_pairs *index, const struct text_options *padding,
                          struct text_tokenizer **tokenizer, char **assumed)
{
    json_t *first = first_words(index), *config = NULL;
    bool is_filled = !text_complete_index(first, "", &config, assumed);
    json_t *root = json_object();
    json_object_set_new(root, "config", config);

    size_t n_left = json_object_size(json_object_get(config, "word_index"));
    if (n_left < json_object_size(first))
        leave_out(index, 0); /* the pad */
    is_filled = is_filled && !text_begin(root, "", padding, tokenizer) &&
                add_index(index, *tokenizer);
    if (is_filled)
        text_restore_index(*tokenizer);
    json_decref(first);
    json_decref(root);
    return is_filled;
}

bool text_from_large_index(const char *json, size_t n, const struct text_options *padding,
                           struct text_tokenizer **result, char **result_note)
{
    struct json_pairs index = {.json = NULL};
    struct text_tokenizer *tokenizer = NULL;
    char *assumed = NULL;
    if (n < LONG)
        return false;

    index.json = xstrndup(json, n);
    bool is_filled = json_pairs_read(index.json, n, &index) &&
                     fill_by_index(&index, padding, &tokenizer, &assumed);
    json_pairs_release(&index);

    if (is_filled) {
        *result = tokenizer;
        *result_note = assumed;
    } else {
        text_free(tokenizer);
        free(assumed);
    }
    return is_filled;
}
