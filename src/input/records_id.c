#include "input/records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "input/json_path.h"
#include "text/text.h"

static bool is_called(const struct field *name, const char *called)
{
    return name->n == strlen(called) && !strncasecmp(name->text, called, name->n);
}

/* The column's place, or -1. */
static int find_column(const struct records *records, const struct text_record *record,
                       const char *called)
{
    int n = 0;
    const struct field *names = records_header(records, &n);
    char *end = NULL;

    for (int i = 0; i < n; i++)
        if (is_called(&names[i], called))
            return i;
    long number = strtol(called, &end, 10);
    return end > called && !*end && number >= 1 && number <= record->n_fields
               ? (int)number - 1
               : -1;
}

static char *id_of_fields(const struct records *records, const struct text_record *record,
                          const char *called)
{
    int column = find_column(records, record, called);
    if (column < 0 || column >= record->n_fields)
        return NULL;

    const struct field *field = &record->fields[column];
    return xstrndup(field->text, field->n);
}

/* A text, or a number as it stands there. */
static char *id_of_object(const struct text_record *record, const char *called)
{
    json_t *object = json_loadb(record->row, record->n_row, 0, NULL);
    json_t *value = json_is_object(object) ? json_path_get(object, called) : NULL;
    char *id = NULL;

    if (json_is_string(value)) {
        id = xstrdup(json_string_value(value));
    } else if (json_is_number(value)) {
        char *number = json_dumps(value, JSON_ENCODE_ANY);
        id = xstrdup(number);
        free(number);
    }
    json_decref(value);
    json_decref(object);
    return id;
}

int records_id(const struct records *records, const struct text_record *record, char **id)
{
    const char *given = records_id_column(records), *called = given ? given : "id";
    char *found = record->fields ? id_of_fields(records, record, called)
                  : record->row  ? id_of_object(record, called)
                                 : NULL;

    if (!found && given)
        return fail(ERR_FORMAT,
                    "line %lld has no column or field %s: --id-column names "
                    "that with the ids",
                    (long long)record->line, given);
    *id = NULL;
    if (found && *found) {
        char *clean = NULL;
        size_t n = 0, first_bad = 0;
        bool is_bad = text_repair_utf8(found, strlen(found), &clean, &n, &first_bad) > 0;
        *id = is_bad ? clean : found;
        found = is_bad ? found : NULL;
    }
    free(found);
    return OK;
}
