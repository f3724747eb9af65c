#include "text/look.h"

#include <ctype.h>
#include <string.h>

#include <unicode/utf8.h>

#include "text/passage.h"

enum kind {
    KIND_WORD, /* of other scripts, digits too */
    KIND_BLANK,
    KIND_MARK,    /* punctuation, pictures */
    KIND_NOTHING, /* joiners and spaces of no width, which Keras does not cut at */
    KIND_IDEOGRAPH,
    KIND_SYLLABLE /* Thai and its like: a word has several such characters */
};

/* What characters beyond ASCII are, ascending; those between are of words. */
static const struct range {
    UChar32 first, last;
    enum kind kind;
} ranges[] = {
    {0x80, 0xa9, KIND_MARK},          {0xab, 0xb9, KIND_MARK},
    {0xbb, 0xbf, KIND_MARK},          {0xe00, 0xeff, KIND_SYLLABLE}, /* Thai, Lao */
    {0x1000, 0x109f, KIND_SYLLABLE},                                 /* Burmese */
    {0x1780, 0x17ff, KIND_SYLLABLE},                                 /* Khmer */
    {0x2000, 0x200a, KIND_BLANK},     {0x200b, 0x200d, KIND_NOTHING},
    {0x200e, 0x2bff, KIND_MARK},      {0x3000, 0x3000, KIND_BLANK},
    {0x3001, 0x3004, KIND_MARK},      {0x3005, 0x3007, KIND_IDEOGRAPH},
    {0x3008, 0x303f, KIND_MARK},      {0x3040, 0x30ff, KIND_IDEOGRAPH}, /* kana */
    {0x31f0, 0x31ff, KIND_IDEOGRAPH}, {0x3400, 0x4dbf, KIND_IDEOGRAPH},
    {0x4e00, 0x9fff, KIND_IDEOGRAPH}, {0xf900, 0xfaff, KIND_IDEOGRAPH},
    {0xfe00, 0xfe6f, KIND_MARK},      {0xff00, 0xff0f, KIND_MARK},
    {0xff1a, 0xff20, KIND_MARK},      {0xff5b, 0xff65, KIND_MARK},
    {0xff66, 0xff9f, KIND_IDEOGRAPH}, /* kana of half the width */
    {0x1f000, 0x1faff, KIND_MARK},    {0x20000, 0x3ffff, KIND_IDEOGRAPH},
};

static enum kind kind_of(UChar32 c)
{
    if (c < 0x80)
        return isalnum((int)c) ? KIND_WORD : isspace((int)c) ? KIND_BLANK : KIND_MARK;

    size_t i = 0;
    while (i < COUNT_OF(ranges) && ranges[i].last < c)
        i++;
    return i < COUNT_OF(ranges) && ranges[i].first <= c ? ranges[i].kind : KIND_WORD;
}

/* The runs of characters of scripts without blanks that stand side by side. */
struct runs {
    int64_t n, n_characters, n_syllables;
    int64_t n_squares; /* sum of squared lengths */
    int64_t n_apart;   /* runs with a blank before them, the first left out */
    int64_t n_words;   /* of other scripts */
};

static struct runs find_runs(const char *text, size_t n_bytes)
{
    struct runs runs = {0};
    int64_t length = 0;
    bool is_apart = false, in_word = false;

    for (size_t at = 0; at < n_bytes;) {
        UChar32 c;
        U8_NEXT(text, at, n_bytes, c);
        enum kind kind = kind_of(c);
        if (kind == KIND_NOTHING)
            continue;

        bool in_run = kind == KIND_IDEOGRAPH || kind == KIND_SYLLABLE;
        if (in_run && length == 0) {
            runs.n_apart += is_apart && runs.n > 0;
            runs.n++;
            is_apart = false;
        }
        runs.n_syllables += kind == KIND_SYLLABLE;
        runs.n_characters += in_run;
        runs.n_squares += in_run ? 2 * length + 1 : 0;
        length = in_run ? length + 1 : 0;

        is_apart |= kind == KIND_BLANK;
        runs.n_words += kind == KIND_WORD && !in_word;
        in_word = kind == KIND_WORD;
    }
    return runs;
}

/* Two characters count as one word. Where blanks stand between most runs, and runs are as
 * short as words, these are words; the length is that of a character's run, in the mean.
 */
static bool is_uncut(const char *text, size_t n_bytes)
{
    enum { LONG_IDEOGRAPHS = 5, LONG_SYLLABLES = 10 };
    struct runs runs = find_runs(text, n_bytes);
    bool is_syllabic = 2 * runs.n_syllables > runs.n_characters;
    int64_t length = is_syllabic ? LONG_SYLLABLES : LONG_IDEOGRAPHS;

    if (runs.n == 0 || runs.n_characters < 2 * runs.n_words)
        return false;
    return runs.n == 1 || 2 * runs.n_apart < runs.n - 1 ||
           runs.n_squares >= length * runs.n_characters;
}

/* Looks no further than the second word. */
static bool is_one_word(const char *text, size_t n_bytes)
{
    int n_words = 0;
    bool in_word = false;
    for (size_t i = 0; i < n_bytes && n_words < 2; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_word = isalnum(c) || c == '\'' || c >= 0x80;
        n_words += is_word && !in_word;
        in_word = is_word;
    }
    return n_words == 1;
}

/* Whether one of the names stands there, in either case, with one of `ends` behind. */
static bool begins_with(const char *text, size_t n, const char *const *names,
                        const char *ends)
{
    char word[12];
    size_t used = 0;
    while (used < n && used < sizeof word - 1 && isalnum((unsigned char)text[used])) {
        word[used] = (char)tolower((unsigned char)text[used]);
        used++;
    }
    word[used] = '\0';
    if (used == n || !text[used] || !strchr(ends, text[used]))
        return false;

    while (*names && strcmp(*names, word))
        names++;
    return *names;
}

static bool is_tag(const char *text, size_t n)
{
    static const char *const names[] = {
        "a",     "abbr", "b",      "big",    "blockquote", "body", "br",    "center",
        "code",  "div",  "em",     "font",   "h1",         "h2",   "h3",    "h4",
        "hr",    "html", "i",      "img",    "li",         "ol",   "p",     "pre",
        "small", "span", "strike", "strong", "sub",        "sup",  "table", "tbody",
        "td",    "th",   "tr",     "tt",     "u",          "ul",   NULL};
    size_t closes = n > 0 && *text == '/';
    return begins_with(text + closes, n - closes, names, "> /\t\r\n");
}

static bool is_reference(const char *text, size_t n)
{
    static const char *const names[] = {"amp", "lt", "gt", "quot", "apos", "nbsp", NULL};
    size_t digits = 1;
    if (n == 0 || *text != '#')
        return begins_with(text, n, names, ";");

    digits += n > 1 && (text[1] == 'x' || text[1] == 'X');
    size_t end = digits;
    while (end < n && isxdigit((unsigned char)text[end]))
        end++;
    return end > digits && end < n && text[end] == ';';
}

/* Whether some place behind this character is such. */
static bool has(const char *text, size_t n_bytes, char begins,
                bool (*is_such)(const char *text, size_t n))
{
    const char *end = text + n_bytes, *at = memchr(text, begins, n_bytes);
    while (at && !is_such(at + 1, (size_t)(end - at - 1)))
        at = memchr(at + 1, begins, (size_t)(end - at - 1));
    return at != NULL;
}

struct text_look text_look(const char *text, size_t n_bytes)
{
    struct text_look look = {0};
    if (n_bytes == 0)
        return look;

    look.is_uncut = !text_is_ascii(text, n_bytes) && is_uncut(text, n_bytes);
    look.is_one_word = !look.is_uncut && is_one_word(text, n_bytes);
    look.has_tags = has(text, n_bytes, '<', is_tag);
    look.has_references = has(text, n_bytes, '&', is_reference);
    return look;
}
