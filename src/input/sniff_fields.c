/* Which fields of JSON Lines hold the texts and the labels. */
#include "input/sniff_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "text/text.h"

static char *known_field(const json_t *object, const char *const *names)
{
    const char *key;
    json_t *value;
    for (; *names; names++)
        json_object_foreach((json_t *)(uintptr_t)object, key, value)
        {
            if (!strcasecmp(key, *names))
                return xstrdup(key);
        }
    return NULL;
}

static char *list_fields(json_t *object)
{
    char *list = xstrdup("");
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char *longer = xasprintf("%s%s%.40s", list, *list ? ", " : "", key);
        free(list);
        list = longer;
    }
    return list;
}

int sniff_fields(const struct records_options *options, const char *name,
                 const char *head, size_t n, struct layout *layout)
{
    json_error_t error;
    char *clean = NULL;
    size_t first_bad = 0;
    if (text_repair_utf8(head, n, &clean, &n, &first_bad))
        head = clean;
    json_t *object = json_loadb(head, n, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
    free(clean);

    if (!object)
        return fail(
            ERR_FORMAT,
            "%s: line %d, column %d: not a JSON object: %s; expected one object a "
            "line",
            name, error.line, error.column, error.text);

    layout->text_field = options->text_field ? xstrdup(options->text_field)
                                             : known_field(object, sniff_text_names);
    layout->label_field = options->label_field ? xstrdup(options->label_field)
                                               : known_field(object, sniff_label_names);

    int rc = OK;
    if (!layout->text_field || !layout->label_field) {
        char *fields = list_fields(object);
        rc = fail(
            ERR_USAGE,
            "%s: which field is the %s? Name it with --%s-field; the first object has: "
            "%s",
            name, layout->text_field ? "label" : "text",
            layout->text_field ? "label" : "text", fields);
        free(fields);
    }
    json_decref(object);

    if (!rc)
        layout->described = xasprintf("jsonl, label in \"%s\", text in \"%s\"",
                                      layout->label_field, layout->text_field);
    return rc;
}
