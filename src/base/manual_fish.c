#include "base/manual_private.h"

static void put_brief(FILE *out, const char *help)
{
    fputs(" -d '", out);
    for (size_t i = 0; i < manual_brief(help); i++)
        fprintf(out, "%s%c", help[i] == '\'' || help[i] == '\\' ? "\\" : "", help[i]);
    fputs("'\n", out);
}

/* The beginning of a line that holds where the command runs; the first one runs where
 * none is named. */
static void put_where(FILE *out, const struct program *program,
                      const struct command *command)
{
    fprintf(out, "complete -c %s -n '", program->name);
    if (command == program->commands)
        fprintf(out,
                "not __fish_seen_subcommand_from $_%s_commands; or "
                "__fish_seen_subcommand_from ",
                program->name);
    else
        fputs("__fish_seen_subcommand_from ", out);
    fprintf(out, "%s'", command->name);
}

static void put_option(FILE *out, const struct program *program,
                       const struct command *command, const struct option *option)
{
    put_where(out, program, command);
    fprintf(out, " -l %s", option->name);
    switch (manual_value_of(option)) {
    case MANUAL_NOTHING:
        break;
    case MANUAL_WORD:
        fputs(" -x", out);
        break;
    case MANUAL_FILE:
        fputs(" -r -F", out);
        break;
    case MANUAL_CHOICE:
        fputs(" -x -a '", out);
        for (const char *const *name = option->choices; *name; name++)
            fprintf(out, "%s%s", name == option->choices ? "" : " ", *name);
        fputc('\'', out);
    }
    put_brief(out, option->help);

    if (option->type == OPTION_BOOL) {
        put_where(out, program, command);
        fprintf(out, " -l no-%s\n", option->name);
    }
}

void manual_fish(const struct program *program, FILE *out)
{
    struct option option;
    fprintf(out, "# Completion of %s for fish.\nset -g _%s_commands", program->name,
            program->name);
    for (int i = 0; i < program->n_commands; i++)
        fprintf(out, " %s", program->commands[i].name);
    fputs(" help version\n", out);

    for (int i = 0; i < program->n_commands; i++) {
        const struct command *command = &program->commands[i];
        fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s", program->name,
                command->name);
        put_brief(out, command->help);
        for (int k = 0; options_at(command->table, k, &option); k++)
            if (*option.help)
                put_option(out, program, command, &option);
    }
}
