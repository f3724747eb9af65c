/* JSON Lines: an object a line. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "input/column_names.h"
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
                                             : known_field(object, column_text_names);
    if (options->label_use != LABELS_UNUSED)
        layout->label_field = options->label_field
                                  ? xstrdup(options->label_field)
                                  : known_field(object, column_label_names);

    int rc = OK;
    bool needs_label = options->label_use == LABELS_REQUIRED;
    if (!layout->text_field || (needs_label && !layout->label_field)) {
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
        layout->described =
            layout->label_field
                ? xasprintf("jsonl, label in \"%s\", text in \"%s\"", layout->label_field,
                            layout->text_field)
                : xasprintf("jsonl, no label, text in \"%s\"", layout->text_field);
    return rc;
}

static bool is_label(const json_t *value)
{
    return value && !json_is_object(value) && !json_is_array(value) &&
           !json_is_null(value);
}

/* What is wrong with a field; NULL: nothing. */
static const char *wrong_field(bool is_good, const json_t *value, const char *expected)
{
    return is_good               ? NULL
           : !value              ? "is missing"
           : json_is_null(value) ? "is null"
                                 : expected;
}

/* `record` says where it stands. */
static int take_object(struct format_file *file, const json_t *object,
                       struct text_record record)
{
    const struct layout *layout = &file->layout;
    const json_t *text = json_object_get(object, layout->text_field);
    const json_t *label =
        layout->label_field ? json_object_get(object, layout->label_field) : NULL;
    const char *wrong = wrong_field(json_is_string(text), text, "is not a string");
    if (wrong)
        return format_bad_row(file, record.line, "rows without a text",
                              ": field \"%s\" %s", layout->text_field, wrong);

    bool is_needed = file->label_use == LABELS_REQUIRED;
    wrong = wrong_field(is_label(label), label, "is not a string or a number");
    if (wrong && is_needed)
        return format_bad_row(file, record.line, "rows without a label",
                              ": field \"%s\" %s", layout->label_field, wrong);

    char *shown = wrong ? NULL
                  : json_is_string(label)
                      ? xstrdup(json_string_value(label))
                      : json_dumps(label, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    record.label = shown;
    record.n_label = shown ? strlen(shown) : 0;
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
    struct text_record record = {.line = row->line};
    char *clean = NULL;
    json_error_t error;
    record.n_bad = text_repair_utf8(text, n, &clean, &n, &record.first_bad);

    json_t *object = json_loadb(clean ? clean : text, n, JSON_ALLOW_NUL, &error);
    free(clean);

    int rc;
    if (!object)
        rc = format_bad_row(
            file, row->line, "rows that are no JSON object",
            ", column %d: not a JSON object: %s; expected one object a line",
            error.column, error.text);
    else if (!json_is_object(object))
        rc = format_bad_row(file, row->line, "rows that are no JSON object",
                            ": expected one JSON object a line");
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
