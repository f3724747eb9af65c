#include "corpus/spelling.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/fold.h"

const char *const spelling_rule_names[] = {
    [SPELLING_AUTO] = "auto",     [SPELLING_NONE] = "none", [SPELLING_NFC] = "nfc",
    [SPELLING_NUMBER] = "number", [SPELLING_CASE] = "case", [SPELLING_RULES] = NULL,
};
_Static_assert(COUNT_OF(spelling_rule_names) == SPELLING_RULES + 1, "a rule has no name");

/* A number in its pieces, which point into its text. */
struct number {
    bool is_negative, has_exponent;
    bool is_padded; /* 01, +1 */
    const char *whole, *fraction;
    int n_whole, n_fraction; /* without zeros in front, behind */
};

static int n_digits(const char *text)
{
    return (int)strspn(text, "0123456789");
}

static bool read_number(const char *text, struct number *number)
{
    const char *at = text + (*text == '-' || *text == '+');
    int n_whole = n_digits(at), n_zeros = (int)strspn(at, "0");
    *number = (struct number){.is_negative = *text == '-',
                              .is_padded = *text == '+' || (n_zeros && n_whole > 1),
                              .whole = at + n_zeros,
                              .n_whole = n_whole - n_zeros};
    at += n_whole;

    if (*at == '.') {
        number->fraction = at + 1;
        number->n_fraction = n_digits(at + 1);
        at += 1 + number->n_fraction;
        while (number->n_fraction && number->fraction[number->n_fraction - 1] == '0')
            number->n_fraction--;
    }

    if (n_whole && (*at == 'e' || *at == 'E')) {
        at += 1 + (at[1] == '-' || at[1] == '+');
        number->has_exponent = true;
        n_whole = n_digits(at); /* none: no number */
        at += n_whole;
    }
    return n_whole && !*at && isfinite(strtod(text, NULL));
}

/* One text for each value. Digits are compared as digits, so that long ones stay
 * apart. */
static char *show_number(const char *text, const struct number *number)
{
    bool is_zero = number->n_whole + number->n_fraction == 0;
    if (number->has_exponent)
        return xasprintf(fabs(strtod(text, NULL)) < 1e15 ? "%.15g" : "%.17g",
                         strtod(text, NULL) + 0.0);
    return xasprintf("%s%.*s%s%.*s", number->is_negative && !is_zero ? "-" : "",
                     number->n_whole ? number->n_whole : 1,
                     number->n_whole ? number->whole : "0", number->n_fraction ? "." : "",
                     number->n_fraction, number->n_fraction ? number->fraction : "");
}

char *spelling_trimmed(const char *label)
{
    return text_trimmed(label);
}

char *spelling_composed(const char *label)
{
    char *trimmed = text_trimmed(label), *composed = text_composed(trimmed);
    free(trimmed);
    return composed;
}

/* In place of a text the one of its number, if it is one and `only_whole` allows it. */
static char *number_of(char *text, bool only_whole)
{
    struct number number;
    if (!read_number(text, &number))
        return text;

    char *shown = show_number(text, &number);
    if (only_whole && (number.is_padded || strpbrk(shown, ".e"))) {
        free(shown);
        return text;
    }
    free(text);
    return shown;
}

char *spelling_number(const char *label)
{
    return number_of(spelling_composed(label), false);
}

char *spelling_whole_number(const char *label)
{
    return number_of(spelling_composed(label), true);
}

/* In place of a text that stands in quotes what they hold. */
static char *unquote(char *text)
{
    static const char *const quotes[][2] = {
        {"\"", "\""}, {"'", "'"}, {"\u201c", "\u201d"}, {"\u00ab", "\u00bb"}};
    size_t n = strlen(text);
    for (size_t i = 0; i < COUNT_OF(quotes); i++) {
        size_t n_open = strlen(quotes[i][0]), n_close = strlen(quotes[i][1]);
        if (n <= n_open + n_close || strncmp(text, quotes[i][0], n_open) ||
            strcmp(text + n - n_close, quotes[i][1]))
            continue;
        char *held = xstrndup(text + n_open, n - n_open - n_close);
        char *trimmed = text_trimmed(held);
        free(held);
        free(text);
        return trimmed;
    }
    return text;
}

bool spelling_is_number(const char *label)
{
    struct number number;
    char *trimmed = text_trimmed(label);
    bool is_number = read_number(trimmed, &number);
    free(trimmed);
    return is_number;
}

/* Between letters and digits a hyphen, a line below and a blank are one. */
static void join_alike(char *text)
{
    for (char *c = text; *c; c++)
        if (c > text && strchr("-_", *c) && !ispunct((unsigned char)c[-1]) &&
            !ispunct((unsigned char)c[1]) && c[1])
            *c = ' ';
}

char *spelling_folded(const char *label)
{
    char *folded = text_folded(label), *trimmed = text_trimmed(folded);
    free(folded);
    char *bare = unquote(trimmed);
    if (!spelling_is_number(bare))
        join_alike(bare);
    return number_of(bare, false);
}

bool spelling_is_boolean(const char *label)
{
    static const char *const words[] = {"true", "false", "yes", "no", "t", "f", "y", "n"};
    char *folded = spelling_folded(label);
    bool is_boolean = false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        is_boolean |= !strcmp(folded, words[i]);
    free(folded);
    return is_boolean;
}
