/* JSON with one value that is another: out of range, of another type, deep, long; or with
 * a key that is another, gone, or there twice. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/base.h"

/* Stands for what jansson would not write; "@@" opens no text of ours. */
#define PLACEHOLDER "@@"

static const char *const fragments[] = {
    "0",
    "-1",
    "1",
    "2",
    "7",
    "0.5",
    "-0.0",
    "1e308",
    "-1e308",
    "1e-320",
    "65536",
    "65537",
    "1048576",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e999",
    "NaN",
    "Infinity",
    "true",
    "false",
    "null",
    "\"\"",
    "\"x\"",
    "\"0\"",
    "\"1e999\"",
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "[null,2147483647]",
    "[null,7,7]",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "\"\\ud800\"",
    "\"\\u001b[2J\"",
    "\"\\n\\t\\r\"",
    "\"\\u202e\"",
    "\"\xff\xfe\"",
    "\"../../etc\"",
    "\"%s%n\"",
    "{\"a\":1,\"a\":2}",
    "{\"class_name\":\"Lambda\",\"config\":{}}",
    "{\"class_name\":\"LSTM\",\"config\":{\"units\":8192}}",
    "\"LSTM\"",
    "\"GRU\"",
    "\"Bidirectional\"",
    "\"Embedding\"",
    "\"Dense\"",
    "\"Flatten\"",
    "\"Dropout\"",
    "\"GlobalMaxPooling1D\"",
    "\"Lambda\"",
    "\"softmax\"",
    "\"sigmoid\"",
    "\"linear\"",
    "\"relu\"",
    "\"float16\"",
    "[1,2",
    "}",
    "",
};

/* What no table holds. */
static char *some_long_fragment(struct fuzz *input)
{
    static const char *const pairs[][2] = {
        {"[", "]"}, {"{\"a\":", "}"}, {"{\"config\":", "}"}, {"[1,", "]"}};
    enum { DEEP = 4 };
    size_t n = (size_t)1 << fuzz_below(input, 18);
    int kind = fuzz_below(input, DEEP + 2);

    if (kind >= DEEP) { /* a long text, or a list of many numbers */
        const char *piece = kind == DEEP ? "aa" : "7,";
        char *text = xcalloc(2 * n + 4, 1);
        text[0] = kind == DEEP ? '"' : '[';
        for (size_t i = 0; i < n; i++)
            memcpy(text + 1 + 2 * i, piece, 2);
        strcat(text, kind == DEEP ? "\"" : "7]");
        return text;
    }

    const char *open = pairs[kind][0], *close = pairs[kind][1];
    size_t n_open = strlen(open);
    char *text = xcalloc(n * (n_open + 1) + 2, 1);
    for (size_t i = 0; i < n; i++)
        memcpy(text + i * n_open, open, n_open);
    text[n * n_open] = '0';
    memset(text + n * n_open + 1, *close, n);
    return text;
}

static char *some_fragment(struct fuzz *input)
{
    int byte = (int)fuzz_byte(input);
    if (byte % 8 == 7)
        return some_long_fragment(input);
    return xstrdup(
        fragments[(byte * 8 / 7 + fuzz_below(input, 64)) % (int)COUNT_OF(fragments)]);
}

static size_t count(const json_t *value)
{
    size_t n = 0, i;
    const char *key;
    json_t *child;

    json_object_foreach((json_t *)(uintptr_t)value, key, child) n += 1 + count(child);
    json_array_foreach(value, i, child) n += 1 + count(child);
    return n;
}

/* Where the value stands that is to be another. */
struct spot {
    json_t *parent, *value;
    const char *key; /* NULL: in a list, at `index` */
    size_t index;
};

/* The k-th value below one; false: it has fewer, and *k is less by them. */
static bool find(json_t *parent, size_t *k, struct spot *spot)
{
    size_t i;
    const char *key;
    json_t *child;

    json_object_foreach(parent, key, child)
    {
        *spot = (struct spot){parent, child, key, 0};
        if ((*k)-- == 0 || find(child, k, spot))
            return true;
    }
    json_array_foreach(parent, i, child)
    {
        *spot = (struct spot){parent, child, NULL, i};
        if ((*k)-- == 0 || find(child, k, spot))
            return true;
    }
    return false;
}

static void put(const struct spot *spot, json_t *value)
{
    if (spot->key)
        json_object_set_new(spot->parent, spot->key, value);
    else
        json_array_set_new(spot->parent, spot->index, value);
}

/* JSON in a text in JSON, as tokenizers have it. */
static bool change_inner(const struct spot *spot, struct fuzz *input)
{
    const char *text = json_string_value(spot->value);
    if (!text || (*text != '{' && *text != '['))
        return false;

    char *changed = mutant_change_json(text, input);
    json_t *value = json_string(changed);
    free(changed);
    put(spot, value ? value : json_null());
    return true;
}

/* The text with the first placeholder replaced, in quotes and all. */
static char *insert(const char *text, const char *placeholder, const char *fragment)
{
    const char *at = strstr(text, placeholder);
    if (!at)
        return xstrdup(text);
    return xasprintf("%.*s%s%s", (int)(at - text), text, fragment,
                     at + strlen(placeholder));
}

static char *dump(json_t *root, const char *fragment, const char *key)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    char *whole = insert(text, "\"" PLACEHOLDER "\"", fragment), *result = NULL;

    char *quoted = xasprintf("\"%s\"", key ? key : "");
    result = insert(whole, "\"" PLACEHOLDER "key\"", quoted);
    free(quoted);
    free(whole);
    free(text);
    return result;
}

/* Changes one spot; *key: what the key "@@key" stands for, the caller's to free. */
static void change(const struct spot *spot, const json_t *root, struct fuzz *input,
                   char **key)
{
    size_t k = mutant_below(input, count(root));
    struct spot other = *spot;

    switch (fuzz_below(input, 8)) {
    case 0: /* another value of the same text */
        find((json_t *)(uintptr_t)root, &k, &other);
        put(spot, json_deep_copy(other.value));
        return;
    case 1:
        if (spot->key)
            json_object_del(spot->parent, spot->key);
        else
            json_array_remove(spot->parent, spot->index);
        return;
    case 2: /* a key twice, or one more in a list */
        if (spot->key) {
            *key = xstrdup(spot->key);
            json_object_set_new(spot->parent, PLACEHOLDER "key",
                                json_string(PLACEHOLDER));
        } else {
            json_array_append_new(spot->parent, json_string(PLACEHOLDER));
        }
        return;
    default:
        if (!change_inner(spot, input))
            put(spot, json_string(PLACEHOLDER));
        return;
    }
}

char *mutant_change_json(const char *json, struct fuzz *input)
{
    json_t *root = json_loads(json, JSON_DECODE_ANY, NULL);
    size_t n = root ? count(root) : 0, k = n ? mutant_below(input, n) : 0;
    char *fragment = some_fragment(input), *key = NULL;
    struct spot spot = {NULL, NULL, NULL, 0};

    if (n == 0 || fuzz_below(input, 32) == 31) {
        json_decref(root);
        return fragment;
    }

    find(root, &k, &spot);
    change(&spot, root, input, &key);
    char *text = dump(root, fragment, key);
    json_decref(root);
    free(fragment);
    free(key);
    return text;
}
