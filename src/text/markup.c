/* What HTML leaves in a text: tags and character references. */
#include "text/passage.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <unicode/utf8.h>

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

UChar32 text_decode_reference(const char *text, size_t n, size_t *n_bytes)
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

    /* strtoul alone would take blanks and a sign, which no reference has */
    bool hexadecimal = name[1] == 'x' || name[1] == 'X';
    const char *digits = name + 1 + hexadecimal;
    if (!*digits || strspn(digits, hexadecimal ? "0123456789abcdefABCDEF"
                                               : "0123456789") != strlen(digits))
        return 0;

    unsigned long value = strtoul(digits, NULL, hexadecimal ? 16 : 10);
    return reference_of(value > 0x10ffff ? 0 : (UChar32)value);
}

/* In place: no reference is shorter than its character. */
size_t text_decode_references(char *text, size_t n_bytes)
{
    size_t used = 0;

    for (size_t at = 0; at < n_bytes;) {
        size_t length = 0;
        UChar32 c =
            text[at] == '&' ? text_decode_reference(text + at, n_bytes - at, &length) : 0;

        if (c) {
            U8_APPEND_UNSAFE(text, used, c);
            at += length;
        } else {
            text[used++] = text[at++];
        }
    }

    return used;
}
