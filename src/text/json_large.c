/* Tokenizers of many words: their dictionaries, JSON within JSON, are read without a tree
 * of all their values, in a tenth of the time. What is not as json.dumps and this program
 * write it is left to json_read.c, which says what is wrong with it. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include "text/json_dictionaries.h"
#include "text/json_pairs.h"

static bool take_pairs(struct json_span found, struct json_pairs *pairs)
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

    bool has_token = text_first_index(tokenizer) > (int)lowest && ordered[lowest];
    fits = fits && !text_check_token(ordered, "", &tokenizer->options) &&
           !text_add_words(ordered, most, "", tokenizer) &&
           (size_t)(tokenizer->words.n - n_before) == index->n - has_token;
    free(ordered);
    return fits;
}

static void add_tally(int which, const struct json_pair *pair,
                      struct text_tokenizer *tokenizer)
{
    int32_t number = words_find(&tokenizer->words, pair->word, pair->n);
    int64_t tally = pair->number > 0 ? pair->number : 0;
    if (number >= 0 && which == JSON_WORD_DOCS)
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

    json_t *few = text_load_dump(config, json_dictionary_keys[which]), *value;
    const char *word;
    json_object_foreach(few, word, value)
    {
        struct json_pair pair = {word, strlen(word), json_integer_value(value)};
        add_tally(which, &pair, tokenizer);
    }
    json_decref(few);
}

static bool fill(const char *json, size_t n,
                 const struct json_span found[JSON_DICTIONARIES],
                 const struct text_options *padding,
                 struct json_pairs pairs[JSON_INDEX_DOCS],
                 struct text_tokenizer **tokenizer)
{
    for (int i = 0; i < JSON_INDEX_DOCS; i++)
        if (!take_pairs(found[i], &pairs[i]))
            return false;

    char *rest = json_dictionaries_without(json, n, found);
    json_t *root = json_loads(rest, 0, NULL);
    bool is_filled = root && !text_begin(root, "", padding, tokenizer) &&
                     add_index(&pairs[JSON_WORD_INDEX], *tokenizer);

    for (int i = JSON_WORD_COUNTS; i <= JSON_WORD_DOCS && is_filled; i++)
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
    struct json_span found[JSON_DICTIONARIES] = {{NULL, 0}};
    struct json_pairs pairs[JSON_INDEX_DOCS] = {{.json = NULL}};
    struct text_tokenizer *tokenizer = NULL;

    if (n < JSON_LONG || !json_dictionaries_find(json, n, found) ||
        !found[JSON_WORD_INDEX].at)
        return false;

    bool is_filled = fill(json, n, found, padding, pairs, &tokenizer);
    for (int i = 0; i < JSON_INDEX_DOCS; i++)
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
    if (n < JSON_LONG)
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
