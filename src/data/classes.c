#include "data/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "files/file.h"

struct named {
    const char *name;
    int32_t place;
};

static int compare_names(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* (n), sorted by name; the caller's. */
static struct named *sorted(char *const *names, int n)
{
    struct named *list = xcalloc((size_t)n, sizeof *list);

    for (int i = 0; i < n; i++)
        list[i] = (struct named){names[i], i};
    qsort(list, (size_t)n, sizeof *list, compare_names);
    return list;
}

/* The first of two neighbours that are the same, or NULL. */
static const char *first_twice(const struct named *list, int n)
{
    for (int i = 1; i < n; i++)
        if (!strcmp(list[i - 1].name, list[i].name))
            return list[i].name;
    return NULL;
}

bool classes_map(const struct facts *model, const struct facts *data, int32_t *places)
{
    int n = model->n_labels;
    if (n != data->n_labels)
        return false;

    struct named *known = sorted(model->labels, n), *found = sorted(data->labels, n);
    bool is_same = !first_twice(known, n);
    for (int i = 0; i < n && is_same; i++)
        is_same = !strcmp(known[i].name, found[i].name);
    for (int i = 0; i < n && is_same; i++)
        places[found[i].place] = known[i].place;

    free(known);
    free(found);
    return is_same;
}

bool classes_in_order(const int32_t *places, int n)
{
    for (int i = 0; i < n; i++)
        if (places[i] != i)
            return false;
    return true;
}

bool classes_are_numbered(const struct facts *facts)
{
    char number[16];

    for (int i = 0; i < facts->n_labels; i++) {
        snprintf(number, sizeof number, "%d", i);
        if (strcmp(facts->labels[i], number))
            return false;
    }
    return true;
}

/* Bytes of a name that are shown: whole characters of UTF-8. */
static int shown_bytes(const char *name)
{
    enum { MOST = 40 };
    size_t n = strlen(name);

    if (n <= MOST)
        return (int)n;
    for (n = MOST; n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80;)
        n--;
    return (int)n;
}

char *classes_shown(const struct facts *facts)
{
    enum { MOST = 4 };
    int n = facts->n_labels, shown = n <= MOST + 1 ? n : MOST;
    char *text = xstrdup("");

    for (int i = 0; i < shown; i++) {
        const char *name = facts->labels[i];
        int bytes = shown_bytes(name);
        char *longer = xasprintf("%s%s%.*s%s", text, i ? ", " : "", bytes, name,
                                 name[bytes] ? "..." : "");
        free(text);
        text = longer;
    }
    if (shown == n)
        return text;

    char *whole = xasprintf("%s and %d more", text, n - shown);
    free(text);
    return whole;
}

static void renumber_multi_hot(struct rows *rows, const int32_t *places)
{
    size_t n_labels = (size_t)rows->n_labels;
    uint8_t *before = xcalloc(n_labels, sizeof *before);

    for (int i = 0; i < rows->n; i++) {
        uint8_t *labels = rows->multi_hot + (size_t)i * n_labels;
        memcpy(before, labels, n_labels);
        for (size_t c = 0; c < n_labels; c++)
            labels[places[c]] = before[c];
    }
    free(before);
}

void classes_renumber(struct rows *rows, const int32_t *places)
{
    if (rows->multi_hot)
        renumber_multi_hot(rows, places);
    for (int i = 0; i < rows->n && !rows->multi_hot; i++)
        rows->y[i] = places[rows->y[i]];
}

/* Cuts a text, in place, behind each `separator`; the pieces, n of them, borrow it. An
 * end behind the last piece that `ends` is no piece more. */
static char **split(char *text, char separator, bool ends, int *n)
{
    size_t room = 1;
    for (const char *at = text; *at; at++)
        room += *at == separator;

    char **pieces = xcalloc(room, sizeof *pieces), *end;
    *n = 0;
    for (char *at = text; at; at = end ? end + 1 : NULL) {
        end = strchr(at, separator);
        if (end)
            *end = '\0';
        if (end || *at || !ends)
            pieces[(*n)++] = at;
    }
    return pieces;
}

/* Windows ends a line with one character more, and may begin a file with a mark. */
static char *without_windows(char *text, size_t n_bytes)
{
    static const char mark[] = "\xEF\xBB\xBF";
    char *to = text;

    for (size_t i = strncmp(text, mark, strlen(mark)) ? 0 : strlen(mark); i < n_bytes;
         i++)
        if (text[i] != '\r' || text[i + 1] != '\n')
            *to++ = text[i];
    *to = '\0';
    return text;
}

int classes_check(const char *source, int code, char *const *names, int n)
{
    struct named *list = sorted(names, n);
    const char *twice = first_twice(list, n);
    int rc = OK;

    if (twice)
        rc = fail(code, "%s: two classes are called %s", source, twice);
    for (int i = 0; i < n && !rc; i++)
        if (!text_is_utf8(names[i]))
            rc = fail(code, "%s: name %d is not UTF-8: \"%s\"", source, i + 1, names[i]);
    free(list);
    return rc;
}

static int check_names(const char *source, char *const *names, int n, int wanted)
{
    if (n != wanted)
        return fail(
            ERR_USAGE,
            "%s: %d name%s, but the model has %d classes: give their names in the "
            "model's order, with commas between or in a file with one a line",
            source, n, plural(n), wanted);
    for (int i = 0; i < n; i++)
        if (!*names[i])
            return fail(ERR_USAGE, "%s: a name is empty", source);
    return classes_check(source, ERR_USAGE, names, n);
}

int classes_from_option(const char *option, const char *given, int n, char ***result)
{
    bool is_list = strchr(given, ',') != NULL;
    char *text = NULL;
    size_t n_bytes = 0;
    int n_names = 0, rc = OK;

    if (is_list)
        text = xstrdup(given);
    else
        rc = file_read(given, &text, &n_bytes);
    if (rc)
        return fail(ERR_USAGE,
                    "%s %s: neither names with commas between nor a file with one a line",
                    option, given);

    char **names = split(is_list ? text : without_windows(text, n_bytes),
                         is_list ? ',' : '\n', !is_list, &n_names);
    char *source = xasprintf("%s %s", option, given);
    rc = check_names(source, names, n_names, n);
    free(source);
    for (int i = 0; i < n_names && !rc; i++)
        names[i] = xstrdup(names[i]);
    if (!rc)
        *result = names;
    else
        free(names);
    free(text);
    return rc;
}
