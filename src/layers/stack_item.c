#define _GNU_SOURCE /* vasprintf */

#include "layers/stack.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

int stack_fail(const struct stack_item *item, const char *format, ...)
{
    va_list args;
    char *what = NULL;

    va_start(args, format);
    int n = vasprintf(&what, format, args);
    va_end(args);
    if (n < 0)
        die("out of memory");

    int rc =
        fail(ERR_USAGE, "--stack: layer %d, \"%s\": %s", item->place, item->text, what);
    free(what);
    return rc;
}

static const char **next_argument(struct stack_item *item)
{
    for (int i = 0; i < item->n; i++)
        if (item->argument[i])
            return &item->argument[i];
    return NULL;
}

static bool read_number(const char *text, double most, double *value)
{
    char *end = NULL;

    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end || errno || !(number >= 0 && number <= most))
        return false;
    *value = number;
    return true;
}

int stack_take_number(struct stack_item *item, const char *what, double most,
                      double *value)
{
    const char **argument = next_argument(item);

    if (!argument)
        return stack_fail(item, "expected its %s: %s:%g or another number to %.15g", what,
                          item->word, most < 1 ? 0.5 : 32, most);
    if (!read_number(*argument, most, value))
        return stack_fail(item, "expected its %s, a number to %.15g, found %s", what,
                          most, *argument);
    *argument = NULL;
    return OK;
}

int stack_take_count(struct stack_item *item, const char *what, int most, int *value)
{
    double number = 0;
    int rc = stack_take_number(item, what, most, &number);

    if (!rc && (number < 1 || number != floor(number)))
        rc = stack_fail(item, "its %s must be a whole number from 1 to %d", what, most);
    *value = (int)number;
    return rc;
}

int stack_take_name(struct stack_item *item, const char *const *names)
{
    for (int i = 0; i < item->n; i++) {
        int found = item->argument[i] ? names_find(names, item->argument[i]) : -1;
        if (found < 0)
            continue;
        item->argument[i] = NULL;
        return found;
    }
    return -1;
}

bool stack_take_word(struct stack_item *item, const char *word)
{
    const char *const words[] = {word, NULL};

    return stack_take_name(item, words) == 0;
}

int stack_take_value(struct stack_item *item, const char *key, double most, double *value)
{
    size_t n = strlen(key);

    for (int i = 0; i < item->n; i++) {
        const char *argument = item->argument[i];
        if (!argument || strncmp(argument, key, n) || argument[n] != '=')
            continue;
        if (!read_number(argument + n + 1, most, value))
            return stack_fail(item, "%s: expected a number from 0 to %.15g", argument,
                              most);
        item->argument[i] = NULL;
        break;
    }
    return OK;
}

int stack_end(const struct stack_item *item, const char *known)
{
    for (int i = 0; i < item->n; i++)
        if (item->argument[i])
            return stack_fail(item, "%s is not known there; expected %s",
                              item->argument[i], known);
    return OK;
}

char *stack_number(double value)
{
    char text[32];

    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return xstrdup(text);
}
