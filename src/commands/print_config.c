#include "commands/print_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(*names, name))
            return true;
    return false;
}

static bool is_of_model(const char *name)
{
    struct option option;
    for (int i = 0; options_at(&model_options_table, i, &option); i++)
        if (!strcmp(option.name, name))
            return true;
    return false;
}

/* A stack says all of a network but what is frozen, and a linear model is its kind. */
static bool is_part_of(const char *name, const struct model_options *model)
{
    static const char *const of_stack[] = {"stack", "freeze", NULL};
    static const char *const of_linear[] = {"model", NULL};

    if (!is_of_model(name))
        return true;
    if (*model->stack)
        return is_one_of(name, of_stack);
    return !model_options_are_linear(model) || is_one_of(name, of_linear);
}

/* A monitor that nobody gave follows from the rest, as does what comes with it. */
static const char *open_monitor(const struct trainer_config *trainer)
{
    if (trainer->monitor_given)
        return NULL;
    return trainer->spares_one_class ? "\"auto\"" : "";
}

/* The value to be written; NULL: none. The caller's to free. */
static char *value_of(const struct option *option, const struct config *config)
{
    static const char *const of_this_start[] = {"config", "print-config", "dry-run",
                                                NULL};
    const char *monitor = open_monitor(&config->trainer);

    if (!*option->help || is_one_of(option->name, of_this_start) ||
        !is_part_of(option->name, &config->trainer.model))
        return NULL;
    if (!strcmp(option->name, "monitor") && monitor)
        return *monitor ? xstrdup(monitor) : NULL;

    char *value = options_value(option, config);
    bool is_open = !strcmp(value, "0") && option->min > 0;
    if (is_open || !strcmp(value, "null") || !strcmp(value, "\"\"")) {
        free(value);
        value = NULL;
    }
    return value;
}

void print_config(FILE *out, const struct option_table *table,
                  const struct config *config)
{
    struct option option;
    bool is_first = true;

    fputs("{", out);
    for (int i = 0; options_at(table, i, &option); i++) {
        char *value = value_of(&option, config);
        if (!value)
            continue;

        char *key = options_key(&option);
        fputs(is_first ? "\n" : ",\n", out);
        say(out, "  \"%s\": %s", key, value);
        is_first = false;
        free(key);
        free(value);
    }
    fputs("\n}\n", out);
}
