#include "base/options_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

const char *const option_file[] = {"FILE", NULL};
const char *const option_folder[] = {"FOLDER", NULL};

enum { WIDTH = 80 };

static bool is_text(const struct option *option)
{
    return option->type == OPTION_STRING || option->type == OPTION_LIST;
}

char *options_placeholder(const struct option *option)
{
    static const char *const names[] = {
        [OPTION_BOOL] = "",          [OPTION_INT] = " N",       [OPTION_COUNT] = " N",
        [OPTION_DOUBLE] = " X",      [OPTION_STRING] = " TEXT", [OPTION_CHOICE] = " ",
        [OPTION_INTS] = " N[,N...]", [OPTION_LIST] = " TEXT",   [OPTION_TEXT] = " TEXT"};

    if (is_text(option) && option->choices)
        return xasprintf(" %s", option->choices[0]);
    if (option->type != OPTION_CHOICE)
        return xstrdup(names[option->type]);

    char *choices = names_join(option->choices, "|");
    bool may_lack = option->max == 1;
    char *text = xasprintf(" %s%s%s", may_lack ? "[" : "", choices, may_lack ? "]" : "");
    free(choices);
    return text;
}

/* Appends `text` to the stream in lines that are indented alike. */
static void wrap(FILE *out, const char *text)
{
    enum { INDENT = 8 };
    int column = 0;

    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column && column + 1 + n > WIDTH) {
            fputc('\n', out);
            column = 0;
        }

        column += fprintf(out, "%*s%.*s", column ? 1 : INDENT, "", n, text);
        text += n + strspn(text + n, " ");
    }

    fputc('\n', out);
}

char *options_explain(const struct option *option)
{
    bool is_flag = option->type == OPTION_BOOL;
    bool is_plain = is_flag && option->initial && !strcmp(option->initial, "false");
    char *usual = option->initial && !is_plain
                      ? xasprintf(" (default: %s)", option->initial)
                      : xstrdup("");
    bool is_named = option->type == OPTION_TEXT || option->type == OPTION_CHOICE;
    char *range = is_flag || is_named || !option_is_bounded(option) ? xstrdup("")
                  : option->max >= OPTION_HUGE
                      ? xasprintf(" [%.10g and more]", option->min)
                      : xasprintf(" [%.10g to %.10g]", option->min, option->max);
    char *text = xasprintf("%s%s%s", option->help, usual, range);

    free(usual);
    free(range);
    return text;
}

/* The line of an option with more choices than it has room for. */
static void describe_choices(FILE *out, const struct option *option)
{
    char *choices = names_join(option->choices, ", ");
    fprintf(out, "  --%s NAME\n", option->name);
    wrap(out, choices);
    free(choices);
}

static void describe(FILE *out, const struct option *option)
{
    char *value = options_placeholder(option), *text = options_explain(option);
    bool is_on = option->type == OPTION_BOOL && option->initial &&
                 !strcmp(option->initial, "true");

    char *line = xasprintf("  --%s%s%s", is_on ? "[no-]" : "", option->name, value);
    if (strlen(line) <= WIDTH)
        fprintf(out, "%s\n", line);
    else
        describe_choices(out, option);
    wrap(out, text);
    free(line);
    free(text);
    free(value);
}

const char *options_group(const struct option *option)
{
    return option->group ? option->group : "Options";
}

bool options_group_began(const struct option_table *table, int i, const char *group)
{
    struct option option;
    for (int k = 0; k < i && options_at(table, k, &option); k++)
        if (*option.help && !strcmp(options_group(&option), group))
            return true;
    return false;
}

void options_list(const struct option_table *table, FILE *out)
{
    struct option first, option;

    for (int i = 0; options_at(table, i, &first); i++) {
        const char *group = options_group(&first);
        if (!*first.help || options_group_began(table, i, group))
            continue;
        fprintf(out, "\n%s\n", group);
        for (int k = i; options_at(table, k, &option); k++)
            if (*option.help && !strcmp(options_group(&option), group))
                describe(out, &option);
    }
}

void options_usage(const struct option_table *table, FILE *out)
{
    fprintf(out, "usage: %s %s\n", table->program, table->synopsis);
    if (table->example)
        fprintf(out, "\nExample\n%s", table->example);
    if (table->about)
        fprintf(out, "\n%s", table->about);
    options_list(table, out);
}
