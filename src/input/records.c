#include "input/records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/container.h"
#include "input/left_out.h"
#include "input/sniff.h"

#include "text/text.h"

enum { HEAD_BYTES = 256 << 10 }; /* what the layout is found from */

struct records {
    const struct records_options *options; /* borrowed, as are the names */
    const char *class_name;
    char *head; /* the beginning, until the layout is known */
    size_t n_head, head_room;
    bool knows_layout;
    struct format_file file;
    struct delimited *rows;
    const struct delimited_row *row; /* the present one */
    int64_t n_rows;
    struct field *names; /* the header's; owned */
    int n_names;
    struct left_out left_out;
    records_sink *sink;
    void *context;
};

const char *const records_bad_rows_names[] = {
    [BAD_ROWS_REFUSE] = "refuse", [BAD_ROWS_SKIP] = "skip", NULL};

void records_free(struct records *records)
{
    if (!records)
        return;
    delimited_free(records->rows);
    layout_release(&records->file.layout);
    left_out_release(&records->left_out);
    for (int i = 0; i < records->n_names; i++)
        free((char *)(uintptr_t)records->names[i].text);
    free(records->names);
    free(records->head);
    free(records);
}

bool records_named(const char *name)
{
    static const char *const packed[] = {".gz", ".bz2", ".xz", ".zst"};
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT_OF(packed); i++) {
        size_t n_end = strlen(packed[i]);
        if (n >= n_end && !strcasecmp(name + n - n_end, packed[i])) {
            n -= n_end;
            break;
        }
    }

    for (int format = FORMAT_FIRST; format < FORMATS; format++)
        if (format_is_named(formats[format], name, n))
            return true;
    return false;
}

const char *records_layout(const struct records *records)
{
    const char *described = records->file.layout.described;
    return described ? described : "";
}

const struct field *records_header(const struct records *records, int *n)
{
    *n = records->n_names;
    return records->names;
}

struct left_out *records_left_out(struct records *records)
{
    return &records->left_out;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Blanks around a label do not count. */
static void trim_label(struct text_record *record)
{
    for (; record->n_label > 0 && is_blank(*record->label); record->n_label--)
        record->label++;
    while (record->n_label > 0 && is_blank(record->label[record->n_label - 1]))
        record->n_label--;
}

/* Without a NUL, and UTF-8. */
static bool is_name(const char *label, size_t n)
{
    char *copy = xstrndup(label, n);
    bool is = strlen(copy) == n && text_is_utf8(copy);
    free(copy);
    return is;
}

/* What the format made of the present row. */
static int take_record(void *given, const struct text_record *taken)
{
    struct records *records = given;
    struct format_file *file = &records->file;
    struct text_record record = *taken;
    const struct delimited_row *row = records->row;
    bool has_fields = file->layout.n_columns > 0;
    trim_label(&record);

    if (record.n_label == 0 && records->options->label_use == LABELS_REQUIRED)
        return format_bad_row(file, record.line, "rows without a label",
                              ": the label is empty; expected the name of a class");
    if (record.n_label == 0)
        record.label = NULL;
    else if (!is_name(record.label, record.n_label))
        return fail(ERR_FORMAT,
                    "%s: line %lld: the label is not valid UTF-8; expected the name of a "
                    "class (--encoding says what the file is in)",
                    file->name, (long long)record.line);

    record.is_first = records->n_rows == 1;
    record.fields = has_fields ? row->fields : NULL;
    record.n_fields = has_fields ? row->n_fields : 0;
    record.row = has_fields ? NULL : row->fields->text;
    record.n_row = has_fields ? 0 : row->fields->n;
    return records->sink(records->context, &record);
}

/* A line of a file of one class. */
static int take_line(struct records *records, const struct delimited_row *row)
{
    return take_record(records,
                       &(struct text_record){.label = records->class_name,
                                             .n_label = strlen(records->class_name),
                                             .text = row->fields[0].text,
                                             .n_text = row->fields[0].n,
                                             .line = row->line});
}

static void keep_header(struct records *records, const struct delimited_row *row)
{
    records->n_names = row->n_fields;
    records->names = xcalloc((size_t)row->n_fields, sizeof *records->names);
    for (int i = 0; i < row->n_fields; i++) {
        const struct field *field = &row->fields[i];
        records->names[i] = (struct field){xstrndup(field->text, field->n), field->n};
    }
}

static bool is_header(const struct records *records, const struct delimited_row *row)
{
    if (!records->n_names || row->n_fields != records->n_names)
        return false;
    for (int i = 0; i < row->n_fields; i++)
        if (row->fields[i].n != records->names[i].n ||
            memcmp(row->fields[i].text, records->names[i].text, row->fields[i].n))
            return false;
    return true;
}

/* As spreadsheets write below the last row: separators alone. */
static bool is_empty(const struct delimited_row *row)
{
    for (int i = 0; i < row->n_fields; i++)
        if (row->fields[i].n)
            return false;
    return true;
}

static int pass_over(struct records *records, int64_t line, const char *what)
{
    left_out_add(&records->left_out, what,
                 xasprintf("%s: line %lld", records->file.name, (long long)line));
    return OK;
}

static int take_row(void *given, const struct delimited_row *row)
{
    struct records *records = given;
    struct format_file *file = &records->file;
    records->row = row;
    if (records->class_name)
        return take_line(records, row);

    if (records->n_rows++ == 0 && file->layout.header) {
        keep_header(records, row);
        return OK;
    }
    if (is_header(records, row))
        return pass_over(records, row->line, "rows that repeat the header");
    if (file->layout.n_columns > 0 && is_empty(row))
        return pass_over(records, row->line, "rows of empty fields");
    return formats[file->layout.format]->take(file, row);
}

struct records *records_new(const struct records_options *options, const char *name,
                            const char *class_name, records_sink *sink, void *context)
{
    struct records *records = xcalloc(1, sizeof *records);
    *records =
        (struct records){.options = options,
                         .class_name = class_name,
                         .file = {.name = name,
                                  .sink = take_record,
                                  .context = records,
                                  .label_use = options->label_use,
                                  .skips_bad_rows = options->on_bad_row == BAD_ROWS_SKIP,
                                  .left_out = &records->left_out},
                         .sink = sink,
                         .context = context};
    return records;
}

static int start(struct records *records, bool whole)
{
    const char *name = records->file.name;
    struct layout *layout = &records->file.layout;
    int rc = container_check(name, records->head, records->n_head);
    records->knows_layout = true;
    if (rc)
        return rc;
    if (records->class_name) {
        layout->described = xstrdup("a text a line");
        records->rows = delimited_new(name, '\0', false, take_row, records);
        return OK;
    }

    rc = sniff_layout(records->options, name, records->head, records->n_head, whole,
                      layout);
    if (rc)
        return rc;
    bool has_fields = layout->n_columns > 0;
    records->rows = delimited_new(name, has_fields ? *layout->separator : '\0',
                                  layout->quoted, take_row, records);
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
