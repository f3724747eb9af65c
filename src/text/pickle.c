#include "text/pickle_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool pickle_is_one(const char *bytes, size_t n)
{
    return n > 0 && strchr("\x80(c}]VSXUT\x8c", bytes[0]) && bytes[0];
}

int pickle_refuse(const struct pickle *pickle, const char *format, ...)
{
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);

    return fail(ERR_FORMAT,
                "%s: a pickle, at byte %zu: %s; this makes JSON of a Tokenizer's: python "
                "-c 'import pickle, sys; print(pickle.load(open(sys.argv[1], "
                "\"rb\")).to_json())' %s >tokenizer.json",
                pickle->source, pickle->began, what, pickle->source);
}

struct pickle_value *pickle_new(struct pickle *pickle, enum pickle_kind kind)
{
    if (pickle->n_values == PICKLE_MOST_VALUES)
        return NULL;

    struct pickle_value *value = xcalloc(1, sizeof *value);
    value->kind = kind;
    value->next = pickle->all;
    pickle->all = value;
    pickle->n_values++;
    return value;
}

void pickle_append(struct pickle_value *list, struct pickle_value *item)
{
    if (list->n == list->room) {
        list->room = 2 * list->room + 2;
        list->items = xrealloc(list->items, list->room, sizeof(struct pickle_value *));
    }
    list->items[list->n++] = item;
}

bool pickle_append_all(struct pickle *pickle, struct pickle_value *list,
                       const struct pickle_value *items)
{
    if (items->n > PICKLE_MOST_VALUES - pickle->n_values)
        return false;
    pickle->n_values += items->n;
    for (size_t i = 0; i < items->n; i++)
        pickle_append(list, items->items[i]);
    return true;
}

void pickle_release(struct pickle *pickle)
{
    for (struct pickle_value *value = pickle->all, *next; value; value = next) {
        next = value->next;
        free(value->owned);
        free(value->items);
        free(value);
    }
    free(pickle->stack);
    free(pickle->marks);
    free(pickle->memo);
}

int pickle_read(const char *bytes, size_t n, const char *source, json_t **value)
{
    struct pickle pickle = {.source = source, .bytes = bytes, .n = n};
    int rc = OK;

    if (n > PICKLE_MOST_BYTES)
        return fail(ERR_FORMAT, "%s: a pickle of %zu bytes, expected %d or fewer", source,
                    n, PICKLE_MOST_BYTES);

    while (!rc && !pickle.ended)
        rc = pickle_step(&pickle);
    if (!rc && (pickle.n_stack != 1 || pickle.n_marks))
        rc =
            pickle_refuse(&pickle, "it ends with %zu values, expected 1", pickle.n_stack);
    if (!rc)
        rc = pickle_to_json(&pickle, pickle.stack[0], value);

    pickle_release(&pickle);
    return rc;
}
