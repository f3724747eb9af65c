#include "input/json_text.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

struct rewriting {
    const char *text;
    size_t n, at;
    char *out; /* at most n bytes and two a number */
    size_t used;
    size_t n_bad, first_bad;
};

static void put(struct rewriting *rewriting, const char *text, size_t n)
{
    memcpy(rewriting->out + rewriting->used, text, n);
    rewriting->used += n;
}

/* The code unit of "\uXXXX" at a place; -1: there is none. */
static int code_unit(const struct rewriting *rewriting, size_t at)
{
    char digits[5] = "";
    if (rewriting->n < at + 6 || memcmp(rewriting->text + at, "\\u", 2))
        return -1;
    memcpy(digits, rewriting->text + at + 2, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? (int)strtol(digits, NULL, 16)
                                                         : -1;
}

static bool is_high(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* An escape: halves of pairs that stand alone become U+FFFD. */
static void take_escape(struct rewriting *rewriting)
{
    int unit = code_unit(rewriting, rewriting->at);
    bool is_pair = is_high(unit) && is_low(code_unit(rewriting, rewriting->at + 6));
    size_t n = is_pair ? 12 : unit >= 0 ? 6 : 2;
    if (n > rewriting->n - rewriting->at)
        n = rewriting->n - rewriting->at;

    if (!is_pair && (is_high(unit) || is_low(unit))) {
        if (rewriting->n_bad++ == 0)
            rewriting->first_bad = rewriting->at;
        put(rewriting, "\\ufffd", 6);
    } else {
        put(rewriting, rewriting->text + rewriting->at, n);
    }
    rewriting->at += n;
}

static void take_string(struct rewriting *rewriting)
{
    put(rewriting, "\"", 1);
    rewriting->at++;
    while (rewriting->at < rewriting->n) {
        char c = rewriting->text[rewriting->at];
        if (c == '\\') {
            take_escape(rewriting);
            continue;
        }
        put(rewriting, &c, 1);
        rewriting->at++;
        if (c == '"')
            return;
    }
}

static bool takes(struct rewriting *rewriting, const char *word)
{
    size_t n = strlen(word);
    if (rewriting->n - rewriting->at < n ||
        memcmp(rewriting->text + rewriting->at, word, n))
        return false;
    rewriting->at += n;
    put(rewriting, "null", 4);
    return true;
}

/* 1e400 is more than a double holds. */
static bool is_endless(const char *text, size_t n)
{
    char *copy = xstrndup(text, n);
    double value = strtod(copy, NULL);
    free(copy);
    return value > DBL_MAX || value < -DBL_MAX;
}

/* A number, which becomes a string where it has too many digits. */
static void take_number(struct rewriting *rewriting)
{
    const char *text = rewriting->text + rewriting->at;
    size_t left = rewriting->n - rewriting->at, n = 1, n_digits = *text != '-';
    bool is_whole = true;
    for (; n < left && strchr("0123456789+-.eE", text[n]) && text[n]; n++) {
        bool is_digit = text[n] >= '0' && text[n] <= '9';
        n_digits += is_digit;
        is_whole &= is_digit;
    }

    bool is_long = is_whole && n_digits > 18;
    if (!is_whole && is_endless(text, n)) {
        put(rewriting, "null", 4);
        rewriting->at += n;
        return;
    }
    if (is_long)
        put(rewriting, "\"", 1);
    put(rewriting, text, n);
    if (is_long)
        put(rewriting, "\"", 1);
    rewriting->at += n;
}

/* What Python writes as JSON. */
static void rewrite(struct rewriting *rewriting)
{
    while (rewriting->at < rewriting->n) {
        char c = rewriting->text[rewriting->at];
        if (c == '"') {
            take_string(rewriting);
        } else if (takes(rewriting, "NaN") || takes(rewriting, "Infinity") ||
                   takes(rewriting, "-Infinity")) {
            continue;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            take_number(rewriting);
        } else {
            put(rewriting, &c, 1);
            rewriting->at++;
        }
    }
}

json_t *json_text_load(const char *text, size_t n, bool is_first,
                       struct json_repairs *repairs, json_error_t *error)
{
    size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY |
                   (is_first ? (size_t)JSON_DISABLE_EOF_CHECK : 0);
    char *clean = NULL;
    *repairs = (struct json_repairs){0};
    repairs->n_bad = text_repair_utf8(text, n, &clean, &n, &repairs->first_bad);
    const char *repaired = clean ? clean : text;

    json_t *value = json_loadb(repaired, n, flags, error);
    if (!value) {
        struct rewriting rewriting = {.text = repaired, .n = n, .out = xcalloc(n + 8, 2)};
        json_error_t again;
        rewrite(&rewriting);
        value = json_loadb(rewriting.out, rewriting.used, flags, &again);
        if (value && rewriting.n_bad && !repairs->n_bad)
            repairs->first_bad = rewriting.first_bad;
        repairs->n_bad += value ? rewriting.n_bad : 0;
        free(rewriting.out);
    }
    free(clean);
    return value;
}
