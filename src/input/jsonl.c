/* JSON Lines: an object a line. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "input/delimited.h"
#include "input/records.h"

#include "text/text.h"

static bool looks_like(const struct beginning *beginning)
{
    return beginning->visible < beginning->n &&
           beginning->text[beginning->visible] == '{';
}

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

/* Finds the fields in the first object. */
static int lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    const char *name = beginning->name, *head = beginning->text;
    json_error_t error;
    char *clean = NULL;
    size_t n = beginning->n, first_bad = 0;
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
                                             : known_field(object, format_text_names);
    layout->label_field = options->label_field ? xstrdup(options->label_field)
                                               : known_field(object, format_label_names);

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

static int report_field(const struct format_file *file, int64_t line, const char *field,
                        const char *what)
{
    return fail(ERR_FORMAT, "%s: line %lld: field \"%s\" %s", file->name, (long long)line,
                field, what);
}

/* `record` says where it stands. */
static int take_object(const struct format_file *file, const json_t *object,
                       struct record record)
{
    const struct layout *layout = &file->layout;
    int64_t line = record.line;
    const json_t *text = json_object_get(object, layout->text_field);
    const json_t *label = json_object_get(object, layout->label_field);
    if (!json_is_string(text))
        return report_field(file, line, layout->text_field,
                            text ? "is not a string" : "is missing");
    if (!label || json_is_object(label) || json_is_array(label) || json_is_null(label))
        return report_field(file, line, layout->label_field,
                            label ? "is not a string or a number" : "is missing");

    char *shown = json_is_string(label)
                      ? xstrdup(json_string_value(label))
                      : json_dumps(label, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    record.label = shown;
    record.n_label = strlen(shown);
    record.text = json_string_value(text);
    record.n_text = json_string_length(text);
    int rc = file->sink(file->context, &record);
    free(shown);
    return rc;
}

static int take(struct format_file *file, const struct delimited_row *row)
{
    const char *text = row->fields[0].text;
    size_t n = row->fields[0].n;
    struct record record = {.line = row->line};
    char *clean = NULL;
    json_error_t error;
    record.n_bad = text_repair_utf8(text, n, &clean, &n, &record.first_bad);

    json_t *object = json_loadb(clean ? clean : text, n, JSON_ALLOW_NUL, &error);
    free(clean);

    int rc;
    if (!object)
        rc =
            fail(ERR_FORMAT,
                 "%s: line %lld, column %d: not a JSON object: %s; expected one object a "
                 "line",
                 file->name, (long long)row->line, error.column, error.text);
    else if (!json_is_object(object))
        rc = fail(ERR_FORMAT, "%s: line %lld: expected one JSON object a line",
                  file->name, (long long)row->line);
    else
        rc = take_object(file, object, record);
    json_decref(object);
    return rc;
}

static void release(struct layout *layout)
{
    free(layout->text_field);
    free(layout->label_field);
}

const struct format_ops jsonl_format = {
    .suffixes = (const char *const[]){".jsonl", ".ndjson", NULL},
    .sign = SIGN_MARK,
    .sign_shown = "JSON Lines",
    .looks_like = looks_like,
    .lay_out = lay_out,
    .take = take,
    .release = release,
};
