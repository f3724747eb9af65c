/* One table of options (name, type, range, default, help) from which everything derives:
 * parsing of command line, environment and JSON, usage text, nearest-name hints, the echo
 * of the effective configuration and its record in files.
 *
 * A table describes fields of one plain struct by offset. Later sources win; each source
 * is one call. Strings in the struct are owned by it. Only usage texts and notes
 * are printed; nothing is collective.
 */
#ifndef RNNTRAIN_BASE_OPTIONS_H
#define RNNTRAIN_BASE_OPTIONS_H

#include "base/base.h"

#include <stdio.h>

enum option_type {
    OPTION_BOOL,   /* bool; `--name`, `--no-name`, `--name=true|false|yes|no|1|0` */
    OPTION_INT,    /* int64_t within [min, max] */
    OPTION_COUNT,  /* int within [min, max], which must be given */
    OPTION_DOUBLE, /* double, finite, within [min, max] */
    OPTION_STRING, /* char *, NULL while unset */
    /* int or an enum: index into `choices`; `--no-name` is "none"; with max 1 the value
     * may be left out, and is the second choice */
    OPTION_CHOICE,
    OPTION_INTS, /* struct option_ints: numbers with commas, each within [min, max] */
    OPTION_LIST, /* char *: each use adds a line, with its final '\n'; NULL while unset */
    OPTION_TEXT  /* char[max + 1]: at most `max` bytes */
};

enum { OPTION_MOST_INTS = 64 };

/* The `max` of a number that may be as large as anybody can want. */
#define OPTION_HUGE 1e15

struct option_ints {
    int n; /* 1 or more */
    int64_t value[OPTION_MOST_INTS];
};

struct option {
    const char *name; /* long name without dashes, words joined by '-' */
    enum option_type type;
    size_t offset;       /* of the field in the struct */
    const char *initial; /* default as text; NULL: the type's zero */
    double min, max;     /* numbers only; min == max == 0: no bound */
    /* NULL-terminated; of a number: [0] is a word for 0; of a text: for what it is */
    const char *const *choices;
    const char *help;  /* one line, with the unit; "" hides it from the usage text */
    const char *group; /* heading in the usage text */
    bool transient;    /* not part of the configuration that files record */
};

/* `choices` of texts that name a file or a folder. */
extern const char *const option_file[], *const option_folder[];

static inline bool option_is_bounded(const struct option *option)
{
    return option->min != 0 || option->max != 0;
}

struct option_table {
    const struct option *options;
    int n_options;
    const struct option_part *parts; /* further options, of structs within this one's */
    int n_parts;
    const char *program;     /* for messages and usage: "rnntrain train" */
    const char *synopsis;    /* what stands behind "usage: program " */
    const char *example;     /* a command line or some, each with its '\n'; or NULL */
    const char *about;       /* what it does and takes, lines with their '\n'; or NULL */
    const char *environment; /* prefix as "RNNTRAIN_"; NULL: environment is not read */
    int min_operands, max_operands;
};

struct option_part {
    const struct option_table *table;
    size_t offset; /* of its struct in the one around it */
};

/* Option i of the table, its own before those of its parts, with its field's offset in
 * the whole struct; false behind the last one. */
bool options_at(const struct option_table *table, int i, struct option *option);

/* Sets every field from its default. */
void options_init(const struct option_table *table, void *config);
/* Frees the strings. */
void options_release(const struct option_table *table, void *config);

/* Sets one option from text; `source` is named in messages ("--units", "run.json"). */
int options_set(const struct option_table *table, void *config, const char *name,
                const char *value, const char *source) NODISCARD;

/* PREFIX_NAME_WITH_UNDERSCORES for every option of the table. A variable with the prefix
 * that is no option, but near one or a peer's name of one, is refused. */
int options_from_environment(const struct option_table *table, void *config) NODISCARD;
/* A line for every other variable with the prefix that is no option. */
void options_environment_notes(const struct option_table *table, FILE *out);

/* A JSON object {"name": value}; names with '-' or '_'. `source` names it in messages. */
int options_from_json(const struct option_table *table, void *config, const char *json,
                      const char *source) NODISCARD;

/* `--name value`, `--name=value`, `--flag`, `--set name=value`, -o for --output, -v for
 * --verbose; what is no option is moved to `operands` (room for argc pointers, borrowed
 * from argv), "--" ends the options. An unknown name is an error that names what was
 * probably meant, as is a number of operands that the table does not allow. */
int options_from_arguments(const struct option_table *table, void *config, int argc,
                           char *const *argv, const char **operands,
                           int *n_operands) NODISCARD;

/* The configuration as a JSON object, keys sorted, transient ones left out; the caller's
 * to free. Doubles are written so that reading gives the same bits. */
char *options_to_json(const struct option_table *table, const void *config);

/* The option's value as JSON, numbers with the fewest digits that are read as the same
 * one; "null": a text that is not set. The caller's to free. */
char *options_value(const struct option *option, const void *config);

/* The option's name in JSON; the caller's to free. */
char *options_key(const struct option *option);

/* Writes the usage text, by groups in the order of their first options, defaults and
 * ranges included. */
void options_usage(const struct option_table *table, FILE *out);
/* Its options alone, by their groups. */
void options_list(const struct option_table *table, FILE *out);

#endif
