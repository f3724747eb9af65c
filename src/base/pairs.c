#include "base/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/program.h"
#include "base/say.h"

enum { SHORT = 60 };

/* As people write it; the caller's to free. */
static char *text_of(const json_t *value)
{
    if (json_is_string(value))
        return xstrdup(*json_string_value(value) ? json_string_value(value) : "\"\"");
    if (json_is_null(value))
        return xstrdup("none");
    if (json_is_real(value))
        return xasprintf("%.6g", json_real_value(value));

    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    return text ? text : xstrdup("");
}

static void begin_line(int *column)
{
    putchar('\n');
    *column = say(stdout, "%*s", PROGRAM_LABEL, "");
}

/* A piece without a blank in front, which it gets unless it begins a line. */
static void print_piece(int *column, const char *piece, int n)
{
    if (*column > PROGRAM_LABEL && *column + 1 + n > PROGRAM_WIDTH) {
        begin_line(column);
    } else if (*column > PROGRAM_LABEL) {
        putchar(' ');
        (*column)++;
    }
    *column += say(stdout, "%.*s", n, piece);
}

/* Lines end at the blanks of long values, such as commands; a short pair stays one. */
static void print_pair(int *column, const char *name, const char *value, bool is_last)
{
    char *pair = xasprintf("%s %s%s", name, value, is_last ? "" : ",");
    bool stays = strlen(pair) < SHORT;

    for (const char *rest = pair; *rest; rest += strspn(rest, " ")) {
        size_t n = stays ? strlen(rest) : strcspn(rest, " ");
        if (n > 0)
            print_piece(column, rest, (int)n);
        rest += n;
    }
    free(pair);
}

static int count_plain(json_t *object)
{
    const char *key;
    json_t *value;
    int n = 0;

    json_object_foreach(object, key, value) n += !json_is_object(value);
    return n;
}

/* What it holds itself, then the objects within, each from a line of its own on. */
static void print_object(int *column, const char *prefix, json_t *object)
{
    const char *key;
    json_t *value;
    int left = count_plain(object);

    if (*prefix && left > 0) {
        if (*column > PROGRAM_LABEL)
            begin_line(column);
        *column += say(stdout, "%s:", prefix);
    }
    json_object_foreach(object, key, value)
    {
        char *text = json_is_object(value) ? NULL : text_of(value);
        if (text)
            print_pair(column, key, text, --left == 0);
        free(text);
    }

    json_object_foreach(object, key, value)
    {
        char *name = xasprintf("%s%s%s", prefix, *prefix ? "." : "", key);
        if (json_is_object(value))
            print_object(column, name, value);
        free(name);
    }
}

void pairs_print(const char *label, json_t *object)
{
    int column = program_print_label(label);
    print_object(&column, "", object);
    putchar('\n');
}

void pairs_print_text(const char *label, const char *json)
{
    json_t *root = json ? json_loads(json, 0, NULL) : NULL;
    if (json_is_object(root))
        pairs_print(label, root);
    json_decref(root);
}
