#include "text/json_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

const char *json_skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) && *at)
        at++;
    return at;
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

const char *json_unescape(char *text, bool whole, size_t *n)
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

bool json_pairs_read(char *json, size_t n_json, struct json_pairs *pairs)
{
    char *at = json, *end = json + n_json;
    size_t room = 0;
    bool has_more = true;

    at = (char *)(uintptr_t)json_skip_blanks(at, end);
    if (*at++ != '{')
        return false;

    while (has_more) {
        struct json_pair pair = {NULL, 0, 0};
        at = (char *)(uintptr_t)json_skip_blanks(at, end);
        if (*at != '"')
            return false;

        pair.word = ++at;
        at = (char *)(uintptr_t)json_unescape(at, false, &pair.n);
        if (!at || !text_is_utf8(pair.word))
            return false;
        at = (char *)(uintptr_t)json_skip_blanks(at, end);
        if (*at++ != ':')
            return false;
        at = (char *)(uintptr_t)take_number(json_skip_blanks(at, end), &pair.number);
        if (!at)
            return false;

        if (pairs->n == room) {
            room = 2 * room + 1024;
            pairs->pairs = xrealloc(pairs->pairs, room, sizeof *pairs->pairs);
        }
        pairs->pairs[pairs->n++] = pair;
        at = (char *)(uintptr_t)json_skip_blanks(at, end);
        has_more = *at == ',';
        if (!has_more && *at != '}')
            return false;
        at++;
    }
    return json_skip_blanks(at, end) == end;
}

void json_pairs_release(struct json_pairs *pairs)
{
    free(pairs->json);
    free(pairs->pairs);
    *pairs = (struct json_pairs){.json = NULL};
}
