#include "base/options_private.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/names.h"

static void *field(const struct option *option, void *config)
{
    return (char *)config + option->offset;
}

static const void *const_field(const struct option *option, const void *config)
{
    return (const char *)config + option->offset;
}

static bool in_range(const struct option *option, double value)
{
    return !option_is_bounded(option) || (value >= option->min && value <= option->max);
}

static int count(const struct option_table *table)
{
    int n = table->n_options;
    for (int i = 0; i < table->n_parts; i++)
        n += count(table->parts[i].table);
    return n;
}

bool options_at(const struct option_table *table, int i, struct option *option)
{
    if (i < table->n_options) {
        *option = table->options[i];
        return true;
    }

    i -= table->n_options;
    for (int k = 0; k < table->n_parts; k++) {
        const struct option_part *part = &table->parts[k];
        if (options_at(part->table, i, option)) {
            option->offset += part->offset;
            return true;
        }
        i -= count(part->table);
    }
    return false;
}

/* "a whole number from 1 to 8", "true or false", "one of a, b, c" */
static char *expectation(const struct option *option)
{
    if (option->type == OPTION_BOOL)
        return xstrdup("true or false");
    if (option->type == OPTION_CHOICE) {
        char *names = names_join(option->choices, ", ");
        char *text = xasprintf("one of %s", names);
        free(names);
        return text;
    }

    const char *kind = option->type == OPTION_DOUBLE ? "a number"
                       : option->type == OPTION_INTS
                           ? "a whole number, or several with commas,"
                           : "a whole number";
    if (option->choices && option_is_bounded(option))
        return xasprintf("%s from %.15g to %.15g, or %s", kind, option->min, option->max,
                         option->choices[0]);
    if (option_is_bounded(option))
        return xasprintf("%s from %.15g to %.15g", kind, option->min, option->max);
    return xstrdup(kind);
}

static int bad_value(const struct option *option, const char *value, const char *source)
{
    char *expected = expectation(option), *hint = options_value_hint(option, value);
    int rc = fail(ERR_USAGE, "%s %s: expected %s%s", source, value, expected, hint);
    free(expected);
    free(hint);
    return rc;
}

static int parse_bool(const char *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};

    for (int i = 0; i < (int)COUNT_OF(words); i++)
        if (!strcmp(value, words[i]))
            return i % 2;
    return -1;
}

static bool can_be_none(const struct option *option)
{
    return option->type == OPTION_CHOICE && names_find(option->choices, "none") >= 0;
}

static int set_number(const struct option *option, void *config, const char *value,
                      const char *source)
{
    char *end = NULL;
    if (option->choices && !strcmp(value, option->choices[0]))
        value = "0";

    errno = 0;
    double number = strtod(value, &end);
    if (end == value || *end || errno || !isfinite(number) || !in_range(option, number))
        return bad_value(option, value, source);
    if (option->type == OPTION_DOUBLE) {
        *(double *)field(option, config) = number;
        return OK;
    }

    long long whole = strtoll(value, &end, 10);
    if (*end || errno)
        return bad_value(option, value, source);
    if (option->type == OPTION_COUNT)
        *(int *)field(option, config) = (int)whole;
    else
        *(int64_t *)field(option, config) = whole;
    return OK;
}

static int set_numbers(const struct option *option, void *config, const char *value,
                       const char *source)
{
    struct option_ints numbers = {0};
    int rc = OK;

    for (const char *at = value; !rc; at++) {
        const struct option one = {.name = option->name,
                                   .type = OPTION_INT,
                                   .min = option->min,
                                   .max = option->max};
        size_t n = strcspn(at, ",");
        char *text = xstrndup(at, n);
        if (numbers.n == OPTION_MOST_INTS ||
            set_number(&one, &numbers.value[numbers.n++], text, source))
            rc = bad_value(option, value, source);
        free(text);
        at += n;
        if (!*at)
            break;
    }

    if (!rc)
        *(struct option_ints *)field(option, config) = numbers;
    return rc;
}

static int set_text(const struct option *option, void *config, const char *value,
                    const char *source)
{
    size_t n = strlen(value);

    if (n > (size_t)option->max)
        return fail(ERR_USAGE, "%s: a text of %zu bytes, expected at most %.0f", source,
                    n, option->max);
    memcpy(field(option, config), value, n + 1);
    return OK;
}

static int set_field(const struct option *option, void *config, const char *value,
                     const char *source)
{
    int parsed;

    switch (option->type) {
    case OPTION_BOOL:
        if ((parsed = parse_bool(value)) < 0)
            return bad_value(option, value, source);
        *(bool *)field(option, config) = parsed;
        return OK;
    case OPTION_CHOICE:
        if ((parsed = names_find(option->choices, value)) < 0)
            return bad_value(option, value, source);
        *(int *)field(option, config) = parsed;
        return OK;
    case OPTION_STRING: {
        char **string = field(option, config);
        free(*string);
        *string = xstrdup(value);
        return OK;
    }
    case OPTION_INTS:
        return set_numbers(option, config, value, source);
    case OPTION_LIST: {
        char **list = field(option, config), *before = *list;
        *list = xasprintf("%s%s\n", before ? before : "", value);
        free(before);
        return OK;
    }
    case OPTION_TEXT:
        return set_text(option, config, value, source);
    default:
        return set_number(option, config, value, source);
    }
}

/* As where a variable of the shell has no value. */
static int refuse_empty(const struct option *option, const char *value,
                        const char *source)
{
    bool is_path = option->choices == option_file || option->choices == option_folder;
    if (*value || !is_path)
        return OK;
    return fail(ERR_USAGE, "%s: an empty name, expected that of a %s", source,
                option->choices == option_file ? "file" : "folder");
}

static bool is_text(const struct option *option)
{
    return option->type == OPTION_STRING || option->type == OPTION_LIST;
}

void options_init(const struct option_table *table, void *config)
{
    struct option option;
    for (int i = 0; options_at(table, i, &option); i++) {
        if (is_text(&option))
            *(char **)field(&option, config) = NULL;
        if (option.type == OPTION_TEXT)
            *(char *)field(&option, config) = '\0';
        if (option.initial && set_field(&option, config, option.initial, option.name))
            die("default of --%s: %s", option.name, fail_message());
    }
}

void options_release(const struct option_table *table, void *config)
{
    struct option option;
    for (int i = 0; options_at(table, i, &option); i++)
        if (is_text(&option)) {
            char **string = field(&option, config);
            free(*string);
            *string = NULL;
        }
}

/* Equal, '-' and '_' being the same; names come with '_' from JSON. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
            return false;
    return *a == *b;
}

bool options_find(const struct option_table *table, const char *name,
                  struct option *option)
{
    for (int i = 0; options_at(table, i, option); i++)
        if (same_name(option->name, name))
            return true;
    return false;
}

/* A name behind "--" that is no option; `source` stands before the message. */
static int unknown(const struct option_table *table, const char *name, const char *source)
{
    char *written = xasprintf("--%s", name);
    int rc = options_unknown(table, name, written, source);
    free(written);
    return rc;
}

int options_set(const struct option_table *table, void *config, const char *name,
                const char *value, const char *source)
{
    struct option option;
    if (!options_find(table, name, &option))
        return unknown(table, name, "");
    return set_field(&option, config, value, source);
}

int options_from_environment(const struct option_table *table, void *config)
{
    struct option option;
    int rc = OK;
    if (!table->environment)
        return OK;

    rc = options_check_environment(table);
    for (int i = 0; options_at(table, i, &option) && !rc; i++) {
        char *name = xasprintf("%s%s", table->environment, option.name);
        for (char *c = name; *c; c++)
            *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
        const char *value = getenv(name);
        if (value && *value) /* an empty one is as good as unset */
            rc = set_field(&option, config, value, name);
        free(name);
    }
    return rc;
}

/* A JSON value as the text that the command line would have. */
static char *json_text(const json_t *value)
{
    if (json_is_string(value))
        return xstrdup(json_string_value(value));
    if (json_is_array(value) || json_is_object(value) || json_is_null(value))
        return NULL;

    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    char *copy = xstrdup(text ? text : "");
    free(text);
    return copy;
}

static int set_from_json(const struct option_table *table, void *config, const char *key,
                         const json_t *value, const char *source)
{
    char *prefix = xasprintf("%s: ", source);
    char *name = xasprintf("%s: %s", source, key);
    char *text = json_text(value);
    struct option option;
    int rc;

    if (!options_find(table, key, &option))
        rc = unknown(table, key, prefix);
    else if (json_is_null(value) && is_text(&option))
        rc = OK;
    else if (!text)
        rc = fail(ERR_USAGE, "%s: expected a plain value, found a list or an object",
                  name);
    else
        rc = set_field(&option, config, text, name);

    free(prefix);
    free(name);
    free(text);
    return rc;
}

int options_from_json(const struct option_table *table, void *config, const char *json,
                      const char *source)
{
    json_error_t error;
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return fail(ERR_USAGE, "%s: line %d, column %d: %s", source, error.line,
                    error.column, error.text);

    int rc = OK;
    const char *key;
    json_t *value;
    if (!json_is_object(root))
        rc = fail(ERR_USAGE, "%s: expected a JSON object {\"option\": value, ...}",
                  source);
    else
        json_object_foreach(root, key, value)
        {
            rc = set_from_json(table, config, key, value, source);
            if (rc)
                break;
        }

    json_decref(root);
    return rc;
}

/* Obeys `--set name=value`. */
static int set_pair(const struct option_table *table, void *config, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (!equals)
        return fail(ERR_USAGE, "--set %s: expected name=value", pair);

    char *name = xstrndup(pair, (size_t)(equals - pair));
    char *source = xasprintf("--%s", name);
    int rc = options_set(table, config, name, equals + 1, source);
    free(source);
    free(name);
    return rc;
}

/* What stands behind such an option is its value only where it is a choice. */
static bool value_is_left_out(const struct option *option, const char *next)
{
    return option->type == OPTION_CHOICE && option->max == 1 &&
           (!next || names_find(option->choices, next) < 0);
}

/* One "--name..." argument; *used becomes 1 if it took `next` as its value. */
static int set_argument(const struct option_table *table, void *config, const char *name,
                        const char *equals, const char *next, int *used)
{
    const char *value = equals ? equals + 1 : NULL;
    struct option option;
    bool is_known = options_find(table, name, &option);

    if (!is_known && !strncmp(name, "no-", 3) && !value &&
        options_find(table, name + 3, &option))
        if (option.type == OPTION_BOOL || can_be_none(&option))
            return set_field(&option, config,
                             option.type == OPTION_BOOL ? "false" : "none", name);
    if (!is_known && strcmp(name, "set"))
        return unknown(table, name, "");

    if (!value && is_known && option.type == OPTION_BOOL)
        value = "true";
    if (!value && is_known && value_is_left_out(&option, next))
        value = option.choices[1];
    if (!value) {
        if (!next || !strncmp(next, "--", 2))
            return fail(ERR_USAGE, "--%s: its value is missing", name);
        value = next;
        *used = 1;
    }
    if (!is_known)
        return set_pair(table, config, value);

    char *source = xasprintf("--%s", name);
    int rc = refuse_empty(&option, value, source);
    if (!rc)
        rc = set_field(&option, config, value, source);
    free(source);
    return rc;
}

static int check_operands(const struct option_table *table, const char **operands, int n)
{
    int width = (int)strcspn(table->synopsis, "\n");
    if (n > table->max_operands)
        return fail(ERR_USAGE, "%s is one operand too many; usage: %s %.*s",
                    operands[table->max_operands], table->program, width,
                    table->synopsis);
    for (int i = 0; i < n; i++)
        if (!*operands[i])
            return fail(ERR_USAGE, "operand %d is empty; usage: %s %.*s", i + 1,
                        table->program, width, table->synopsis);
    if (n < table->min_operands)
        return fail(ERR_USAGE, "an operand is missing; usage: %s %.*s", table->program,
                    width, table->synopsis);
    return OK;
}

/* The letters that there are: -o, and -v where the command has it. */
static const char *long_form(const struct option_table *table, const char *argument)
{
    struct option option;
    if (!strcmp(argument, "-o"))
        return "--output";
    if (!strcmp(argument, "-v") && options_find(table, "verbose", &option))
        return "--verbose";
    return argument;
}

int options_from_arguments(const struct option_table *table, void *config, int argc,
                           char *const *argv, const char **operands, int *n_operands)
{
    int rc = OK;
    bool ended = false;

    *n_operands = 0;
    for (int i = 0; i < argc && !rc; i++) {
        const char *argument = long_form(table, argv[i]);
        if (ended || argument[0] != '-' || !argument[1]) {
            operands[(*n_operands)++] = argument;
        } else if (!strcmp(argument, "--")) {
            ended = true;
        } else if (argument[1] != '-') {
            rc = options_unknown(table, argument + 1, argument, "");
        } else {
            const char *equals = strchr(argument, '=');
            size_t n = equals ? (size_t)(equals - argument) : strlen(argument);
            char *name = xstrndup(argument + 2, n - 2);
            int used = 0;
            rc = set_argument(table, config, name, equals,
                              i + 1 < argc ? argv[i + 1] : NULL, &used);
            i += used;
            free(name);
        }
    }

    return rc ? rc : check_operands(table, operands, *n_operands);
}

/* A number, or a text of several with commas, as the command line has them. */
static json_t *ints_to_json(const struct option_ints *numbers)
{
    char *text = xasprintf("%lld", (long long)numbers->value[0]);

    for (int i = 1; i < numbers->n; i++) {
        char *longer = xasprintf("%s,%lld", text, (long long)numbers->value[i]);
        free(text);
        text = longer;
    }

    json_t *json = numbers->n == 1 ? json_integer(numbers->value[0]) : json_string(text);
    free(text);
    return json;
}

static json_t *to_json(const struct option *option, const void *config)
{
    const void *value = const_field(option, config);

    switch (option->type) {
    case OPTION_BOOL:
        return json_boolean(*(const bool *)value);
    case OPTION_COUNT:
        return json_integer(*(const int *)value);
    case OPTION_INT:
        return json_integer(*(const int64_t *)value);
    case OPTION_DOUBLE:
        return json_real(*(const double *)value);
    case OPTION_INTS:
        return ints_to_json(value);
    case OPTION_TEXT:
        return json_string(value);
    case OPTION_CHOICE:
        return json_string(option->choices[*(const int *)value]);
    default: {
        const char *text = *(char *const *)value;
        return text ? json_string(text) : json_null();
    }
    }
}

char *options_key(const struct option *option)
{
    char *key = xstrdup(option->name);
    for (char *c = key; *c; c++)
        *c = *c == '-' ? '_' : *c;
    return key;
}

/* 0.9 as "0.9", which 17 digits are not. */
static char *shortest(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    if (memcmp(&value, &(double){strtod(text, NULL)}, sizeof value) != 0)
        snprintf(text, sizeof text, "%.17g", value);
    return xstrdup(text);
}

char *options_value(const struct option *option, const void *config)
{
    if (option->type == OPTION_DOUBLE)
        return shortest(*(const double *)const_field(option, config));

    json_t *value = to_json(option, config);
    char *text = json_dumps(value, JSON_ENCODE_ANY),
         *copy = xstrdup(text ? text : "null");
    json_decref(value);
    free(text);
    return copy;
}

char *options_to_json(const struct option_table *table, const void *config)
{
    json_t *root = json_object();
    struct option option;
    for (int i = 0; options_at(table, i, &option); i++) {
        if (option.transient)
            continue;
        char *key = options_key(&option);
        json_object_set_new(root, key, to_json(&option, config));
        free(key);
    }

    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    if (!text)
        die("the configuration does not fit JSON");
    return text;
}
