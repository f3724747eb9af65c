/* Strings as Python writes them, and values as JSON. */
#include "text/pickle_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t put_utf8(char *to, uint32_t c)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(lead[n < 2 ? 0 : n] | c);
    return n;
}

/* The number of `digits` hexadecimal ones; false: they are none. */
static bool read_hex(const char *text, size_t n, size_t digits, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < digits; i++) {
        char c = i < n ? text[i] : ' ';
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *number = *number * 16 + (uint32_t)digit;
    }
    return *number <= 0x10ffff;
}

static void take_text(struct pickle_value *value, char *text, size_t n)
{
    value->owned = text;
    value->text = text;
    value->n = n;
}

/* The characters from U+0080 to U+00FF are one byte here. */
bool pickle_set_escaped(struct pickle_value *value, const char *line, size_t n)
{
    char *text = xcalloc(4 * n + 4, 1);
    size_t used = 0;

    for (size_t at = 0; at < n;) {
        uint32_t c = (unsigned char)line[at++];
        char kind = c == '\\' && at < n ? line[at] : ' ';
        if (kind == 'u' || kind == 'U') {
            size_t digits = kind == 'u' ? 4 : 8;
            at++;
            if (!read_hex(line + at, n - at, digits, &c)) {
                free(text);
                return false;
            }
            at += digits;
        }
        used += put_utf8(text + used, c);
    }
    take_text(value, text, used);
    return true;
}

/* What an escape of a byte string stands for; *taken: its characters behind the
 * backslash. */
static bool read_escape(const char *text, size_t n, char *c, size_t *taken)
{
    static const char names[] = "\\'\"ntr", meant[] = "\\'\"\n\t\r";
    const char *known = n && *text ? strchr(names, *text) : NULL;
    uint32_t number = 0;

    if (known) {
        *c = meant[known - names];
        *taken = 1;
        return true;
    }

    *taken = 3;
    bool is_hex = n && *text == 'x' && read_hex(text + 1, n - 1, 2, &number);
    *c = (char)number;
    return is_hex;
}

bool pickle_set_quoted(struct pickle_value *value, const char *line, size_t n)
{
    if (n < 2 || !strchr("'\"", line[0]) || line[n - 1] != line[0])
        return false;

    char *text = xcalloc(n, 1);
    size_t used = 0;
    for (size_t at = 1; at < n - 1; used++) {
        size_t taken = 0;
        text[used] = line[at++];
        if (text[used] != '\\')
            continue;
        if (!read_escape(line + at, n - 1 - at, &text[used], &taken)) {
            free(text);
            return false;
        }
        at += taken;
    }
    take_text(value, text, used);
    return true;
}

/* Tokenizers are no deeper: an object, its dictionary, one of its tables, an entry. */
enum { MOST_DEPTH = 6 };

/* One that is shared is written once a place, so that a small pickle could stand for a
 * large JSON: there are no more values than it has bytes. */
struct conversion {
    const struct pickle *pickle;
    size_t left;
};

static int to_json(struct conversion *to, const struct pickle_value *value, int depth,
                   json_t **json);

static int list_to_json(struct conversion *to, const struct pickle_value *list, int depth,
                        json_t *array)
{
    int rc = OK;
    for (size_t i = 0; i < list->n && !rc; i++) {
        json_t *item = NULL;
        rc = to_json(to, list->items[i], depth + 1, &item);
        if (!rc)
            json_array_append_new(array, item);
    }
    return rc;
}

static int set_entry(const struct conversion *to, const struct pickle_value *key,
                     json_t *object, json_t *value)
{
    char number[24];
    bool is_number = key->kind == PICKLE_INT, is_text = key->kind == PICKLE_STRING;
    int n = snprintf(number, sizeof number, "%lld", (long long)key->number);

    /* the library looks neither for a NUL in a key nor, before it copies, for its end */
    char *copy = xstrndup(is_number ? number
                          : is_text ? key->text
                                    : "",
                          is_number ? (size_t)n
                          : is_text ? key->n
                                    : 0);
    bool is_whole = is_number || (is_text && strlen(copy) == key->n);
    int set = is_whole ? json_object_set_new(object, copy, value) : -1;
    if (!is_whole)
        json_decref(value);
    free(copy);
    return set == 0 ? OK : pickle_refuse(to->pickle, "a key that is no word in UTF-8");
}

static int dict_to_json(struct conversion *to, const struct pickle_value *dict, int depth,
                        json_t *object)
{
    int rc = OK;
    for (size_t i = 0; i + 1 < dict->n && !rc; i += 2) {
        json_t *value = NULL;
        rc = to_json(to, dict->items[i + 1], depth + 1, &value);
        if (!rc)
            rc = set_entry(to, dict->items[i], object, value);
    }
    return rc;
}

static json_t *scalar_to_json(const struct pickle_value *value)
{
    switch (value->kind) {
    case PICKLE_NONE:
        return json_null();
    case PICKLE_BOOL:
        return json_boolean(value->number);
    case PICKLE_INT:
        return json_integer(value->number);
    case PICKLE_FLOAT:
        return json_real(value->real); /* NULL where it is not finite */
    case PICKLE_STRING:
        return memchr(value->text, '\0', value->n) ? NULL
                                                   : json_stringn(value->text, value->n);

    case PICKLE_LIST:
        return json_array();
    case PICKLE_DICT:
    case PICKLE_OBJECT:
        return json_object();
    case PICKLE_CLASS:
        break;
    }
    return NULL;
}

static int to_json(struct conversion *to, const struct pickle_value *value, int depth,
                   json_t **json)
{
    if (depth > MOST_DEPTH || to->left == 0)
        return pickle_refuse(to->pickle, "values within values, more than a tokenizer "
                                         "has");
    to->left--;

    json_t *made = scalar_to_json(value);
    if (!made)
        return pickle_refuse(to->pickle, "a value that is no text in UTF-8 and no number "
                                         "of a tokenizer");

    int rc = OK;
    if (value->kind == PICKLE_LIST)
        rc = list_to_json(to, value, depth, made);
    if (value->kind == PICKLE_DICT || value->kind == PICKLE_OBJECT)
        rc = dict_to_json(to, value, depth, made);
    if (!rc && value->kind == PICKLE_OBJECT)
        made = json_pack("{s:s, s:o}", "class_name", "Tokenizer", "config", made);

    if (rc) {
        json_decref(made);
        return rc;
    }
    *json = made;
    return OK;
}

int pickle_to_json(const struct pickle *pickle, const struct pickle_value *value,
                   json_t **json)
{
    struct conversion to = {pickle, pickle->n};
    return to_json(&to, value, 0, json);
}
