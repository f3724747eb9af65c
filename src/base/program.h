/* The frame of a program: its commands, what main does with them, how it ends and says
 * why. A program has one table of commands, from which help, hints and main derive. The
 * only place of base that prints, besides usage texts. Nothing here is collective.
 */
#ifndef RNNTRAIN_BASE_PROGRAM_H
#define RNNTRAIN_BASE_PROGRAM_H

#include <jansson.h>

#include "base/base.h"
#include "base/options.h"

struct command {
    const char *name;
    const char *group; /* heading in the list of commands */
    const char *help;  /* one line there */
    bool is_parallel;  /* every process of a job runs it; it prints its failures itself */
    const struct option_table *table;  /* its usage line, operands and options */
    int (*run)(int argc, char **argv); /* the arguments behind its name -> code */
};

struct program {
    const char *name;
    const char *about;   /* lines, each with its '\n' */
    const char *example; /* the same: command lines; or NULL */
    const struct command *commands;
    int n_commands;     /* the first one runs where none is named */
    const char *pages;  /* of the manual's other sections: "name(7) name(5)" */
    bool lists_options; /* of the first one, behind the commands */
    /* what it is made of, behind its version: an object of texts; NULL: that alone */
    json_t *(*facts)(void);
    /* whether another process of the job speaks for this one; NULL: it is alone */
    bool (*is_other)(void);
};

/* A list of commands is a macro of rows, COMMAND(name, group, is_parallel, help). These
 * make of a row the declarations of cmd_<name> and cmd_<name>_table, which the command's
 * file defines, and an element of a table of commands. */
#define COMMAND_DECLARATION(name_, group_, is_parallel_, help_)                          \
    int cmd_##name_(int argc, char **argv) NODISCARD;                                    \
    extern const struct option_table cmd_##name_##_table;
#define COMMAND_ELEMENT(name_, group_, is_parallel_, help_)                              \
    {.name = #name_,                                                                     \
     .group = (group_),                                                                  \
     .help = (help_),                                                                    \
     .is_parallel = (is_parallel_),                                                      \
     .table = &cmd_##name_##_table,                                                      \
     .run = cmd_##name_},

/* What main does: finds the command that the first argument names, else the first of the
 * table, whose operand it then is; answers help, version, --help and --version; prints a
 * failure's message once. Signals end a command, but those that are parallel. Returns the
 * exit code. */
int program_main(const struct program *program, int argc, char **argv);

/* A whole command: defaults, environment and arguments into `settings` (zeroed), then
 * run(settings, operands, n_operands), then the strings are released. Returns run's
 * code. */
int program_run(const struct option_table *table, void *settings, int argc,
                char *const *argv,
                int (*run)(const void *settings, const char *const *operands,
                           int n_operands)) NODISCARD;

/* What was typed, as a shell takes it again, for messages that say how to type it better;
 * NULL: this is no program. */
const char *program_typed(void);

/* What standard output has come to: rc, or if that is OK and something was lost ERR_IO,
 * or ERR_UNHEARD where that is a pipe whose reader has gone, as behind `| head -1`. */
int program_output(int rc) NODISCARD;
/* Whether somebody may read it: a pipe whose other end is closed nobody does. */
bool program_is_heard(void);
/* The last message of fail(), to standard error, after everything that was said; nothing
 * for ERR_UNHEARD, which is no failure of the program. */
void program_failure(const char *name, int rc);

enum { PROGRAM_LABEL = 11, PROGRAM_WIDTH = 80 }; /* columns */
/* To standard output, lines with a label that fit a terminal: pieces go on where they
 * have room, else below each other. Each returns the column. */
int program_print_label(const char *label);
int program_print_piece(int column, const char *piece, int n);
/* Lines beneath each other, the label in front of the first. */
void program_print_lines(const char *label, size_t n, char *const *lines);

/* A hash as logs and checkpoints have it: 16 hexadecimal digits. */
void program_hex(uint64_t value, char text[17]);

/* Seconds for people, two units at most: "0.4 s", "24 s", "3m05s", "1h03m", "2d04h". */
enum { PROGRAM_DURATION = 32 };
void program_duration(double seconds, char text[PROGRAM_DURATION]);

/* 134113 as "134,113"; at most 32 bytes. */
void program_thousands(int64_t value, char *text);

#endif
