#define _GNU_SOURCE /* vasprintf */
#include "base/say.h"

#include <stdlib.h>
#include <string.h>

/* The character at the beginning of a text that does not end there, and its bytes; -1:
 * the first byte begins none. The table is 3-7 of the Unicode Standard. */
static long character_at(const unsigned char *text, int *n)
{
    static const struct {
        unsigned char first, last, second_first, second_last;
        int n;
    } forms[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                 {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
                 {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                 {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

    *n = 1;
    if (text[0] < 0x80)
        return text[0];

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (text[0] < forms[i].first || text[0] > forms[i].last ||
            text[1] < forms[i].second_first || text[1] > forms[i].second_last)
            continue;

        long c = text[0] & (0x7F >> forms[i].n);
        for (int k = 1; k < forms[i].n; k++) {
            if ((text[k] & 0xC0) != 0x80)
                return -1;
            c = c << 6 | (text[k] & 0x3F);
        }
        *n = forms[i].n;
        return c;
    }
    return -1;
}

/* Ends of lines and marks of direction: "Unicode Bidirectional Algorithm", section 2. */
static bool turns_line(long c)
{
    return c == 0x2028 || c == 0x2029 || c == 0x200E || c == 0x200F || c == 0x061C ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* The escape of what begins a text, of n bytes; "": it is printed as it is. */
static void escape_of(const unsigned char *text, int *n, char escape[16])
{
    static const char named[][3] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
    long c = character_at(text, n);

    escape[0] = '\0';
    if (c < 0)
        snprintf(escape, 16, "\\x%02x", text[0]);
    else if ((size_t)c < COUNT_OF(named) && named[c][0])
        memcpy(escape, named[c], sizeof named[c]);
    else if (c < ' ')
        snprintf(escape, 16, "\\x%02x", (unsigned)c & 0xFF);
    else if ((c >= 0x7F && c < 0xA0) || turns_line(c))
        snprintf(escape, 16, "\\u%04x", (unsigned)c & 0xFFFF);
}

size_t say_escape(const char *text, char *escaped, size_t room)
{
    size_t total = 0, used = 0;
    int n = 0;

    for (; *text; text += n) {
        char escape[16];
        escape_of((const unsigned char *)text, &n, escape);

        size_t length = *escape ? strlen(escape) : (size_t)n;
        if (total == used && used + length < room) {
            memcpy(escaped + used, *escape ? escape : text, length);
            used += length;
        }
        total += length;
    }

    if (room)
        escaped[used] = '\0';
    return total;
}

static int say_with(FILE *out, const char *end, const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        die("out of memory: formatting a line");

    size_t n = say_escape(text, NULL, 0);
    char *escaped = xcalloc(n + 1, 1);
    say_escape(text, escaped, n + 1);
    fprintf(out, "%s%s", escaped, end);

    free(escaped);
    free(text);
    return (int)n;
}

int say(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = say_with(out, "", format, args);
    va_end(args);
    return n;
}

int say_line_with(FILE *out, const char *format, va_list args)
{
    return say_with(out, "\n", format, args);
}

int say_line(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = say_line_with(out, format, args);
    va_end(args);
    return n;
}

const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

int say_fit(const char *text, int most)
{
    int fits = 0, n = 0;
    while (text[fits]) {
        character_at((const unsigned char *)text + fits, &n);
        if (fits + n > most)
            break;
        fits += n;
    }
    return fits;
}
