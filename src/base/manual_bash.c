#include "base/manual_private.h"

#include <string.h>

/* "--epochs", "--mask --no-mask". */
static void put_names(FILE *out, const struct option_table *table)
{
    struct option option;
    for (int i = 0; options_at(table, i, &option); i++) {
        if (!*option.help)
            continue;
        fprintf(out, " --%s", option.name);
        if (option.type == OPTION_BOOL)
            fprintf(out, " --no-%s", option.name);
    }
    fputs(" --help", out);
}

/* Cases of `command:option` whose values are a list of words. */
static void put_choices(FILE *out, const struct command *command)
{
    struct option option;
    for (int i = 0; options_at(command->table, i, &option); i++) {
        if (!*option.help || manual_value_of(&option) != MANUAL_CHOICE)
            continue;
        fprintf(out, "    %s:--%s) words='", command->name, option.name);
        for (const char *const *name = option.choices; *name; name++)
            fprintf(out, "%s%s", name == option.choices ? "" : " ", *name);
        fputs("' ;;\n", out);
    }
}

/* Values that are no list of words are files, whose completion is the shell's own. */
static void put_values(FILE *out, const struct command *command)
{
    struct option option;
    bool has_any = false;
    for (int i = 0; options_at(command->table, i, &option); i++)
        if (*option.help && option.type != OPTION_BOOL) {
            if (has_any)
                fputc('|', out);
            else
                fputs("    ", out);
            fprintf(out, "%s:--%s", command->name, option.name);
            has_any = true;
        }
    if (has_any)
        fputs(") return ;;\n", out);
}

void manual_bash(const struct program *program, FILE *out)
{
    const char *name = program->name;
    fprintf(out, "# Completion of %s for bash.\n_%s()\n{\n", name, name);
    fputs("    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}"
          " words=\n",
          out);
    fprintf(out, "    local command=%s\n    local commands='", program->commands->name);
    for (int i = 0; i < program->n_commands; i++)
        fprintf(out, "%s ", program->commands[i].name);
    fputs(
        "help version'\n"
        "    COMPREPLY=()\n"
        "    [[ $COMP_CWORD -gt 1 && \" $commands \" == *\" ${COMP_WORDS[1]} \"* ]] &&\n"
        "        command=${COMP_WORDS[1]}\n"
        "    if [[ $current == = ]]; then\n"
        "        current=\n"
        "    elif [[ $before == = && $COMP_CWORD -gt 1 ]]; then\n"
        "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
        "    fi\n"
        "    case $command:$before in\n",
        out);

    for (int i = 0; i < program->n_commands; i++)
        put_choices(out, &program->commands[i]);
    fputs("    help:help) words=$commands ;;\n", out);
    for (int i = 0; i < program->n_commands; i++)
        put_values(out, &program->commands[i]);

    fputs("    esac\n"
          "    if [[ -z $words && $current == -* ]]; then\n"
          "        case $command in\n",
          out);
    for (int i = 0; i < program->n_commands; i++) {
        fprintf(out, "        %s) words='", program->commands[i].name);
        put_names(out, program->commands[i].table);
        fputs("' ;;\n", out);
    }
    fprintf(out,
            "        esac\n"
            "    elif [[ -z $words && $COMP_CWORD == 1 ]]; then\n"
            "        words=$commands\n"
            "    fi\n"
            "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
            "}\n"
            "complete -o bashdefault -o default -F _%s %s\n",
            name, name);
}
