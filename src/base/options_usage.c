#include "base/options_private.h"

#include <stdlib.h>
#include <string.h>

static char *placeholder(const struct option *option)
{
    static const char *const names[] = {"", " N",        " X",   " TEXT",
                                        "", " N[,N...]", " TEXT"};
    if (option->type != OPTION_CHOICE)
        return xstrdup(names[option->type]);
    char *list = xstrdup(" ");
    for (int i = 0; option->choices[i]; i++) {
        char *longer = xasprintf("%s%s%s", list, i ? "|" : "", option->choices[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* Appends `text` to the stream in lines of at most 84 columns, all indented alike. */
static void wrap(FILE *out, const char *text)
{
    enum { INDENT = 8, WIDTH = 84 };
    int column = 0;
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column && column + 1 + n > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        column += fprintf(out, column ? " %.*s" : "        %.*s", n, text);
        text += n + strspn(text + n, " ");
    }
    fputc('\n', out);
}

static void describe(FILE *out, const struct option *option)
{
    char *value = placeholder(option);
    bool flag = option->type == OPTION_BOOL;
    char *help = xstrdup(option->help);
    if (option->initial && !(flag && !strcmp(option->initial, "false"))) {
        char *longer = xasprintf("%s (default: %s)", help, option->initial);
        free(help);
        help = longer;
    }
    if (option_is_bounded(option) && !flag) {
        char *longer = xasprintf("%s [%.10g to %.10g]", help, option->min, option->max);
        free(help);
        help = longer;
    }
    fprintf(out, "  --%s%s\n", option->name, value);
    wrap(out, help);
    free(help);
    free(value);
}

void options_usage(const struct option_table *table, FILE *out)
{
    const char *group = "";
    const struct option *option;
    fprintf(out, "usage: %s %s\n", table->program, table->synopsis);
    for (int i = 0; (option = option_at(table, i)) != NULL; i++) {
        if (!*option->help)
            continue;
        if (option->group && strcmp(option->group, group))
            fprintf(out, "\n%s\n", group = option->group);
        describe(out, option);
    }
}
