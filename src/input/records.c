#include "input/records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/delimited.h"
#include "input/sniff.h"

enum { HEAD_BYTES = 256 << 10 }; /* what the layout is found from */

struct records {
    const struct records_options *options; /* borrowed, as are the names */
    const char *class_name;
    char *head; /* the beginning, until the layout is known */
    size_t n_head, head_room;
    bool knows_layout;
    struct format_file file;
    struct delimited *rows;
    int64_t n_rows;
};

struct records *records_new(const struct records_options *options, const char *name,
                            const char *class_name, records_sink *sink, void *context)
{
    struct records *records = xcalloc(1, sizeof *records);
    *records = (struct records){.options = options,
                                .class_name = class_name,
                                .file = {.name = name, .sink = sink, .context = context}};
    return records;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    delimited_free(records->rows);
    layout_release(&records->file.layout);
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

/* A line of a file of one class. */
static int take_line(void *given, const struct delimited_row *row)
{
    struct records *records = given;
    struct record record = {.label = records->class_name,
                            .n_label = strlen(records->class_name),
                            .text = row->fields[0].text,
                            .n_text = row->fields[0].n,
                            .line = row->line};
    return records->file.sink(records->file.context, &record);
}

static int take_row(void *given, const struct delimited_row *row)
{
    struct records *records = given;
    struct format_file *file = &records->file;
    if (records->n_rows++ == 0 && file->layout.header)
        return OK;
    return formats[file->layout.format]->take(file, row);
}

static int start(struct records *records, bool whole)
{
    const char *name = records->file.name;
    struct layout *layout = &records->file.layout;
    records->knows_layout = true;
    if (records->class_name) {
        layout->described = xstrdup("a text a line");
        records->rows = delimited_new(name, '\0', false, take_line, records);
        return OK;
    }

    int rc = sniff_layout(records->options, name, records->head, records->n_head, whole,
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
