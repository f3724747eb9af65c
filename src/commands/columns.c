#include "commands/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

/* Code points that take two columns: first and last. Source: East Asian Width W and F of
 * Unicode's UAX 11, by blocks. */
static const uint32_t wide[][2] = {
    {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
};

/* Bytes of the character at `text`, valid UTF-8. */
static int bytes_of(const char *text)
{
    unsigned char first = (unsigned char)*text;
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static int columns_of(const char *text, int n_bytes)
{
    uint32_t point = (unsigned char)*text & (n_bytes == 1 ? 0x7f : 0xff >> (n_bytes + 1));

    for (int i = 1; i < n_bytes; i++)
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    for (size_t i = 0; i < COUNT_OF(wide); i++)
        if (point >= wide[i][0] && point <= wide[i][1])
            return 2;
    return 1;
}

/* How many bytes fit into `most` columns, and how many columns they take. */
static size_t fit(const char *text, int most, int *columns)
{
    const char *end = text;
    *columns = 0;

    while (*end) {
        int n_bytes = bytes_of(end), more = columns_of(end, n_bytes);
        if (*columns + more > most)
            break;
        *columns += more;
        end += n_bytes;
    }
    return (size_t)(end - text);
}

char *columns_fit(const char *name, int least, int most)
{
    size_t room = say_escape(name, NULL, 0) + 1;
    char *escaped = xcalloc(room, 1);
    int columns = 0;
    say_escape(name, escaped, room);

    bool is_cut = escaped[fit(escaped, most, &columns)] != '\0';
    size_t n = fit(escaped, is_cut ? most - 3 : most, &columns);
    columns += is_cut ? 3 : 0;
    int blanks = abs(least) > columns ? abs(least) - columns : 0;

    char *text = xasprintf("%*s%.*s%s%*s", least < 0 ? blanks : 0, "", (int)n, escaped,
                           is_cut ? "..." : "", least < 0 ? 0 : blanks, "");
    free(escaped);
    return text;
}

char *columns_field(const char *text, char separator)
{
    const char special[] = {separator, '"', '\n', '\r', '\0'};
    if (!strpbrk(text, special))
        return xstrdup(text);

    char *quoted = xcalloc(2 * strlen(text) + 3, 1), *to = quoted;
    *to++ = '"';
    for (; *text; *to++ = *text++)
        if (*text == '"')
            *to++ = '"';
    *to = '"';
    return quoted;
}

void columns_number(double value, char *text)
{
    text[0] = '\0';
    if (!isfinite(value))
        return;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}
