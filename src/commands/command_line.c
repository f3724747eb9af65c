#include "commands/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/config.h"

/* Adds a formatted piece to a text, which it takes over. */
static char *with(char *text, char *piece)
{
    char *joined = xasprintf("%s%s", text, piece);
    free(text);
    free(piece);
    return joined;
}

/* A value as an option takes it; the caller's. */
static char *value_text(const json_t *value)
{
    char *text = NULL;
    if (!value || json_is_null(value))
        return xstrdup("");
    if (json_is_string(value))
        return xstrdup(json_string_value(value));
    if (!json_is_array(value)) {
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
        char *copy = xstrdup(text ? text : "");
        free(text);
        return copy;
    }

    text = xstrdup("");
    for (size_t i = 0; i < json_array_size(value); i++) {
        char *item = value_text(json_array_get(value, i));
        text = with(text, xasprintf("%s%s", i ? "," : "", item));
        free(item);
    }
    return text;
}

/* In single quotes where a shell would see more than a word; the caller's. */
static char *quoted(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./,:=+@%";
    if (*text && strspn(text, plain) == strlen(text))
        return xstrdup(text);

    char *all = xstrdup("'");
    for (const char *c = text; *c; c++)
        all = with(all, *c == '\'' ? xstrdup("'\\''") : xasprintf("%c", *c));
    return with(all, xstrdup("'"));
}

/* " --units 64", " --no-linear-refit". */
static char *option_text(const char *key, const json_t *value)
{
    char *name = xstrdup(key), *text = NULL;
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : *c;

    if (json_is_boolean(value)) {
        text = xasprintf(" --%s%s", json_is_true(value) ? "" : "no-", name);
    } else {
        char *plain = value_text(value), *word = quoted(plain);
        text = xasprintf(" --%s %s", name, word);
        free(plain);
        free(word);
    }
    free(name);
    return text;
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
    char *line = xstrdup("rnntrain dataset.h5");
    const char *key;

    json_object_foreach((json_t *)config, key,
                        value) if (is_known(key) && !json_is_null(value) &&
                                   !are_equal(value, json_object_get(usual, key))) line =
        with(line, option_text(key, value));
    json_decref(usual);
    return line;
}

char *command_line_differences(const json_t *a, const json_t *b)
{
    json_t *all = defaults(), *value;
    char *lines = xstrdup("");
    const char *key;

    json_object_foreach(all, key, value)
    {
        const json_t *left = json_object_get(a, key), *right = json_object_get(b, key);
        left = left ? left : value;
        right = right ? right : value;
        if (are_equal(left, right))
            continue;
        char *one = value_text(left), *other = value_text(right);
        lines = with(lines, xasprintf("%s\t%s\t%s\n", key, one, other));
        free(one);
        free(other);
    }
    json_decref(all);
    return lines;
}
