#include "base/program.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/manual.h"
#include "base/names.h"
#include "base/peers.h"
#include "base/quote.h"
#include "base/say.h"
#include "base/signals.h"

void program_hex(uint64_t value, char text[17])
{
    snprintf(text, 17, "%016llx", (unsigned long long)value);
}

void program_duration(double seconds, char text[PROGRAM_DURATION])
{
    static const struct {
        long long seconds;
        char units[2]; /* of the whole ones and of the rest */
    } scales[] = {{86400, "dh"}, {3600, "hm"}, {60, "ms"}};
    long long whole = (long long)(seconds + 0.5);

    snprintf(text, PROGRAM_DURATION, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    for (size_t i = 0; i < COUNT_OF(scales); i++)
        if (whole >= 2 * scales[i].seconds || (whole >= scales[i].seconds && i > 0)) {
            long long rest = whole % scales[i].seconds;
            long long of = scales[i].seconds / (i == 0 ? 24 : 60);
            snprintf(text, PROGRAM_DURATION, "%lld%c%02lld%c", whole / scales[i].seconds,
                     scales[i].units[0], rest / of, scales[i].units[1]);
            break;
        }
}

void program_thousands(int64_t value, char *text)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)value), used = 0;

    for (int i = 0; i < n; i++) {
        if (i && digits[i - 1] != '-' && (n - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }

    text[used] = '\0';
}

static char *typed;

const char *program_typed(void)
{
    return typed;
}

int program_print_label(const char *label)
{
    return printf("%-*s", PROGRAM_LABEL, label);
}

int program_print_piece(int column, const char *piece, int n)
{
    if (column > PROGRAM_LABEL && column + n > PROGRAM_WIDTH)
        column = printf("\n%*s", PROGRAM_LABEL, "") - 1;
    return column + say(stdout, "%.*s", n, piece);
}

void program_print_lines(const char *label, size_t n, char *const *lines)
{
    for (size_t i = 0; i < n; i++)
        say_line(stdout, "%-10s %s", i ? "" : label, lines[i]);
}

int program_output(int rc)
{
    if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
        rc = program_is_heard()
                 ? fail(ERR_IO,
                        "standard output cannot be written: it was closed, or is full")
                 : fail(ERR_UNHEARD, "nobody reads standard output");
    return rc;
}

bool program_is_heard(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) != 1 || !(output.revents & POLLERR);
}

void program_failure(const char *name, int rc)
{
    fflush(stdout);
    if (rc != ERR_UNHEARD)
        fprintf(stderr, "%s: %s\n", name, fail_message());
}

static bool is_help(const char *argument)
{
    return !strcmp(argument, "--help") || !strcmp(argument, "-h");
}

static bool is_version(const char *argument)
{
    return !strcmp(argument, "--version");
}

/* Whether an argument of this kind stands among the options. */
static bool has(int argc, char *const *argv, bool (*is_kind)(const char *argument))
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (is_kind(argv[i]))
            return true;
    return false;
}

int program_run(const struct option_table *table, void *settings, int argc,
                char *const *argv,
                int (*run)(const void *settings, const char *const *operands,
                           int n_operands))
{
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    int n = 0;

    options_init(table, settings);
    int rc = options_from_environment(table, settings);
    if (!rc)
        rc = options_from_arguments(table, settings, argc, argv, operands, &n);
    if (!rc) {
        options_environment_notes(table, stderr);
        rc = run(settings, operands, n);
    }

    options_release(table, settings);
    free(operands);
    return rc;
}

static const struct command *find(const struct program *program, const char *name)
{
    for (int i = 0; i < program->n_commands; i++)
        if (!strcmp(program->commands[i].name, name))
            return &program->commands[i];
    return NULL;
}

/* What was probably meant by a name that is no command's; NULL: nobody knows. */
static char *hint(const struct program *program, const char *name)
{
    const struct peer *peer = peer_find(peer_commands, name);
    if (peer && peer->ours && find(program, peer->ours))
        return xasprintf("did you mean %s?", peer->ours);
    if (peer && peer->remark)
        return xstrdup(peer->remark);

    struct nearest nearest = {.wanted = name};
    for (int i = 0; i < program->n_commands; i++)
        nearest_offer(&nearest, program->commands[i].name);
    nearest_offer(&nearest, "help");
    nearest_offer(&nearest, "version");
    return nearest.name ? xasprintf("did you mean %s?", nearest.name) : NULL;
}

static int unknown(const struct program *program, const char *name, const char *nor)
{
    char *text = hint(program, name);
    int rc = text ? fail(ERR_USAGE, "there is no command %s%s (%s)", name, nor, text)
                  : fail(ERR_USAGE, "there is no command %s%s (%s help lists them)", name,
                         nor, program->name);
    free(text);
    return rc;
}

static void list_commands(const struct program *program)
{
    const struct option_table *usual = program->commands->table;
    const char *name = program->name, *group = "";

    printf("usage: %s COMMAND [operands] [options]\n", name);
    if (program->example)
        printf("\nExample\n%s", program->example);
    printf("\n%s", program->about);

    for (int i = 0; i < program->n_commands; i++) {
        const struct command *command = &program->commands[i];
        if (strcmp(command->group, group))
            printf("\n%s\n", group = command->group);
        printf("  %-11s%s\n", command->name, command->help);
    }

    printf("\nHelp\n  %-11sthis list\n", "help");
    printf("  help COMMAND, or COMMAND --help\n"
           "  %-11sa command's operands and all its options\n",
           "");
    printf("  %-11sthe version and what the program is made of, also --version;\n"
           "  %-11sas JSON with --json\n\n",
           "version", "");
    printf("Where no command is named, %s runs: %s %.*s\n", program->commands->name, name,
           (int)strcspn(usual->synopsis, "\n"), usual->synopsis);
    if (program->lists_options)
        options_list(usual, stdout);
}

/* Answers `help [COMMAND]`; the arguments are those behind `help`. */
static int show_help(const struct program *program, int argc, char **argv)
{
    const struct command *command = argc ? find(program, argv[0]) : NULL;
    if (argc > 1)
        return fail(ERR_USAGE, "%s is one operand too many; usage: %s help [COMMAND]",
                    argv[1], program->name);
    if (argc && !command)
        return unknown(program, argv[0], "");

    if (command)
        options_usage(command->table, stdout);
    else
        list_commands(program);
    return OK;
}

/* Whether a first argument can be an operand of the usual command: an option, a path,
 * whatever lies there, or nothing, which the command refuses. */
static bool is_operand(const char *argument)
{
    return argument[0] == '-' || !*argument || strpbrk(argument, "./") ||
           !access(argument, F_OK);
}

/* What the build asks, for what is installed beside the program. */
static bool is_manual(const char *argument)
{
    return !strcmp(argument, "--write-manual");
}

/* Whether a first argument asks something of the program itself. */
static bool is_question(const char *argument)
{
    return is_manual(argument) || !strcmp(argument, "help") ||
           !strcmp(argument, "version") || is_version(argument) || is_help(argument);
}

/* The first line is for programs too; as JSON all of it is one object. */
static void say_version(const struct program *program, bool as_json)
{
    json_t *facts = program->facts ? program->facts() : json_object();
    json_t *all =
        json_pack("{s:s,s:s}", "program", program->name, "version", RNNTRAIN_VERSION);
    const char *name;
    json_t *value;

    if (as_json) {
        json_object_update(all, facts);
        char *text = json_dumps(all, JSON_COMPACT);
        say_line(stdout, "%s", text ? text : "");
        free(text);
    } else {
        say_line(stdout, "%s " RNNTRAIN_VERSION, program->name);
        json_object_foreach(facts, name, value)
            say_line(stdout, "%-10s %s", name, json_string_value(value));
    }
    json_decref(all);
    json_decref(facts);
}

static bool is_json(const char *argument)
{
    return !strcmp(argument, "--json");
}

static int answer(const struct program *program, int argc, char **argv)
{
    if (is_manual(argv[0]))
        return argc == 2
                   ? manual_write(program, argv[1])
                   : fail(ERR_USAGE, "usage: %s --write-manual FOLDER", program->name);
    if (!is_version(argv[0]) && strcmp(argv[0], "version"))
        return show_help(program, argc - 1, argv + 1);
    say_version(program, has(argc, argv, is_json));
    return OK;
}

/* The command that the arguments name or leave out, whose own begin at argv[*first]. */
static const struct command *command_of(const struct program *program, int argc,
                                        char **argv, int *first)
{
    const struct command *named = argc > 1 ? find(program, argv[1]) : NULL;
    *first = named ? 2 : 1;
    if (named || (argc > 1 && !is_operand(argv[1])))
        return named;
    return program->commands;
}

int program_main(const struct program *program, int argc, char **argv)
{
    free(typed);
    typed = quote_command(program->name, argc > 0 ? argc - 1 : 0, argv + 1);
    int first = 1, rc = OK;
    bool asks = argc > 1 && is_question(argv[1]);
    const struct command *command = command_of(program, argc, argv, &first);
    bool wants_help = has(argc - first, argv + first, is_help);
    bool wants_version = has(argc - first, argv + first, is_version);

    if (command && command->is_parallel && !asks && !wants_help && !wants_version)
        return command->run(argc - first, argv + first);
    signals_end_process();
    if (program->is_other && program->is_other())
        return OK;

    if (asks)
        rc = answer(program, argc - 1, argv + 1);
    else if (!command)
        rc = unknown(program, argv[1], ", nor a file of that name");
    else if (wants_help)
        options_usage(command->table, stdout);
    else if (wants_version)
        say_line(stdout, "%s " RNNTRAIN_VERSION, program->name);
    else
        rc = command->run(argc - first, argv + first);

    rc = program_output(rc);
    if (rc)
        program_failure(program->name, rc);
    return rc;
}
