#include "commands/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/config.h"

/* A text that is written piece by piece, in the time that it takes once: a log may hold
 * lists and words of any length. */
struct growing {
    FILE *out;
    char *text; /* the caller's, behind grown() */
    size_t n;
};

static void grow(struct growing *growing)
{
    growing->out = open_memstream(&growing->text, &growing->n);
    if (!growing->out)
        die("out of memory: a command line");
}

static char *grown(struct growing *growing)
{
    if (fclose(growing->out))
        die("out of memory: a command line");
    return growing->text;
}

/* A value as an option takes it. */
static void write_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        fputs(json_string_value(value), out);
    else if (json_is_array(value))
        for (size_t i = 0; i < json_array_size(value); i++) {
            fputs(i ? "," : "", out);
            write_value(out, json_array_get(value, i));
        }
    else if (value && !json_is_null(value))
        json_dumpf(value, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
}

/* The same; the caller's. */
static char *value_text(const json_t *value)
{
    struct growing growing;

    grow(&growing);
    write_value(growing.out, value);
    return grown(&growing);
}

/* In single quotes where a shell would see more than a word. */
static void write_word(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./,:=+@%";
    if (*text && strspn(text, plain) == strlen(text)) {
        fputs(text, out);
        return;
    }

    fputc('\'', out);
    for (const char *c = text; *c; c++)
        if (*c == '\'')
            fputs("'\\''", out);
        else
            fputc(*c, out);
    fputc('\'', out);
}

/* " --units 64", " --no-linear-refit". */
static void write_option(FILE *out, const char *key, const json_t *value)
{
    fputs(json_is_false(value) ? " --no-" : " --", out);
    for (const char *c = key; *c; c++)
        fputc(*c == '_' ? '-' : *c, out);
    if (json_is_boolean(value))
        return;

    char *plain = value_text(value);
    fputc(' ', out);
    write_word(out, plain);
    free(plain);
}

static json_t *defaults(void)
{
    struct config config = {0};
    options_init(&cmd_train_table, &config);
    char *text = options_to_json(&cmd_train_table, &config);
    json_t *root = json_loads(text, 0, NULL);

    free(text);
    options_release(&cmd_train_table, &config);
    return root;
}

static bool is_known(const char *key)
{
    struct option option;
    bool is_one = false;

    for (int i = 0; options_at(&cmd_train_table, i, &option) && !is_one; i++) {
        char *name = options_key(&option);
        is_one = !strcmp(name, key);
        free(name);
    }
    return is_one;
}

/* 1 and 1.0 are one value. */
static bool are_equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b) || ((!a || json_is_null(a)) && (!b || json_is_null(b)));
}

char *command_line_of(const json_t *config)
{
    json_t *usual = defaults(), *value;
    struct growing line;
    const char *key;

    grow(&line);
    fputs("rnntrain dataset.h5", line.out);
    json_object_foreach((json_t *)config, key, value)
    {
        if (is_known(key) && !json_is_null(value) &&
            !are_equal(value, json_object_get(usual, key)))
            write_option(line.out, key, value);
    }
    json_decref(usual);
    return grown(&line);
}

char *command_line_differences(const json_t *a, const json_t *b)
{
    json_t *all = defaults(), *value;
    struct growing lines;
    const char *key;

    grow(&lines);
    json_object_foreach(all, key, value)
    {
        const json_t *left = json_object_get(a, key), *right = json_object_get(b, key);
        left = left ? left : value;
        right = right ? right : value;
        if (are_equal(left, right))
            continue;

        fputs(key, lines.out);
        fputc('\t', lines.out);
        write_value(lines.out, left);
        fputc('\t', lines.out);
        write_value(lines.out, right);
        fputc('\n', lines.out);
    }
    json_decref(all);
    return grown(&lines);
}
