/* What was chosen, and why. */
#include "choosing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "base/say.h"

/* Whether an option has a value that it would not have by itself. */
static bool is_unusual(const struct choosing *choosing, int i)
{
    struct option option;
    const char *value = choosing->value[i];
    for (int k = 0; value && options_at(&cmd_prepare_table, k, &option); k++)
        if (!strcmp(option.name, choosables[i].name))
            return strcmp(option.initial, value) != 0;
    return false;
}

/* Puts what stands behind a text behind it. */
static void append(char **text, const char *between, char *more)
{
    char *longer = xasprintf("%s%s%s", *text, **text ? between : "", more);
    free(*text);
    free(more);
    *text = longer;
}

static char *typed(const struct choosing *choosing, int i)
{
    const char *name = choosables[i].name, *value = choosing->value[i];
    return !strcmp(value, "true") ? xasprintf("--%s", name)
                                  : xasprintf("--%s %s", name, value);
}

char *choosing_options(const struct choosing *choosing)
{
    char *text = xstrdup("");
    for (int i = 0; i < CHOOSE_OPTIONS; i++)
        if (is_unusual(choosing, i))
            append(&text, " ", typed(choosing, i));
    return text;
}

char *choosing_cutting(const struct choosing *choosing)
{
    char *text = xstrdup("");
    for (int i = 0; i < CHOOSE_OPTIONS; i++)
        if (choosing->value[i] && choosables[i].stage == CHOOSE_CUTTING)
            append(&text, " ", typed(choosing, i));
    return text;
}

static char *reasons(const struct choosing *choosing)
{
    char *text = xstrdup("");
    for (int i = 0; i < CHOOSE_OPTIONS; i++)
        if (is_unusual(choosing, i) && choosables[i].reason)
            append(&text, ", ", choosables[i].reason(&choosing->facts));
    return text;
}

/* A text of several words in lines that fit a terminal. */
static void print_text(const char *label, const char *text)
{
    enum { LABEL = 11, COLUMNS = 80 };
    int column = program_print_label(label);

    while (*text) {
        int n = (int)strcspn(text, " ");
        bool is_first = column == LABEL;
        if (!is_first && column + 1 + n > COLUMNS) {
            putchar('\n');
            column = say(stdout, "%*s", LABEL, "");
            is_first = true;
        }
        column += say(stdout, "%s%.*s", is_first ? "" : " ", n, text);
        text += n + (text[n] == ' ');
    }
    putchar('\n');
}

void choosing_print(const struct choosing *choosing)
{
    char *label = xasprintf("for %s", purpose_names[choosing->settings.purpose]);
    char *options = choosing_options(choosing);
    char *why = reasons(choosing), *since = xasprintf("since %s", why);

    print_text(label, *options ? options : "what no --for does");
    if (*why)
        print_text("", since);
    free(label);
    free(options);
    free(why);
    free(since);
}

json_t *choosing_json(const struct choosing *choosing)
{
    json_t *options = json_object();
    char *why = reasons(choosing);
    for (int i = 0; i < CHOOSE_OPTIONS; i++)
        if (choosing->value[i])
            json_object_set_new(options, choosables[i].name,
                                json_string(choosing->value[i]));

    json_t *json =
        json_pack("{s:s, s:o, s:s}", "for", purpose_names[choosing->settings.purpose],
                  "options", options, "since", why);
    free(why);
    return json;
}
