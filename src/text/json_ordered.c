/* What text_to_json wrote, in the order of the index. In the words' first appearance, as
 * rnnprep writes them, they stand in word_counts, word_docs and index_docs alike: so the
 * last one says which word each pair of the others is of, and no table of words is
 * needed, only of hashes, to see that none stands there twice. */
#include "text/json_columns.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "text/json_out.h"
#include "text/json_pairs.h"

/* A place in a dictionary, whose quotes have a backslash each. */
struct scan {
    const char *at, *end;
};

/* The words by index, as they stand in the JSON. */
struct ordered {
    const struct text_tokenizer *settings;
    int first;     /* index of the first one */
    size_t n;      /* of words with an index */
    size_t n_kept; /* of those below num_words */
    size_t room;
    struct json_span *words;     /* (n) */
    int64_t *counts, *documents; /* (n) */
};

static bool take(struct scan *scan, const char *literal)
{
    size_t n = strlen(literal);
    if ((size_t)(scan->end - scan->at) < n || memcmp(scan->at, literal, n))
        return false;
    scan->at += n;
    return true;
}

/* Whether an escaped word is a word as json_put_word puts it. */
static bool is_as_written(struct json_span word)
{
    struct json_out out = {.text = NULL};
    char *text = xstrndup(word.at, word.n);
    size_t n = 0;

    bool is = json_unescape(text, true, &n) && json_unescape(text, true, &n) &&
              text_is_utf8(text);
    if (is) {
        json_put_word(&out, text, n);
        is = out.n == word.n && !memcmp(out.text, word.at, word.n);
    }
    free(out.text);
    free(text);
    return is;
}

/* "word", of which no byte is as only other programs write it. */
static bool take_word(struct scan *scan, struct json_span *word, bool *has_escapes)
{
    if (!take(scan, "\\\""))
        return false;

    const char *at = scan->at, *end = scan->end;
    while (at < end && *at >= ' ' && *at <= '~' && *at != '"') {
        if (*at != '\\') {
            at++;
            continue;
        }
        if (end - at < 3 || at[1] != '\\')
            break;
        *has_escapes = true;
        at += at[2] == '\\' ? 4 : 3; /* what is escaped has an escape too, or not */
    }

    if (at >= end)
        return false;
    *word = (struct json_span){scan->at, (size_t)(at - scan->at)};
    scan->at = at;
    return take(scan, "\\\"");
}

static bool take_number(struct scan *scan, int64_t *number)
{
    enum { MOST_DIGITS = 18 };
    const char *began = scan->at;

    for (*number = 0; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' &&
                      scan->at - began <= MOST_DIGITS;)
        *number = 10 * *number + (*scan->at++ - '0');
    long n = scan->at - began;
    return n > 0 && n <= MOST_DIGITS && (*began != '0' || n == 1);
}

static bool take_quoted_number(struct scan *scan, int64_t *number)
{
    return take(scan, "\\\"") && take_number(scan, number) && take(scan, "\\\"");
}

/* What stands in front of pair i, from 0, or behind the last one. */
static bool take_separator(struct scan *scan, size_t i)
{
    return i == 0 || take(scan, ",");
}

static bool begin(struct scan *scan, struct json_span dictionary)
{
    *scan = (struct scan){dictionary.at, dictionary.at + dictionary.n};
    return take(scan, "{");
}

static bool ends(struct scan *scan)
{
    return take(scan, "}") && scan->at == scan->end;
}

static bool equal(struct json_span a, struct json_span b)
{
    return a.n == b.n && !memcmp(a.at, b.at, a.n);
}

/* The token of unknown words, which is the first of both dictionaries by index; *n counts
 * their pairs. */
static bool take_token(const struct ordered *ordered, struct scan *scan, bool by_word,
                       size_t *n)
{
    const char *token = ordered->settings->options.oov_token;
    struct json_out out = {.text = NULL};
    struct json_span word = {NULL, 0};
    bool has_escapes = false;
    int64_t number = 0;
    if (!token)
        return true;

    *n = 1;
    json_put_word(&out, token, strlen(token));
    bool is = by_word ? take_word(scan, &word, &has_escapes) && take(scan, ":") &&
                            take_number(scan, &number)
                      : take_quoted_number(scan, &number) && take(scan, ":") &&
                            take_word(scan, &word, &has_escapes);
    is = is && number == 1 && equal(word, (struct json_span){out.text, out.n});
    free(out.text);
    return is;
}

static void add(struct ordered *ordered, struct json_span word)
{
    if (ordered->n == ordered->room) {
        ordered->room = 2 * ordered->room + 1024;
        ordered->words = xrealloc(ordered->words, ordered->room, sizeof *ordered->words);
    }
    ordered->words[ordered->n++] = word;
}

static bool read_word_index(struct json_span dictionary, struct ordered *ordered)
{
    struct scan scan;
    size_t pairs = 0;
    bool is = begin(&scan, dictionary) && take_token(ordered, &scan, true, &pairs);

    for (; is && scan.at < scan.end && *scan.at != '}'; pairs++) {
        struct json_span word = {NULL, 0};
        bool has_escapes = false;
        int64_t index = 0;
        is = take_separator(&scan, pairs) && take_word(&scan, &word, &has_escapes) &&
             (!has_escapes || is_as_written(word)) && take(&scan, ":") &&
             take_number(&scan, &index) && index == ordered->first + (int64_t)ordered->n;
        add(ordered, word);
    }
    return is && ends(&scan) && ordered->n < INT32_MAX / 2;
}

static bool read_index_word(struct json_span dictionary, const struct ordered *ordered)
{
    struct scan scan;
    size_t pairs = 0;
    bool is = begin(&scan, dictionary) && take_token(ordered, &scan, false, &pairs);

    for (size_t i = 0; i < ordered->n_kept && is; i++, pairs++) {
        struct json_span word = {NULL, 0};
        bool has_escapes = false;
        int64_t index = 0;
        is = take_separator(&scan, pairs) && take_quoted_number(&scan, &index) &&
             index == ordered->first + (int64_t)i && take(&scan, ":") &&
             take_word(&scan, &word, &has_escapes) && equal(word, ordered->words[i]);
    }
    return is && ends(&scan);
}

/* The pairs of three dictionaries, side by side. */
static bool read_tallies(const struct json_span found[JSON_DICTIONARIES],
                         struct ordered *ordered)
{
    struct scan counts, documents, index;
    bool is = begin(&counts, found[JSON_WORD_COUNTS]) &&
              begin(&documents, found[JSON_WORD_DOCS]) &&
              begin(&index, found[JSON_INDEX_DOCS]);

    ordered->counts = xcalloc(ordered->n, sizeof *ordered->counts);
    ordered->documents = xcalloc(ordered->n, sizeof *ordered->documents);
    for (size_t i = 0; i < ordered->n; i++)
        ordered->documents[i] = i < ordered->n_kept ? -1 : 0;

    for (size_t k = 0; k < ordered->n_kept && is; k++) {
        struct json_span counted = {NULL, 0}, seen = {NULL, 0};
        int64_t at = 0, count = 0, in_word = 0, in_index = 0;
        bool has_escapes = false;

        is = take_separator(&index, k) && take_quoted_number(&index, &at) &&
             take(&index, ":") && take_number(&index, &in_index) &&
             take_separator(&counts, k) && take_word(&counts, &counted, &has_escapes) &&
             take(&counts, ":") && take_number(&counts, &count) &&
             take_separator(&documents, k) &&
             take_word(&documents, &seen, &has_escapes) && take(&documents, ":") &&
             take_number(&documents, &in_word);

        size_t i = (size_t)(at - ordered->first);
        is = is && in_word == in_index && i < ordered->n_kept &&
             ordered->documents[i] < 0 && equal(counted, ordered->words[i]) &&
             equal(seen, ordered->words[i]);
        if (is) {
            ordered->counts[i] = count;
            ordered->documents[i] = in_word;
        }
    }
    return is && ends(&counts) && ends(&documents) && ends(&index);
}

/* Open addressing; 0 stands for no hash. Words may count as equal that are not. */
struct hashes {
    uint64_t *slots;
    size_t n;
};

static bool add_hash(struct hashes *hashes, struct json_span word)
{
    uint64_t hash = XXH3_64bits(word.at, word.n) | 1;
    size_t at = hash >> 1 & (hashes->n - 1);

    for (; hashes->slots[at]; at = (at + 1) & (hashes->n - 1))
        if (hashes->slots[at] == hash)
            return false;
    hashes->slots[at] = hash;
    return true;
}

static bool add_escaped(struct hashes *hashes, const char *word)
{
    struct json_out out = {.text = NULL};
    json_put_word(&out, word, strlen(word));

    bool is_new = add_hash(hashes, (struct json_span){out.text, out.n});
    free(out.text);
    return is_new;
}

/* Whether no word stands there twice, or is a stop word or the token too. */
static bool are_distinct(const struct ordered *ordered)
{
    const struct text_options *options = &ordered->settings->options;
    struct hashes hashes = {NULL, 1024};
    while (hashes.n < 2 * (ordered->n + (size_t)options->n_stop_words + 1))
        hashes.n *= 2;
    hashes.slots = xcalloc(hashes.n, sizeof *hashes.slots);

    bool are = !options->oov_token || add_escaped(&hashes, options->oov_token);
    for (int i = 0; i < options->n_stop_words && are; i++)
        are = add_escaped(&hashes, options->stop_words[i]);
    for (size_t i = 0; i < ordered->n && are; i++)
        are = add_hash(&hashes, ordered->words[i]);
    free(hashes.slots);
    return are;
}

/* How many words of the index have an id. */
static size_t count_kept(const struct ordered *ordered)
{
    int limit = ordered->settings->options.num_words;
    size_t most = limit > ordered->first ? (size_t)(limit - ordered->first) : 0;
    return limit && most < ordered->n ? most : ordered->n;
}

static bool read_all(const struct json_span found[JSON_DICTIONARIES],
                     struct ordered *ordered)
{
    if (!read_word_index(found[JSON_WORD_INDEX], ordered))
        return false;

    ordered->n_kept = count_kept(ordered);
    bool is_whole =
        ordered->n_kept == ordered->n || ordered->settings->options.drops_missing;
    return is_whole && are_distinct(ordered) &&
           read_index_word(found[JSON_INDEX_WORD], ordered) &&
           read_tallies(found, ordered);
}

static bool list_word(const void *data, enum json_dictionary which, size_t i,
                      struct json_word *word)
{
    const struct ordered *ordered = data;
    *word = (struct json_word){.text = ordered->words[i],
                               .is_escaped = true,
                               .index = ordered->first + (int64_t)i,
                               .count = ordered->counts[i],
                               .n_documents = ordered->documents[i]};
    return i < ordered->n_kept || which == JSON_WORD_INDEX;
}

static bool order(const struct json_span found[JSON_DICTIONARIES],
                  const struct text_tokenizer *settings, char **result, int *max_id)
{
    struct ordered ordered = {.settings = settings, .first = text_first_index(settings)};

    bool is = read_all(found, &ordered);
    if (is) {
        const struct json_words words = {&ordered, ordered.n, list_word};
        *result = json_columns_write(settings, &words);
        *max_id = text_max_id_of(settings, ordered.first + (int)ordered.n - 1);
    }
    free(ordered.words);
    free(ordered.counts);
    free(ordered.documents);
    return is;
}

bool text_order_json(const char *json, const struct text_options *padding, char **ordered,
                     int *max_id)
{
    struct json_span found[JSON_DICTIONARIES] = {{NULL, 0}};
    struct text_tokenizer *settings = NULL;
    size_t n = strlen(json);
    if (!json_dictionaries_find(json, n, found))
        return false;
    for (int i = 0; i < JSON_DICTIONARIES; i++)
        if (!found[i].at)
            return false;

    char *rest = json_dictionaries_without(json, n, found);
    json_t *root = json_loads(rest, 0, NULL);
    bool is = root && !text_begin(root, "", padding, &settings) &&
              order(found, settings, ordered, max_id);
    text_free(settings);
    json_decref(root);
    free(rest);
    return is;
}
