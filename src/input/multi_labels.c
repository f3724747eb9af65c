#include "input/multi_labels.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void trim(const char **text, size_t *n)
{
    for (; *n > 0 && is_blank(**text); (*n)--)
        (*text)++;
    while (*n > 0 && is_blank((*text)[*n - 1]))
        (*n)--;
}

/* Takes one byte off each end where they are these. */
static bool strip(const char **text, size_t *n, char first, char last)
{
    if (*n < 2 || **text != first || (*text)[*n - 1] != last)
        return false;
    (*text)++;
    *n -= 2;
    return true;
}

void multi_labels_add(struct words *labels, const char *text, size_t n)
{
    trim(&text, &n);
    if (n)
        words_add(labels, text, n);
}

void multi_labels_split(struct words *labels, const char *text, size_t n,
                        const char *separator)
{
    size_t n_separator = strlen(separator);
    trim(&text, &n);
    bool is_list = strip(&text, &n, '[', ']');

    for (size_t at = 0, end; at <= n; at = end + n_separator) {
        for (end = at; end < n; end++)
            if (n - end >= n_separator && !memcmp(text + end, separator, n_separator))
                break;
        const char *piece = text + at;
        size_t n_piece = end - at;
        trim(&piece, &n_piece);
        if (is_list && !strip(&piece, &n_piece, '\'', '\''))
            strip(&piece, &n_piece, '"', '"');
        multi_labels_add(labels, piece, n_piece);
    }
}

void multi_labels_take(struct words *labels, const char *text, size_t n,
                       const char *separator)
{
    if (separator)
        multi_labels_split(labels, text, n, separator);
    else
        multi_labels_add(labels, text, n);
}

int multi_labels_truth(const char *text, size_t n)
{
    static const struct {
        const char *text;
        int truth;
    } known[] = {{"0", 0}, {"1", 1}, {"0.0", 0}, {"1.0", 1}, {"false", 0}, {"true", 1}};
    trim(&text, &n);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strlen(known[i].text) == n && !strncasecmp(text, known[i].text, n))
            return known[i].truth;
    return -1;
}

bool multi_labels_are_meant(int n_several, int n)
{
    return n_several > 1 && n_several * 100 >= n;
}
