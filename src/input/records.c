#include "input/records_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "input/delimited.h"

#include "text/text.h"

const char *const format_names[] = {"auto",  "folders",  "csv",   "tsv",
                                    "jsonl", "fasttext", "lines", NULL};

enum { HEAD_BYTES = 256 << 10 }; /* what the layout is found from */

struct records {
    const struct records_options *options; /* borrowed, as are the names */
    const char *name, *class_name;
    records_sink *sink;
    void *context;
    char *head; /* the beginning, until the layout is known */
    size_t n_head, head_room;
    bool knows_layout;
    struct layout layout;
    struct delimited *rows;
    int64_t n_rows;
};

struct records *records_new(const struct records_options *options, const char *name,
                            const char *class_name, records_sink *sink, void *context)
{
    struct records *records = xcalloc(1, sizeof *records);
    *records = (struct records){.options = options,
                                .name = name,
                                .class_name = class_name,
                                .sink = sink,
                                .context = context};
    return records;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    delimited_free(records->rows);
    layout_release(&records->layout);
    free(records->head);
    free(records);
}

const char *records_layout(const struct records *records)
{
    return records->layout.described ? records->layout.described : "";
}

/* One row of each format. */

static int take_columns(const struct records *records, const struct delimited_row *row)
{
    const struct layout *layout = &records->layout;
    if (row->n_fields != layout->n_columns)
        return fail(
            ERR_FORMAT,
            "%s: line %lld: %d fields, expected %d as in the first row; is there a "
            "\"%s\" or a line's end outside quotes? (--quoting, --separator)",
            records->name, (long long)row->line, row->n_fields, layout->n_columns,
            layout->separator);
    const struct field *text = &row->fields[layout->text];
    const struct field *label = &row->fields[layout->label];
    struct record record = {.label = label->text,
                            .n_label = label->n,
                            .text = text->text,
                            .n_text = text->n,
                            .line = row->line};
    return records->sink(records->context, &record);
}

/* "label<sep>text" */
static int take_line(const struct records *records, const struct delimited_row *row)
{
    const char *line = row->fields[0].text, *separator = records->layout.separator;
    size_t n = row->fields[0].n, n_separator = strlen(separator), at = 0;
    while (at + n_separator <= n && memcmp(line + at, separator, n_separator))
        at++;
    if (at + n_separator > n || at == 0)
        return fail(ERR_FORMAT, "%s: line %lld: %s; expected LABEL%sTEXT", records->name,
                    (long long)row->line, at ? "no separator" : "no label", separator);
    struct record record = {.label = line,
                            .n_label = at,
                            .text = line + at + n_separator,
                            .n_text = n - at - n_separator,
                            .line = row->line};
    return records->sink(records->context, &record);
}

/* "__label__x text" */
static int take_fasttext(const struct records *records, const struct delimited_row *row)
{
    static const char mark[] = "__label__";
    const size_t n_mark = sizeof mark - 1;
    const char *line = row->fields[0].text;
    size_t n = row->fields[0].n, end = n_mark;
    while (end < n && line[end] != ' ' && line[end] != '\t')
        end++;
    if (n <= n_mark || memcmp(line, mark, n_mark) || end == n_mark)
        return fail(ERR_FORMAT, "%s: line %lld: expected __label__NAME TEXT",
                    records->name, (long long)row->line);
    size_t start = end < n ? end + 1 : n;
    if (n - start > n_mark && !memcmp(line + start, mark, n_mark))
        return fail(
            ERR_FORMAT,
            "%s: line %lld, column %zu: a second label; a classifier of one class "
            "a text needs one",
            records->name, (long long)row->line, start + 1);
    struct record record = {.label = line + n_mark,
                            .n_label = end - n_mark,
                            .text = line + start,
                            .n_text = n - start,
                            .line = row->line};
    return records->sink(records->context, &record);
}

static int report_field(const struct records *records, int64_t line, const char *field,
                        const char *what)
{
    return fail(ERR_FORMAT, "%s: line %lld: field \"%s\" %s", records->name,
                (long long)line, field, what);
}

/* `record` says where it stands. */
static int take_object(const struct records *records, const json_t *object,
                       struct record record)
{
    int64_t line = record.line;
    const struct layout *layout = &records->layout;
    const json_t *text = json_object_get(object, layout->text_field);
    const json_t *label = json_object_get(object, layout->label_field);
    if (!json_is_string(text))
        return report_field(records, line, layout->text_field,
                            text ? "is not a string" : "is missing");
    if (!label || json_is_object(label) || json_is_array(label) || json_is_null(label))
        return report_field(records, line, layout->label_field,
                            label ? "is not a string or a number" : "is missing");
    char *shown = json_is_string(label)
                      ? xstrdup(json_string_value(label))
                      : json_dumps(label, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    record.label = shown;
    record.n_label = strlen(shown);
    record.text = json_string_value(text);
    record.n_text = json_string_length(text);
    int rc = records->sink(records->context, &record);
    free(shown);
    return rc;
}

static int take_json(const struct records *records, const struct delimited_row *row)
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
                 records->name, (long long)row->line, error.column, error.text);
    else if (!json_is_object(object))
        rc = fail(ERR_FORMAT, "%s: line %lld: expected one JSON object a line",
                  records->name, (long long)row->line);
    else
        rc = take_object(records, object, record);
    json_decref(object);
    return rc;
}

static int take_row(void *given, const struct delimited_row *row)
{
    struct records *records = given;
    if (records->class_name) {
        struct record record = {.label = records->class_name,
                                .n_label = strlen(records->class_name),
                                .text = row->fields[0].text,
                                .n_text = row->fields[0].n,
                                .line = row->line};
        return records->sink(records->context, &record);
    }
    if (records->n_rows++ == 0 && records->layout.header)
        return OK;
    switch (records->layout.format) {
    case FORMAT_JSONL:
        return take_json(records, row);
    case FORMAT_FASTTEXT:
        return take_fasttext(records, row);
    case FORMAT_LINES:
        return take_line(records, row);
    default:
        return take_columns(records, row);
    }
}

/* Pieces. */

static int start(struct records *records, bool whole)
{
    int rc = OK;
    records->knows_layout = true;
    if (records->class_name)
        records->layout.described = xstrdup("a text a line");
    else
        rc = sniff_layout(records->options, records->name, records->head, records->n_head,
                          whole, &records->layout);
    if (rc)
        return rc;
    bool delimited =
        records->layout.format == FORMAT_CSV || records->layout.format == FORMAT_TSV;
    records->rows =
        delimited_new(records->name, delimited ? *records->layout.separator : '\0',
                      delimited && records->layout.quoted, take_row, records);
    return OK;
}

int records_feed(struct records *records, const char *text, size_t n, bool last)
{
    if (records->knows_layout)
        return delimited_feed(records->rows, text, n, last);
    if (records->head_room - records->n_head < n) {
        records->head_room = records->n_head + n + HEAD_BYTES;
        records->head = xrealloc(records->head, records->head_room, 1);
    }
    if (n)
        memcpy(records->head + records->n_head, text, n);
    records->n_head += n;
    if (records->n_head < HEAD_BYTES && !last)
        return OK;
    int rc = records->n_head ? start(records, last) : OK;
    if (!rc && records->rows)
        rc = delimited_feed(records->rows, records->head, records->n_head, last);
    free(records->head);
    records->head = NULL;
    return rc;
}
