/* JSON Lines: an object a line. */
#include <stdlib.h>
#include <string.h>

#include "input/choose_list.h"
#include "input/json_labels.h"
#include "input/json_path.h"
#include "input/json_text.h"
#include "input/multi_labels.h"
#include "input/json_fields.h"
#include "input/part_column.h"
#include "input/records.h"

static bool looks_like(const struct beginning *beginning)
{
    return beginning->visible < beginning->n &&
           beginning->text[beginning->visible] == '{';
}

static void describe(struct layout *layout)
{
    const char *part = layout->part_field;
    char *labels = choose_show_list(&layout->labels, ", ");
    char *texts = layout->texts.n ? choose_show_list(&layout->texts, "\", \"")
                                  : xstrdup(layout->text_field);
    char *label = layout->labels.n ? xasprintf("labels in %s", labels)
                  : !layout->label_field
                      ? xstrdup("no label")
                      : xasprintf("label%s in \"%s\"", layout->multi_label ? "s" : "",
                                  layout->label_field);

    layout->described =
        xasprintf("jsonl, %s, text in \"%s\"%s%s%s", label, texts,
                  part ? ", part in \"" : "", part ? part : "", part ? "\"" : "");
    free(labels);
    free(texts);
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
        rc = json_fields_find(beginning, first, layout);
    json_decref(first);

    if (!rc)
        describe(layout);
    return rc;
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
    char *value = json_field_text(json_object_get(object, layout->part_field));
    const char *part = part_column_part(layout->part_field, value, strlen(value));
    free(value);
    return part;
}

/* What is wrong with a row, for format_bad_row; `what` NULL: nothing. */
struct wrong {
    const char *what, *field, *why;
};

/* Of several fields some may be missing or null, as a title is. */
static struct wrong take_texts(struct format_file *file, json_t *object)
{
    const struct layout_list *texts = &file->layout.texts;
    struct wrong wrong = {"rows without a text", texts->n ? texts->names[0] : NULL,
                          "is missing, and so are the others"};
    for (int i = 0; i < texts->n; i++) {
        json_t *text = json_path_get(object, texts->names[i]);
        bool is_text = json_is_string(text), is_none = !text || json_is_null(text);
        if (is_text)
            format_add_text(file, json_string_value(text), json_string_length(text));
        json_decref(text);
        if (!is_text && !is_none)
            return (struct wrong){"rows without a text", texts->names[i],
                                  "is not a string"};
        if (is_text)
            wrong.what = NULL;
    }
    return wrong;
}

static struct wrong take_text(struct format_file *file, json_t *object)
{
    const char *field = file->layout.text_field;
    if (file->layout.texts.n)
        return take_texts(file, object);

    json_t *text = json_path_get(object, field);
    const char *why = wrong_field(json_is_string(text), text, "is not a string");
    if (!why)
        format_add_text(file, json_string_value(text), json_string_length(text));
    json_decref(text);
    return (struct wrong){why ? "rows without a text" : NULL, field, why};
}

/* The fields of one label each. */
static struct wrong take_label_fields(struct format_file *file, json_t *object)
{
    const struct layout_list *fields = &file->layout.labels;
    for (int i = 0; i < fields->n; i++) {
        json_t *value = json_path_get(object, fields->names[i]);
        int truth = json_label_truth(value);
        json_decref(value);
        if (truth < 0)
            return (struct wrong){"rows with another value than 0 or 1 for a label",
                                  fields->names[i],
                                  "is not 1 or 0: whether the text has the label"};
        if (truth)
            multi_labels_add(&file->labels, fields->names[i], strlen(fields->names[i]));
    }
    return (struct wrong){0};
}

/* The one label, of a list of one too, as tools for many labels write it; the caller's to
 * free. */
static char *take_label(const struct format_file *file, const json_t *value,
                        struct wrong *wrong)
{
    const json_t *label = json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    char *text = json_label_text(label);
    const char *why = wrong_field(text, label,
                                  json_array_size(label) > 1
                                      ? "is not a string or a number but several labels "
                                        "(--multi-label on)"
                                      : "is not a string or a number");
    if (why && file->label_use == LABELS_REQUIRED)
        *wrong = (struct wrong){"rows without a label", file->layout.label_field, why};
    return text;
}

static struct wrong take_labels(struct format_file *file, json_t *object,
                                struct text_record *record, char **label)
{
    const struct layout *layout = &file->layout;
    struct wrong wrong = {0};
    record->labels = layout->multi_label ? &file->labels : NULL;
    if (layout->labels.n)
        return take_label_fields(file, object);

    json_t *value =
        layout->label_field ? json_path_get(object, layout->label_field) : NULL;
    if (layout->multi_label) {
        const char *why = json_labels_take(value, file->label_separator, &file->labels);
        if (why)
            wrong = (struct wrong){"rows without a label", layout->label_field, why};
    } else {
        *label = take_label(file, value, &wrong);
    }
    json_decref(value);
    return wrong;
}

/* `record` says where it stands. */
static int take_object(struct format_file *file, json_t *object,
                       struct text_record record)
{
    const struct layout *layout = &file->layout;
    char *label = NULL;
    format_begin_row(file);
    struct wrong wrong = take_text(file, object);
    if (!wrong.what)
        wrong = take_labels(file, object, &record, &label);
    if (!wrong.what && layout->part_field && !(record.part = part_of(layout, object)))
        wrong = (struct wrong){"rows that say no part", layout->part_field,
                               "is no part, as train or test are"};
    if (wrong.what) {
        free(label);
        return format_bad_row(file, record.line, wrong.what, ": field \"%s\" %s",
                              wrong.field, wrong.why);
    }

    record.label = label;
    record.n_label = label ? strlen(label) : 0;
    record.text = file->text ? file->text : "";
    record.n_text = file->n_text;
    int rc = file->sink(file->context, &record);
    free(label);
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
