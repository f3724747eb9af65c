#include "text/json_out.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

void json_put(struct json_out *out, const char *text, size_t n)
{
    if (out->room - out->n <= n) {
        out->room = 2 * out->room + n + 4096;
        out->text = xrealloc(out->text, out->room, 1);
    }
    memcpy(out->text + out->n, text, n);
    out->n += n;
    out->text[out->n] = '\0';
}

void json_put_text(struct json_out *out, const char *text)
{
    json_put(out, text, strlen(text));
}

void json_put_number(struct json_out *out, int64_t value)
{
    char digits[24];
    int at = (int)sizeof digits;
    uint64_t rest = (uint64_t)value;

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    json_put(out, digits + at, sizeof digits - (size_t)at);
}

/* Bytes from text[0] on that a JSON string has as they are, in ASCII. */
static size_t plain_bytes(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] >= ' ' && text[i] <= '~' && text[i] != '"' && text[i] != '\\')
        i++;
    return i;
}

/* The library knows the escapes. */
static void put_escaped(struct json_out *out, const char *word, size_t n)
{
    json_t *value = json_stringn(word, n);
    char *quoted = value ? json_dumps(value, JSON_ENSURE_ASCII | JSON_ENCODE_ANY) : NULL;
    if (!quoted)
        die("tokenizer: a word does not fit JSON");

    size_t end = strlen(quoted) - 1;
    for (size_t i = 1; i < end; i++) {
        if (quoted[i] == '"' || quoted[i] == '\\')
            json_put(out, "\\", 1);
        json_put(out, quoted + i, 1);
    }
    free(quoted);
    json_decref(value);
}

void json_put_word(struct json_out *out, const char *word, size_t n)
{
    if (plain_bytes(word, n) == n)
        json_put(out, word, n);
    else
        put_escaped(out, word, n);
}
