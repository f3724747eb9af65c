#include "input/records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/block.h"
#include "input/columns.h"
#include "input/container.h"
#include "input/decode_guess.h"
#include "input/json_document.h"
#include "input/left_out.h"
#include "input/sniff.h"

#include "text/text.h"

/* What the layout is found from; more where the first rows are longer. */
enum { HEAD_BYTES = 256 << 10, MOST_HEAD_BYTES = 65 << 20 };

struct records {
    struct records_options options; /* its strings are borrowed, as is: */
    const char *class_name;
    char separator[2]; /* that the file names itself */
    char *head;        /* the beginning, until the layout is known */
    size_t n_head, head_room, wanted;
    bool is_document; /* all is kept until it ends */
    struct json_document document;
    bool knows_layout;
    struct format_file file;
    struct delimited *rows;
    const struct delimited_row *row; /* the present one */
    int64_t n_rows;
    struct field *names; /* the header's; owned */
    int n_names;
    struct left_out left_out;
    char encoding[32]; /* that the beginning looks like; "": UTF-8 */
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
    format_release_file(&records->file);
    left_out_release(&records->left_out);
    json_document_release(&records->document);
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

const char *records_column_names(const struct records *records)
{
    return records->file.layout.names;
}

const struct layout_list *records_label_columns(const struct records *records)
{
    return &records->file.layout.labels;
}

bool records_lack_labels(const struct records *records)
{
    return records->file.layout.lacks_labels;
}

const struct field *records_header(const struct records *records, int *n)
{
    *n = records->n_names;
    return records->names;
}

const char *records_id_column(const struct records *records)
{
    return records->options.id_column;
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

/* A label that is met among the records and stood in the first row, which was taken for
 * names. */
static int check_header(const struct records *records, const struct text_record *record)
{
    const struct layout *layout = &records->file.layout;
    int c = layout->label;
    if (!records->n_names || layout->n_columns == 0 || c < 0 || record->labels ||
        records->options.header != CHOICE_AUTO ||
        records->names[c].n != record->n_label ||
        memcmp(records->names[c].text, record->label, record->n_label))
        return OK;
    return fail(
        ERR_FORMAT,
        "%s: line %lld: the label \"%s\" is also in the first row, which was taken "
        "for the columns' names: --header off if it is a record, on if it is not",
        records->file.name, (long long)record->line, records->names[c].text);
}

static int pass_over(struct records *records, int64_t line, const char *what)
{
    left_out_add(&records->left_out, what,
                 xasprintf("%s: line %lld", records->file.name, (long long)line));
    return OK;
}

static int refuse_label(struct records *records, int64_t line, const char *label,
                        size_t n)
{
    if (memchr(label, '\0', n))
        return fail(
            ERR_FORMAT,
            "%s: line %lld: the label holds a byte 0, as binary and damaged files "
            "do; expected the name of a class",
            records->file.name, (long long)line);
    if (!*records->encoding)
        decode_guess(label, n, 1, records->encoding);
    bool is_guessed = *records->encoding;
    return fail(
        ERR_FORMAT,
        "%s: line %lld: the label is not valid UTF-8; expected the name of a class "
        "(--encoding %s%s)",
        records->file.name, (long long)line, is_guessed ? records->encoding : "NAME",
        is_guessed ? " is what the file looks like" : " says what the file is in");
}

/* Whether a file of one class is a table, or objects, whose texts an option names. */
static bool has_table_of_class(const struct records *records)
{
    const struct records_options *options = &records->options;
    return records->class_name && (options->text_column || options->text_field);
}

/* Whether labels are names, each. */
static int check_labels(struct records *records, const struct text_record *record)
{
    const struct words *labels = record->labels;
    if (record->label && !is_name(record->label, record->n_label))
        return refuse_label(records, record->line, record->label, record->n_label);
    for (int32_t i = 0; labels && i < labels->n; i++)
        if (!is_name(words_text(labels, i), words_length(labels, i)))
            return refuse_label(records, record->line, words_text(labels, i),
                                words_length(labels, i));
    return check_header(records, record);
}

/* What the format made of the present row. */
static int take_record(void *given, const struct text_record *taken)
{
    struct records *records = given;
    struct format_file *file = &records->file;
    struct text_record record = *taken;
    const struct delimited_row *row = records->row;
    bool has_fields = file->layout.n_columns > 0;
    if (records->class_name) {
        record.label = records->class_name;
        record.n_label = strlen(records->class_name);
    }
    trim_label(&record);

    if (record.n_label == 0 && !record.labels &&
        records->options.label_use == LABELS_REQUIRED)
        return format_bad_row(file, record.line, "rows without a label",
                              ": the label is empty; expected the name of a class "
                              "(--multi-label on where texts may have none)");
    if (record.n_label == 0)
        record.label = NULL;

    int rc = check_labels(records, &record);
    if (rc)
        return rc;
    if (!record.part)
        record.part = json_document_part(&records->document, record.line);
    record.is_first = records->n_rows == 1 && !records->class_name;
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

static int take_row(void *given, const struct delimited_row *row)
{
    struct records *records = given;
    struct format_file *file = &records->file;
    records->row = row;
    if (records->n_rows++ == 0 && file->layout.header) {
        keep_header(records, row);
        return OK;
    }
    if (records->class_name && !has_table_of_class(records))
        return take_line(records, row);
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
        (struct records){.options = *options,
                         .class_name = class_name,
                         .wanted = HEAD_BYTES,
                         .file = {.name = name,
                                  .sink = take_record,
                                  .context = records,
                                  .label_use = options->label_use,
                                  .skips_bad_rows = options->on_bad_row == BAD_ROWS_SKIP,
                                  .label_separator = options->label_separator,
                                  .left_out = &records->left_out},
                         .sink = sink,
                         .context = context};
    return records;
}

/* A first line "sep=;", which spreadsheets write and honour: the bytes before its end. */
static size_t take_sep_line(struct records *records)
{
    static const char mark[] = "sep=";
    const char *head = records->head;
    struct records_options *options = &records->options;
    if ((records->class_name && !has_table_of_class(records)) || records->n_head < 6 ||
        strncasecmp(head, mark, 4) || (head[5] != '\n' && head[5] != '\r') ||
        options->format == FORMAT_LINES)
        return 0;

    records->separator[0] = head[4];
    if (!options->separator)
        options->separator = records->separator;
    if (options->format < FORMAT_FIRST)
        options->format = head[4] == '\t' ? FORMAT_TSV : FORMAT_CSV;
    return 5;
}

/* Whether the first line names columns, one of them as texts are called, and the others
 * have as many. */
static bool begins_table(const struct records *records, bool whole)
{
    const struct beginning beginning = {.options = &records->options,
                                        .name = records->file.name,
                                        .text = records->head,
                                        .n = records->n_head,
                                        .whole = whole};
    return records->options.format < FORMAT_FIRST &&
           columns_name_texts(&beginning, ",;\t|");
}

/* Rows and objects are no texts: which of their columns or fields is? */
static int check_lines(const struct records *records, bool whole)
{
    if (begins_table(records, whole))
        return fail(ERR_FORMAT,
                    "%s: the first line names columns, expected a text a line: "
                    "--text-column NAME names the column with the texts; --format lines "
                    "takes whole lines",
                    records->file.name);

    const char *head = records->head, *end = head + records->n_head;
    const char *stop = records->n_head ? memchr(head, '\n', records->n_head) : NULL;
    stop = stop ? stop : end;
    while (stop > head && (stop[-1] == '\r' || stop[-1] == ' '))
        stop--;
    if (stop - head < 4 || memcmp(head, "{\"", 2) || stop[-1] != '}')
        return OK;
    return fail(ERR_FORMAT,
                "%s: the lines are JSON, expected a text a line: --text-field NAME names "
                "the field with the texts",
                records->file.name);
}

/* Whether the beginning is enough: some lines, or as much as a document may have. */
static bool has_begun(const struct records *records)
{
    enum { FEW_LINES = 8 };
    int n_lines = 0;
    if (records->n_head < records->wanted)
        return false;
    for (size_t i = 0; i < records->n_head && n_lines < FEW_LINES; i++)
        n_lines += records->head[i] == '\n' || records->head[i] == '\r';
    return n_lines >= FEW_LINES || records->n_head >= MOST_HEAD_BYTES;
}

static int start(struct records *records, size_t at, bool whole)
{
    const char *name = records->file.name;
    struct layout *layout = &records->file.layout;
    int rc = container_check(name, records->head, records->n_head);
    records->knows_layout = true;
    if (rc)
        return rc;
    if (records->class_name && !has_table_of_class(records)) {
        rc = check_lines(records, whole);
        if (rc)
            return rc;
        layout->header = records->options.header == CHOICE_YES;
        layout->described =
            xstrdup(layout->header ? "a text a line behind the first" : "a text a line");
        records->rows =
            delimited_new(name, (struct delimited_form){0}, take_row, records);
        return OK;
    }

    if (records->class_name)
        records->options.label_use = records->file.label_use = LABELS_UNUSED;
    rc = sniff_layout(&records->options, name, records->head + at, records->n_head - at,
                      whole, layout);
    if (rc)
        return rc;
    struct delimited_form form = {.separator = *layout->separator,
                                  .quoted = layout->quoted,
                                  .skips_blanks = layout->skips_blanks,
                                  .has_escapes = layout->has_escapes};
    if (layout->n_columns == 0)
        form = (struct delimited_form){0};
    records->rows = delimited_new(name, form, take_row, records);
    return OK;
}

static void append_head(struct records *records, const char *text, size_t n)
{
    if (records->head_room - records->n_head < n) {
        records->head_room = 2 * records->n_head + n;
        records->head = xrealloc(records->head, records->head_room, 1);
    }
    if (n)
        memcpy(records->head + records->n_head, text, n);
    records->n_head += n;
}

static bool is_document(const struct records *records, bool last)
{
    enum format format = records->options.format;
    return (!records->class_name || has_table_of_class(records)) &&
           (format < FORMAT_FIRST || format == FORMAT_JSONL) &&
           json_document_is_one(records->head, records->n_head, last);
}

/* Puts an object a line in the place of the document. */
static int read_document(struct records *records)
{
    struct json_document *document = &records->document;
    int rc =
        json_document_read(records->file.name, records->head, records->n_head, document);
    if (rc)
        return rc;
    free(records->head);
    records->head = document->lines;
    records->n_head = document->n;
    document->lines = NULL;
    records->options.format = FORMAT_JSONL;
    return OK;
}

static void describe_document(struct records *records)
{
    struct layout *layout = &records->file.layout;
    char *described =
        xasprintf("json, %lld records%s", (long long)records->document.n_records,
                  layout->described + strlen(format_names[FORMAT_JSONL]));
    free(layout->described);
    layout->described = described;
}

static void describe_encoding(struct records *records)
{
    struct layout *layout = &records->file.layout;
    char *described = xasprintf("%s; it looks like %s (--encoding %s)", layout->described,
                                records->encoding, records->encoding);
    free(layout->described);
    layout->described = described;
}

/* Whether more of the file is needed before it is read. */
static bool waits(struct records *records, bool last)
{
    bool is_enough = last || has_begun(records);
    if (is_enough && !records->is_document)
        records->is_document = is_document(records, last);
    if (records->is_document)
        return !last && records->n_head <= JSON_DOCUMENT_MOST;
    if (!is_enough && records->n_head >= records->wanted)
        records->wanted = 2 * records->n_head;
    return !is_enough;
}

/* Reads what was kept, once it is enough. */
static int read_head(struct records *records, bool last)
{
    int rc = OK;
    if (records->is_document && !last)
        return fail(
            ERR_FORMAT,
            "%s: one JSON document of more than 256 MiB; `jq -c '.[]' %s | rnnprep "
            "--format jsonl -` reads an array",
            records->file.name, block_operand(records->file.name, "-"));
    if (records->is_document)
        rc = read_document(records);

    decode_guess(records->head, records->n_head, 3, records->encoding);
    size_t at = rc ? 0 : take_sep_line(records);
    if (!rc && records->n_head)
        rc = start(records, at, last);
    if (!rc && records->is_document)
        describe_document(records);
    if (!rc && *records->encoding)
        describe_encoding(records);
    if (!rc && records->rows)
        rc =
            delimited_feed(records->rows, records->head + at, records->n_head - at, last);
    free(records->head);
    records->head = NULL;
    return rc;
}

int records_feed(struct records *records, const char *text, size_t n, bool last)
{
    if (records->knows_layout)
        return delimited_feed(records->rows, text, n, last);
    append_head(records, text, n);
    return waits(records, last) ? OK : read_head(records, last);
}
