#include "base/manual_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/options_private.h"

/* As roff has it: hyphens that can be copied, nothing that it takes for a request, and
 * places where a line may end in a list of choices. */
static void put(FILE *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool begins = i == 0 || text[i - 1] == '\n';
        if (begins && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", out);
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-')
            fputs("\\-", out);
        else if (text[i] == '|')
            fputs("|\\:", out);
        else
            fputc(text[i], out);
    }
}

static void put_text(FILE *out, const char *text)
{
    put(out, text, strlen(text));
}

/* Lines as they stand. */
static void put_lines(FILE *out, const char *heading, const char *lines)
{
    if (!lines)
        return;
    fprintf(out, ".SH %s\n.nf\n", heading);
    put_text(out, lines);
    fputs(lines[strlen(lines) - 1] == '\n' ? ".fi\n" : "\n.fi\n", out);
}

static void put_head(FILE *out, const struct program *program, const char *page,
                     const char *help)
{
    fputs(".TH ", out);
    for (const char *c = page; *c; c++)
        fputc(toupper((unsigned char)*c), out);
    fprintf(out, " 1 \"\" \"%s " RNNTRAIN_VERSION "\"\n.nh\n.ad l\n.SH NAME\n",
            program->name);
    put_text(out, page);
    fputs(" \\- ", out);
    put_text(out, help);
    fputc('\n', out);
}

static void put_option(FILE *out, const struct option *option)
{
    char *value = options_placeholder(option), *text = options_explain(option);
    bool is_on = option->type == OPTION_BOOL && option->initial &&
                 !strcmp(option->initial, "true");

    fputs(".TP\n\\fB\\-\\-", out);
    put_text(out, is_on ? "[no-]" : "");
    put_text(out, option->name);
    fputs("\\fR\\fI", out);
    put_text(out, value);
    fputs("\\fR\n", out);
    put_text(out, text);
    fputc('\n', out);

    free(text);
    free(value);
}

static void put_options(FILE *out, const struct option_table *table)
{
    struct option first, option;
    bool has_begun = false;

    for (int i = 0; options_at(table, i, &first); i++) {
        const char *group = options_group(&first);
        if (!*first.help || options_group_began(table, i, group))
            continue;

        fputs(has_begun ? "" : ".SH OPTIONS\n", out);
        has_begun = true;
        fputs(".SS ", out);
        put_text(out, group);
        fputc('\n', out);
        for (int k = i; options_at(table, k, &option); k++)
            if (*option.help && !strcmp(options_group(&option), group))
                put_option(out, &option);
    }
}

static void put_environment(FILE *out, const struct option_table *table)
{
    if (!table->environment)
        return;
    fputs(".SH ENVIRONMENT\nEach option may also stand in the environment, as ", out);
    put_text(out, table->environment);
    fputs("NAME with underscores; the command line wins.\n", out);
}

static void put_codes(FILE *out)
{
    static const struct {
        int code;
        const char *meaning;
    } codes[] = {{OK, "done"},
                 {ERR_USAGE, "the command line or a configuration is wrong"},
                 {ERR_FORMAT, "a file's content is wrong"},
                 {ERR_NO_INPUT, "an input is missing or cannot be opened"},
                 {ERR_UNAVAILABLE, "a rank or its host does not answer"},
                 {ERR_INTERNAL, "a bug, or memory is exhausted"},
                 {ERR_EXISTS, "something would be overwritten"},
                 {ERR_IO, "reading or writing failed"},
                 {ERR_STOPPED, "stopped with a checkpoint; --resume goes on"},
                 {ERR_DIVERGED, "loss or gradient is not finite"}};

    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        fprintf(out, ".TP\n%d\n", codes[i].code);
        put_text(out, codes[i].meaning);
        fputc('\n', out);
    }
}

static void put_neighbours(FILE *out, const struct program *program)
{
    fprintf(out, ".SH SEE ALSO\n\\fB%s\\fR(1)", program->name);
    for (int i = 0; i < program->n_commands; i++)
        fprintf(out, ",\n\\fB%s\\-%s\\fR(1)", program->name, program->commands[i].name);
    for (const char *page = program->pages; page && *page; page += strspn(page, " ")) {
        size_t name = strcspn(page, "("), whole = strcspn(page, " ");
        fputs(",\n\\fB", out);
        put(out, page, name);
        fprintf(out, "\\fR%.*s", (int)(whole - name), page + name);
        page += whole;
    }
    fputc('\n', out);
}

static void put_command(FILE *out, const struct program *program,
                        const struct command *command)
{
    const struct option_table *table = command->table;
    char *page = xasprintf("%s-%s", program->name, command->name);
    char *usage = xasprintf("%s %s", table->program, table->synopsis);

    put_head(out, program, page, command->help);
    put_lines(out, "SYNOPSIS", usage);
    put_lines(out, "DESCRIPTION", table->about);
    put_lines(out, "EXAMPLES", table->example);
    put_options(out, table);
    put_environment(out, table);
    free(usage);
    free(page);
}

static void put_program(FILE *out, const struct program *program)
{
    const char *group = "";
    const char *about = program->about;
    char *brief = xasprintf("%.*s", (int)strcspn(about, "\n,"), about);
    char *usage = xasprintf("%s COMMAND [operands] [options]", program->name);

    put_head(out, program, program->name, brief);
    put_lines(out, "SYNOPSIS", usage);
    put_lines(out, "DESCRIPTION", about);
    put_lines(out, "EXAMPLES", program->example);

    fputs(".SH COMMANDS\n", out);
    for (int i = 0; i < program->n_commands; i++) {
        const struct command *command = &program->commands[i];
        if (strcmp(command->group, group))
            fprintf(out, ".SS %s\n", group = command->group);
        fprintf(out, ".TP\n\\fB%s\\-%s\\fR(1)\n", program->name, command->name);
        put_text(out, command->help);
        fputc('\n', out);
    }
    free(usage);
    free(brief);
}

void manual_page(const struct program *program, const struct command *command, FILE *out)
{
    if (command)
        put_command(out, program, command);
    else
        put_program(out, program);
    put_codes(out);
    put_neighbours(out, program);
}
