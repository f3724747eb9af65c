/* JSON Lines: an object a line. */
#include <stdlib.h>
#include <string.h>

#include "input/choose.h"
#include "input/json_text.h"
#include "input/part_column.h"
#include "input/records.h"

static bool looks_like(const struct beginning *beginning)
{
    return beginning->visible < beginning->n &&
           beginning->text[beginning->visible] == '{';
}

/* A value as a column's; "" for what is no string, number or truth. */
static char *value_text(const json_t *value)
{
    value = json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    if (!value || json_is_null(value) || json_is_object(value) || json_is_array(value))
        return xstrdup("");
    if (json_is_string(value))
        return xstrndup(json_string_value(value), json_string_length(value));
    return json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

/* A row of the sample: the values of the first object's keys; NULL: the keys. */
static int sample_object(struct sample *sample, json_t *first, const json_t *object)
{
    struct field fields[SAMPLE_COLUMNS];
    const char *key;
    json_t *value;
    int n = 0;
    json_object_foreach(first, key, value)
    {
        if (n == SAMPLE_COLUMNS)
            break;
        char *text = object ? value_text(json_object_get(object, key)) : xstrdup(key);
        fields[n++] = (struct field){text, strlen(text)};
    }

    int rc = sample_take(sample, &(struct delimited_row){fields, n, 1});
    for (int c = 0; c < n; c++)
        free((char *)(uintptr_t)fields[c].text);
    return rc;
}

/* The whole lines of the beginning as rows below the first object's keys. */
static void take_sample(const struct beginning *beginning, json_t *first,
                        struct sample *sample)
{
    const char *text = beginning->text, *end = text + beginning->n;
    int rc = sample_object(sample, first, NULL);
    while (text < end && !rc) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop && !beginning->whole)
            return;
        stop = stop ? stop : end;

        struct json_repairs repairs;
        json_error_t error;
        json_t *object =
            json_text_load(text, (size_t)(stop - text), false, &repairs, &error);
        if (json_is_object(object))
            rc = sample_object(sample, first, object);
        json_decref(object);
        text = stop + 1;
    }
}

/* An option's field need not stand in the first object. */
static const char *if_there(const json_t *first, const char *option)
{
    return option && json_object_get(first, option) ? option : NULL;
}

/* The field that says the part, but that of the texts or labels. */
static void find_part(const struct sample *sample, struct layout *layout)
{
    int c = part_column_find(sample, -1, -1);
    const char *name = c < 0 ? NULL : sample->columns[c].first;
    if (name && strcmp(name, layout->text_field) && strcmp(name, layout->label_field))
        layout->part_field = xstrdup(name);
}

static int find_fields(const struct beginning *beginning, json_t *first,
                       struct layout *layout)
{
    const struct records_options *options = beginning->options;
    bool needs_label = options->label_use == LABELS_REQUIRED;
    bool is_given = options->text_field && (options->label_field || !needs_label);
    struct choose_given given = {.name = beginning->name,
                                 .text = if_there(first, options->text_field),
                                 .label = if_there(first, options->label_field),
                                 .text_option = "text-field",
                                 .label_option = "label-field",
                                 .what = "fields",
                                 .has_names = true,
                                 .label_use = options->label_use};
    struct sample sample = {0};
    int text = -1, label = -1, rc = OK;

    take_sample(beginning, first, &sample);
    if (!is_given)
        rc = choose_columns(&given, &sample, &text, &label);
    layout->lacks_labels = rc && text >= 0 && label < 0;
    layout->names = choose_names(&sample);
    if (!rc) {
        layout->text_field = xstrdup(options->text_field ? options->text_field
                                                         : sample.columns[text].first);
        if (options->label_use != LABELS_UNUSED && (options->label_field || label >= 0))
            layout->label_field =
                xstrdup(options->label_field ? options->label_field
                                             : sample.columns[label].first);
    }
    if (!rc && needs_label)
        find_part(&sample, layout);
    sample_release(&sample);
    return rc;
}

static void describe(struct layout *layout)
{
    const char *part = layout->part_field;
    char *label = layout->label_field ? xasprintf("label in \"%s\"", layout->label_field)
                                      : xstrdup("no label");
    layout->described =
        xasprintf("jsonl, %s, text in \"%s\"%s%s%s", label, layout->text_field,
                  part ? ", part in \"" : "", part ? part : "", part ? "\"" : "");
    free(label);
}

/* Finds the fields by the first objects. */
static int lay_out(const struct beginning *beginning, struct layout *layout)
{
    struct json_repairs repairs;
    json_error_t error;
    json_t *first = json_text_load(beginning->text, beginning->n, true, &repairs, &error);
    int rc = OK;
    if (!json_is_object(first))
        rc = fail(ERR_FORMAT,
                  "%s: line %d, column %d: not a JSON object: %s; expected one object a "
                  "line",
                  beginning->name, error.line, error.column,
                  first ? "another value" : error.text);
    if (!rc)
        rc = find_fields(beginning, first, layout);
    json_decref(first);

    if (!rc)
        describe(layout);
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

/* The part that a row says; NULL: none. */
static const char *part_of(const struct layout *layout, const json_t *object)
{
    char *value = value_text(json_object_get(object, layout->part_field));
    const char *part = part_column_part(layout->part_field, value, strlen(value));
    free(value);
    return part;
}

/* The one label of a list of one, as tools for many labels write it. */
static const json_t *only_item(const json_t *label)
{
    return json_array_size(label) == 1 ? json_array_get(label, 0) : label;
}

/* `record` says where it stands. */
static int take_object(struct format_file *file, const json_t *object,
                       struct text_record record)
{
    const struct layout *layout = &file->layout;
    const json_t *text = json_object_get(object, layout->text_field);
    const json_t *label = layout->label_field
                              ? only_item(json_object_get(object, layout->label_field))
                              : NULL;
    const char *wrong = wrong_field(json_is_string(text), text, "is not a string");
    if (wrong)
        return format_bad_row(file, record.line, "rows without a text",
                              ": field \"%s\" %s", layout->text_field, wrong);

    bool is_needed = file->label_use == LABELS_REQUIRED;
    wrong = wrong_field(is_label(label), label,
                        json_array_size(label) > 1
                            ? "is not a string or a number but several labels"
                            : "is not a string or a number");
    if (wrong && is_needed)
        return format_bad_row(file, record.line, "rows without a label",
                              ": field \"%s\" %s", layout->label_field, wrong);

    if (layout->part_field && !(record.part = part_of(layout, object)))
        return format_bad_row(file, record.line, "rows that say no part",
                              ": field \"%s\" is no part, as train or test are",
                              layout->part_field);

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
    struct json_repairs repairs;
    json_error_t error;
    json_t *object =
        json_text_load(row->fields[0].text, row->fields[0].n, false, &repairs, &error);
    struct text_record record = {
        .line = row->line, .n_bad = repairs.n_bad, .first_bad = repairs.first_bad};

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
