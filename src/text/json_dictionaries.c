#include "text/json_dictionaries.h"

#include <string.h>

#include "text/json_pairs.h"

enum { MOST_DEPTH = 16 };

const char *const json_dictionary_keys[] = {
    [JSON_WORD_INDEX] = "word_index", [JSON_WORD_COUNTS] = "word_counts",
    [JSON_WORD_DOCS] = "word_docs",   [JSON_INDEX_DOCS] = "index_docs",
    [JSON_INDEX_WORD] = "index_word",
};
_Static_assert(COUNT_OF(json_dictionary_keys) == JSON_DICTIONARIES,
               "every dictionary has a key");

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

static bool is_key(struct json_span key, const char *name)
{
    return key.n == strlen(name) && !memcmp(key.at, name, key.n);
}

static int find_dictionary(struct json_span key)
{
    int i = 0;
    while (i < JSON_DICTIONARIES && !is_key(key, json_dictionary_keys[i]))
        i++;
    return i;
}

bool json_dictionaries_find(const char *json, size_t n,
                            struct json_span found[JSON_DICTIONARIES])
{
    const char *end = json + n;
    struct json_span key[MOST_DEPTH + 1] = {{NULL, 0}};
    int depth = 0;

    for (const char *at = json; at < end; at++) {
        if (*at == '{' || *at == '[') {
            if (++depth > MOST_DEPTH)
                return false;
            key[depth] = (struct json_span){NULL, 0};
        } else if (*at == '}' || *at == ']') {
            if (--depth < 0)
                return false;
        } else if (*at == '"') {
            const char *next = end_of_string(at, end);
            if (!next)
                return false;

            struct json_span text = {at + 1, (size_t)(next - at) - 2};
            int i = depth == 2 && is_key(key[1], "config") ? find_dictionary(key[2])
                                                           : JSON_DICTIONARIES;
            next = json_skip_blanks(next, end);
            if (next < end && *next == ':') {
                key[depth] = text;
            } else if (i < JSON_DICTIONARIES && text.n >= JSON_LONG) {
                if (found[i].at)
                    return false;
                found[i] = text;
            }
            at = next - 1;
        }
    }
    return depth == 0;
}

char *json_dictionaries_without(const char *json, size_t n,
                                const struct json_span found[JSON_DICTIONARIES])
{
    char *rest = xrealloc(NULL, n + 1, 1), *to = rest;

    for (const char *at = json; at < json + n;) {
        size_t left = (size_t)(json + n - at), length = left;
        const char *next = json + n;
        for (int i = 0; i < JSON_DICTIONARIES; i++)
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
