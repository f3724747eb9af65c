/* Tokenizers of many words: their dictionaries, JSON within JSON, are read without a tree
 * of all their values, in a tenth of the time. What is not as json.dumps and this program
 * write it is left to json_read.c, which says what is wrong with it. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

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

struct pair {
    const char *word; /* with a final 0 */
    size_t n;
    int64_t number;
};

struct pairs {
    char *json; /* owned: the words stand in it */
    struct pair *pairs;
    size_t n;
    bool is_given;
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

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) && *at)
        at++;
    return at;
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
            next = skip_blanks(next, end);
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

static bool read_hex(const char *at, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
        if (!digit)
            return false;
        *code = *code << 4 | (uint32_t)((digit - digits) % 16);
    }
    return true;
}

static char *put_utf8(char *to, uint32_t code)
{
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};

    *to++ = (char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (code >> (6 * more) & 0x3f));
    return to;
}

/* A character behind \u, of one or two units; NULL where it is none, or NUL. */
static const char *take_unicode(const char *at, char **to)
{
    uint32_t code = 0, low = 0;
    if (!read_hex(at, &code) || code == 0 || (code >= 0xdc00 && code < 0xe000))
        return NULL;

    at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        if (at[0] != '\\' || at[1] != 'u' || !read_hex(at + 2, &low) || low < 0xdc00 ||
            low >= 0xe000)
            return NULL;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    *to = put_utf8(*to, code);
    return at;
}

/* Takes the escapes out of a string in place, from *at to its quote, or to the final 0
 * where `whole`; NULL: it is no string. *n gets its length, and it a final 0. */
static const char *unescape(char *text, bool whole, size_t *n)
{
    static const char escaped[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *at = text;
    char *to = text;

    while (*at && (whole || *at != '"')) {
        if ((unsigned char)*at < 0x20 || *at == '"')
            return NULL;

        const char *which = *at == '\\' && at[1] ? strchr(escaped, at[1]) : NULL;
        if (*at != '\\') {
            *to++ = *at++;
        } else if (which) {
            *to++ = meant[which - escaped];
            at += 2;
        } else {
            at = at[1] == 'u' ? take_unicode(at + 2, &to) : NULL;
        }
        if (!at)
            return NULL;
    }

    if (!whole && !*at)
        return NULL;
    *n = (size_t)(to - text);
    at += !whole;
    *to = '\0';
    return at;
}

/* A whole number, written as JSON has it. */
static const char *take_number(const char *at, int64_t *number)
{
    enum { MOST_DIGITS = 18 };
    bool is_negative = *at == '-';
    int n = 0;

    at += is_negative;
    bool is_zero = *at == '0';
    for (*number = 0; *at >= '0' && *at <= '9' && n <= MOST_DIGITS; n++)
        *number = 10 * *number + (*at++ - '0');

    if (is_negative)
        *number = -*number;
    return n == 0 || n > MOST_DIGITS || (is_zero && n > 1) ? NULL : at;
}

/* {"word": number, ...}, of whose bytes the words stay where they are. */
static bool read_pairs(char *json, size_t n_json, struct pairs *pairs)
{
    char *at = json, *end = json + n_json;
    size_t room = 0;
    bool has_more = true;

    at = (char *)(uintptr_t)skip_blanks(at, end);
    if (*at++ != '{')
        return false;

    while (has_more) {
        struct pair pair = {NULL, 0, 0};
        at = (char *)(uintptr_t)skip_blanks(at, end);
        if (*at != '"')
            return false;

        pair.word = ++at;
        at = (char *)(uintptr_t)unescape(at, false, &pair.n);
        if (!at || !text_is_utf8(pair.word))
            return false;
        at = (char *)(uintptr_t)skip_blanks(at, end);
        if (*at++ != ':')
            return false;
        at = (char *)(uintptr_t)take_number(skip_blanks(at, end), &pair.number);
        if (!at)
            return false;

        if (pairs->n == room) {
            room = 2 * room + 1024;
            pairs->pairs = xrealloc(pairs->pairs, room, sizeof *pairs->pairs);
        }
        pairs->pairs[pairs->n++] = pair;
        at = (char *)(uintptr_t)skip_blanks(at, end);
        has_more = *at == ',';
        if (!has_more && *at != '}')
            return false;
        at++;
    }
    return skip_blanks(at, end) == end;
}

static bool take_pairs(struct span found, struct pairs *pairs)
{
    size_t n = 0;
    if (!found.at)
        return true;

    pairs->is_given = true;
    pairs->json = xstrndup(found.at, found.n);
    return unescape(pairs->json, true, &n) && read_pairs(pairs->json, n, pairs);
}

/* The words by index, each once. */
static bool add_index(const struct pairs *index, struct text_tokenizer *tokenizer)
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

static void add_tally(int which, const struct pair *pair,
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
static void add_tallies(int which, const struct pairs *counts, const json_t *config,
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
        struct pair pair = {word, strlen(word), json_integer_value(value)};
        add_tally(which, &pair, tokenizer);
    }
    json_decref(few);
}

static bool fill(const char *json, size_t n, const struct span found[DICTIONARIES],
                 const struct text_options *padding, struct pairs pairs[INDEX_DOCS],
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
    struct pairs pairs[INDEX_DOCS] = {{.json = NULL}};
    struct text_tokenizer *tokenizer = NULL;

    if (n < LONG || !find_long(json, n, found) || !found[WORD_INDEX].at)
        return false;

    bool is_filled = fill(json, n, found, padding, pairs, &tokenizer);
    for (int i = 0; i < INDEX_DOCS; i++) {
        free(pairs[i].json);
        free(pairs[i].pairs);
    }
    if (is_filled)
        *result = tokenizer;
    else
        text_free(tokenizer);
    return is_filled;
}
