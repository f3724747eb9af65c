#define _GNU_SOURCE /* memmem */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

/* A text on its way through the steps: it stands in one of the cut's two buffers, and a
 * step that changes lengths writes it to the other. */
struct passage {
    struct text_cut *cut;
    char *text;
    size_t n;
    int held; /* the buffer it stands in */
};

static void check_icu(UErrorCode status)
{
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
}

static char *buffer_of(struct text_cut *cut, int which, size_t n)
{
    if (cut->buffer_room[which] < n + 8) { /* words are read 8 bytes at a time */
        cut->buffer_room[which] = n + n / 2 + 1024;
        cut->buffer[which] = xrealloc(cut->buffer[which], cut->buffer_room[which], 1);
    }
    return cut->buffer[which];
}

/* Room for n bytes where the next form of the passage goes. */
static char *next_buffer(const struct passage *passage, size_t n)
{
    return buffer_of(passage->cut, 1 - passage->held, n);
}

static void take_next(struct passage *passage, size_t n)
{
    passage->held = 1 - passage->held;
    passage->text = passage->cut->buffer[passage->held];
    passage->n = n;
}

/* Settings. */

static char lower_ascii(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

void text_prepare_cut(struct text_tokenizer *tokenizer)
{
    const struct text_options *options = &tokenizer->options;
    UErrorCode status = U_ZERO_ERROR;
    for (const char *c = options->filters; *c; c++)
        if ((unsigned char)*c < 128)
            tokenizer->is_filter[(unsigned char)*c] = true;
        else
            tokenizer->has_wide_filters = true;
    tokenizer->by_table = !tokenizer->has_wide_filters && strlen(options->split) == 1;
    for (int c = 0; c < 256; c++) {
        char lower = options->lower ? lower_ascii((char)c) : (char)c;
        bool filtered = c < 128 && tokenizer->is_filter[(unsigned char)lower];
        tokenizer->table[c] = filtered ? *options->split : lower;
    }
    text_prepare_split(tokenizer);
    tokenizer->case_map = ucasemap_open("", 0, &status);
    check_icu(status);
}

/* Tags and character references. */

size_t text_strip_tags(const char *text, size_t n_bytes, enum text_tags tags,
                       char *stripped)
{
    size_t used = 0, at = 0;
    const char *end = text + n_bytes;
    while (tags != TEXT_TAGS_KEEP && at < n_bytes) {
        const char *open = memchr(text + at, '<', n_bytes - at);
        size_t before = open ? (size_t)(open - text) - at : n_bytes - at;
        memmove(stripped + used, text + at, before);
        used += before;
        at += before;
        if (!open)
            return used;
        const char *close = memchr(open, '>', (size_t)(end - open));
        if (!close) /* no tag ends behind here */
            break;
        if (close == open + 1) { /* <> is no tag */
            stripped[used++] = text[at++];
            continue;
        }
        if (tags != TEXT_TAGS_REMOVE)
            stripped[used++] = ' ';
        at = (size_t)(close - text) + 1;
    }
    memmove(stripped + used, text + at, n_bytes - at);
    return used + n_bytes - at;
}

/* Windows-1252, which browsers read &#128; to &#159; as (WHATWG HTML, section
 * 13.2.5.80). */
static UChar32 reference_of(UChar32 c)
{
    static const uint16_t windows[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
        0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
        0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
        0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    if (c >= 0x80 && c < 0xa0)
        return windows[c - 0x80];
    return c <= 0 || c > 0x10ffff || U_IS_SURROGATE(c) ? 0xfffd : c;
}

/* The character that "&name;", "&#12;" or "&#xc;" stands for, and its bytes; 0: none. */
static UChar32 decode_reference(const char *text, size_t n, size_t *n_bytes)
{
    enum { LONGEST = 12 };
    char name[LONGEST + 1];
    const char *end = memchr(text, ';', n < LONGEST ? n : LONGEST);
    size_t length = end ? (size_t)(end - text) : 0;
    if (length < 3 && !(length == 2 && text[1] != '#'))
        return 0;
    memcpy(name, text + 1, length - 1);
    name[length - 1] = '\0';
    *n_bytes = length + 1;
    if (*name != '#') {
        const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)name);
        return entity ? (UChar32)entity->value : 0;
    }
    bool hexadecimal = name[1] == 'x' || name[1] == 'X';
    const char *digits = name + 1 + hexadecimal;
    if (!*digits || strspn(digits, hexadecimal ? "0123456789abcdefABCDEF"
                                               : "0123456789") != strlen(digits))
        return 0;
    unsigned long value = strtoul(digits, NULL, hexadecimal ? 16 : 10);
    return reference_of(value > 0x10ffff ? 0 : (UChar32)value);
}

/* Decodes in place: no reference is shorter than its character. */
static size_t decode_references(char *text, size_t n_bytes)
{
    size_t used = 0;
    for (size_t at = 0; at < n_bytes;) {
        size_t length = 0;
        UChar32 c =
            text[at] == '&' ? decode_reference(text + at, n_bytes - at, &length) : 0;
        if (c) {
            U8_APPEND_UNSAFE(text, used, c);
            at += length;
        } else {
            text[used++] = text[at++];
        }
    }
    return used;
}

/* Normal form and case. */

/* NFC or NFKC, by way of UTF-16, which is what ICU's C interface takes. */
static void normalise(struct passage *passage, enum text_form form)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = form == TEXT_FORM_NFC
                                         ? unorm2_getNFCInstance(&status)
                                         : unorm2_getNFKCInstance(&status);
    int32_t n = 0, room = (int32_t)passage->n + 1;
    UChar *wide = xrealloc(NULL, (size_t)room, sizeof *wide);
    u_strFromUTF8(wide, room, &n, passage->text, (int32_t)passage->n, &status);
    int32_t n_normal = unorm2_normalize(normalizer, wide, n, NULL, 0, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR)
        status = U_ZERO_ERROR;
    UChar *normal = xrealloc(NULL, (size_t)n_normal + 1, sizeof *normal);
    unorm2_normalize(normalizer, wide, n, normal, n_normal + 1, &status);
    int32_t bytes_room = 3 * n_normal + 1, used = 0;
    u_strToUTF8(next_buffer(passage, (size_t)bytes_room), bytes_room, &used, normal,
                n_normal, &status);
    check_icu(status);
    free(wide);
    free(normal);
    take_next(passage, (size_t)used);
}

static bool is_ascii(const char *text, size_t n)
{
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)text[i];
    return all < 128;
}

/* Python's str.lower(): full mappings, final sigma. */
static void lower_case(const struct text_tokenizer *tokenizer, struct passage *passage)
{
    if (is_ascii(passage->text, passage->n)) {
        for (size_t i = 0; i < passage->n; i++)
            passage->text[i] = lower_ascii(passage->text[i]);
        return;
    }
    size_t room = passage->n + passage->n / 2 + 16; /* and a byte behind the text */
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        int32_t used = ucasemap_utf8ToLower(tokenizer->case_map,
                                            next_buffer(passage, room + 1), (int32_t)room,
                                            passage->text, (int32_t)passage->n, &status);
        if (status == U_BUFFER_OVERFLOW_ERROR) {
            room = (size_t)used + 1;
            continue;
        }
        check_icu(status);
        take_next(passage, (size_t)used);
        return;
    }
}

/* Words. */

/* Bytes of the character at text[0] (valid UTF-8). */
static size_t character_bytes(const char *text)
{
    unsigned char c = (unsigned char)*text;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool is_filtered(const struct text_tokenizer *tokenizer, const char *character,
                        size_t n)
{
    if (n == 1)
        return tokenizer->is_filter[(unsigned char)*character];
    if (!tokenizer->has_wide_filters)
        return false;
    for (const char *filter = tokenizer->options.filters; *filter;
         filter += character_bytes(filter))
        if (character_bytes(filter) == n && !memcmp(filter, character, n))
            return true;
    return false;
}

/* Replaces every filter character by the split string, of any length. */
static void apply_filters(const struct text_tokenizer *tokenizer, struct passage *passage)
{
    const char *split = tokenizer->options.split, *text = passage->text;
    size_t n_split = strlen(split), used = 0;
    char *result = next_buffer(passage, passage->n * n_split + 1);
    for (size_t i = 0; i < passage->n;) {
        size_t length = character_bytes(text + i);
        bool filtered = is_filtered(tokenizer, text + i, length);
        memcpy(result + used, filtered ? split : text + i, filtered ? n_split : length);
        used += filtered ? n_split : length;
        i += length;
    }
    take_next(passage, used);
}

void text_need_words(struct text_cut *cut, size_t n)
{
    if (cut->room - cut->n < n) {
        cut->room = 2 * cut->room + n;
        cut->words = xrealloc(cut->words, cut->room, sizeof *cut->words);
    }
}

static void add_word(struct text_cut *cut, const char *text, size_t n)
{
    if (n == 0)
        return;
    text_need_words(cut, 1);
    cut->words[cut->n++] = (struct word){text, n};
}

/* The byte behind the text is a split. */
static void split_by_table(const struct text_tokenizer *tokenizer,
                           struct passage *passage)
{
    passage->text[passage->n] = *tokenizer->options.split;
    text_split_by_table(tokenizer, passage->text, passage->n + 1, passage->cut);
}

static void split_by_string(const struct text_tokenizer *tokenizer,
                            struct passage *passage)
{
    const char *split = tokenizer->options.split, *text = passage->text;
    const char *end = text + passage->n;
    size_t n_split = strlen(split);
    for (;;) {
        const char *found = memmem(text, (size_t)(end - text), split, n_split);
        add_word(passage->cut, text, (size_t)((found ? found : end) - text));
        if (!found)
            return;
        text = found + n_split;
    }
}

static void split_characters(struct passage *passage)
{
    const char *text = passage->text, *end = text + passage->n;
    for (; text < end; text += character_bytes(text))
        add_word(passage->cut, text, character_bytes(text));
}

/* Unicode's word boundaries (UAX 29), and ICU's dictionaries for Chinese, Japanese, Thai,
 * Khmer, Lao and Burmese; what is neither letter, number nor ideograph is left out. */
static void split_by_boundaries(struct passage *passage)
{
    struct text_cut *cut = passage->cut;
    UErrorCode status = U_ZERO_ERROR;
    UText text = UTEXT_INITIALIZER;
    if (!cut->breaks)
        cut->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    utext_openUTF8(&text, passage->text, (int64_t)passage->n, &status);
    ubrk_setUText(cut->breaks, &text, &status);
    check_icu(status);
    int32_t start = ubrk_first(cut->breaks);
    for (int32_t end; (end = ubrk_next(cut->breaks)) != UBRK_DONE; start = end)
        if (ubrk_getRuleStatus(cut->breaks) >= UBRK_WORD_NONE_LIMIT)
            add_word(cut, passage->text + start, (size_t)(end - start));
    utext_close(&text);
}

void text_cut(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
              struct text_cut *cut)
{
    const struct text_options *options = &tokenizer->options;
    struct passage passage = {cut, buffer_of(cut, 0, n_bytes + 1), n_bytes, 0};
    if (n_bytes > INT32_MAX / 8)
        die("a document of %zu bytes is too long", n_bytes);
    cut->n = 0;
    passage.n = text_strip_tags(text, n_bytes, options->tags, passage.text);
    if (options->tags == TEXT_TAGS_HTML)
        passage.n = decode_references(passage.text, passage.n);
    if (options->form && !is_ascii(passage.text, passage.n))
        normalise(&passage, options->form);
    bool by_table = options->segment == TEXT_SEGMENT_SPLIT && tokenizer->by_table;
    if (options->lower && !(by_table && is_ascii(passage.text, passage.n)))
        lower_case(tokenizer, &passage);
    switch (options->segment) {
    case TEXT_SEGMENT_SPLIT:
        if (by_table) {
            split_by_table(tokenizer, &passage);
            break;
        }
        apply_filters(tokenizer, &passage);
        split_by_string(tokenizer, &passage);
        break;
    case TEXT_SEGMENT_ICU:
        split_by_boundaries(&passage);
        break;
    case TEXT_SEGMENT_CHAR:
        split_characters(&passage);
        break;
    }
}

void text_cut_release(struct text_cut *cut)
{
    free(cut->words);
    free(cut->buffer[0]);
    free(cut->buffer[1]);
    if (cut->breaks)
        ubrk_close(cut->breaks);
    *cut = (struct text_cut){0};
}
