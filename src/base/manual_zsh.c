#include "base/manual_private.h"

/* Within quotes and brackets, which would end it. */
static void put_brief(FILE *out, const char *help)
{
    for (size_t i = 0; i < manual_brief(help); i++)
        switch (help[i]) {
        case '\'':
            fputs("'\\''", out);
            break;
        case '[':
        case ']':
        case '\\':
            fputc('\\', out);
            fputc(help[i], out);
            break;
        default:
            fputc(help[i], out);
        }
}

static void put_value(FILE *out, const struct option *option)
{
    switch (manual_value_of(option)) {
    case MANUAL_NOTHING:
        return;
    case MANUAL_WORD:
        fputs(":value: ", out);
        return;
    case MANUAL_FILE:
        fputs(":file:_files", out);
        return;
    case MANUAL_CHOICE:
        break;
    }

    fputs(":value:(", out);
    for (const char *const *name = option->choices; *name; name++)
        fprintf(out, "%s%s", name == option->choices ? "" : " ", *name);
    fputc(')', out);
}

static void put_option(FILE *out, const struct option *option)
{
    bool is_flag = option->type == OPTION_BOOL;
    const char *often = option->type == OPTION_LIST ? "*" : "";

    fprintf(out, "        '%s--%s%s[", often, option->name, is_flag ? "" : "=");
    put_brief(out, option->help);
    fputc(']', out);
    put_value(out, option);
    fputs("'\n", out);
    if (is_flag) {
        fprintf(out, "        '--no-%s[not ", option->name);
        put_brief(out, option->help);
        fputs("]'\n", out);
    }
}

static void put_command(FILE *out, const struct command *command)
{
    struct option option;
    fprintf(out, "    %s) options=(\n", command->name);
    for (int i = 0; options_at(command->table, i, &option); i++)
        if (*option.help)
            put_option(out, &option);
    fputs("        '--help[what it takes]'\n    ) ;;\n", out);
}

void manual_zsh(const struct program *program, FILE *out)
{
    const char *name = program->name;
    fprintf(out, "#compdef %s\n_%s()\n{\n    local command=%s\n", name, name,
            program->commands->name);
    fputs("    local -a commands options\n    commands=(\n", out);
    for (int i = 0; i < program->n_commands; i++) {
        fprintf(out, "        '%s:", program->commands[i].name);
        put_brief(out, program->commands[i].help);
        fputs("'\n", out);
    }

    fputs("        'help:what a command takes'\n        'version:the version'\n    )\n"
          "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
          "        _describe command commands\n"
          "        _files\n"
          "        return\n"
          "    fi\n"
          "    if (( ${commands[(I)$words[2]:*]} )); then\n"
          "        command=$words[2]\n"
          "        shift words\n"
          "        (( CURRENT-- ))\n"
          "    fi\n"
          "    case $command in\n",
          out);
    for (int i = 0; i < program->n_commands; i++)
        put_command(out, &program->commands[i]);
    fputs("    help) _describe command commands; return ;;\n    esac\n"
          "    _arguments -s $options '*:file:_files'\n}\n",
          out);
    fprintf(out, "_%s \"$@\"\n", name);
}
