/* Delimited text: csv and tsv. */
#include <string.h>

#include "input/columns.h"
#include "input/multi_labels.h"
#include "input/part_column.h"
#include "input/records.h"

/* The first of the separators that gives every row the same fields; '\0': none does. */
static char even_separator(const struct beginning *beginning, const char *separators,
                           bool quoted)
{
    while (*separators && !sample_is_even_by(beginning, *separators, quoted))
        separators++;
    return *separators;
}

static int lay_out(const struct beginning *beginning, const char *separator,
                   struct layout *layout)
{
    layout_set_separator(layout, separator);
    if (strlen(layout->separator) != 1)
        return fail(ERR_USAGE,
                    "--separator %s: %s has a separator of one byte; --format lines "
                    "takes a longer one",
                    layout->separator, format_names[layout->format]);
    return columns_lay_out(beginning, layout);
}

static void take_text(struct format_file *file, const struct delimited_row *row,
                      struct text_record *record)
{
    const struct layout *layout = &file->layout;
    const struct field *text = &row->fields[layout->text];
    format_begin_row(file);
    for (int i = 0; i < layout->texts.n; i++) {
        text = &row->fields[layout->texts.columns[i]];
        format_add_text(file, text->text, text->n);
    }

    record->text = layout->texts.n ? file->text : text->text;
    record->n_text = layout->texts.n ? file->n_text : text->n;
}

/* Which of the columns of one label each holds no truth; -1: none. */
static int take_labels(struct format_file *file, const struct delimited_row *row,
                       struct text_record *record)
{
    const struct layout *layout = &file->layout;
    const struct field *label = layout->label < 0 ? NULL : &row->fields[layout->label];
    record->labels = layout->multi_label ? &file->labels : NULL;
    if (label && layout->multi_label) {
        multi_labels_take(&file->labels, label->text, label->n, file->label_separator);
    } else if (label) {
        record->label = label->text;
        record->n_label = label->n;
    }

    for (int i = 0; i < layout->labels.n; i++) {
        const struct field *field = &row->fields[layout->labels.columns[i]];
        const char *name = layout->labels.names[i];
        int truth = multi_labels_truth(field->text, field->n);
        if (truth < 0)
            return i;
        if (truth)
            multi_labels_add(&file->labels, name, strlen(name));
    }
    return -1;
}

static int take(struct format_file *file, const struct delimited_row *row)
{
    const struct layout *layout = &file->layout;
    if (row->n_fields != layout->n_columns)
        return format_bad_row(
            file, row->line, "rows of another number of fields",
            ": %d fields, expected %d as in the first row; is there a \"%s\" or a line's "
            "end outside quotes? (--quoting, --separator)",
            row->n_fields, layout->n_columns, layout->separator);

    struct text_record record = {.line = row->line};
    take_text(file, row, &record);
    int odd = take_labels(file, row, &record);
    if (odd >= 0)
        return format_bad_row(file, row->line,
                              "rows with another value than 0 or 1 for a label",
                              ": \"%.*s\" in column %d (%s), expected 1 or 0: whether "
                              "the text has the label",
                              (int)row->fields[layout->labels.columns[odd]].n,
                              row->fields[layout->labels.columns[odd]].text,
                              layout->labels.columns[odd] + 1, layout->labels.names[odd]);
    if (layout->part_field) {
        const struct field *part = &row->fields[layout->part];
        record.part = part_column_part(layout->part_field, part->text, part->n);
        if (!record.part)
            return format_bad_row(file, row->line, "rows that say no part",
                                  ": \"%.*s\" in column \"%s\" is no part, as train or "
                                  "test are",
                                  (int)part->n, part->text, layout->part_field);
    }
    return file->sink(file->context, &record);
}

static const char csv_separators[] = ",;|";

/* By its name too: reading says what is wrong with it. Where texts need no label any line
 * may be one: only names make a table of it. */
static bool is_table(const struct format_ops *format, const struct beginning *beginning,
                     const char *separators, bool quoted)
{
    if (format_is_named(format, beginning->name, strlen(beginning->name)))
        return true;
    return beginning->options->label_use == LABELS_REQUIRED
               ? even_separator(beginning, separators, quoted) != '\0'
               : columns_name_texts(beginning, separators);
}

static bool csv_splits_at(const char *separator)
{
    return strlen(separator) == 1;
}

static bool csv_looks_like(const struct beginning *beginning)
{
    return is_table(&csv_format, beginning, csv_separators,
                    beginning->options->quoting != CHOICE_NO);
}

/* Tabs make a tsv of what is not said to be csv. */
static int csv_lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    if (options->separator)
        return lay_out(beginning, options->separator, layout);

    bool is_given = options->format == FORMAT_CSV;
    char found = even_separator(beginning, is_given ? ",;\t" : csv_separators,
                                options->quoting != CHOICE_NO);
    return lay_out(beginning, (char[]){found ? found : ',', '\0'}, layout);
}

const struct format_ops csv_format = {
    .suffixes = (const char *const[]){".csv", NULL},
    .sign = SIGN_FIELDS,
    .sign_shown = "separator that gives every row the same fields",
    .has_rows = true,
    .looks_like = csv_looks_like,
    .splits_at = csv_splits_at,
    .lay_out = csv_lay_out,
    .take = take,
};

static bool tsv_looks_like(const struct beginning *beginning)
{
    return is_table(&tsv_format, beginning, "\t",
                    beginning->options->quoting == CHOICE_YES);
}

static int tsv_lay_out(const struct beginning *beginning, struct layout *layout)
{
    const char *separator = beginning->options->separator;
    return lay_out(beginning, separator ? separator : "\t", layout);
}

const struct format_ops tsv_format = {
    .suffixes = (const char *const[]){".tsv", ".tab", NULL},
    .sign = SIGN_TABS,
    .has_rows = true,
    .looks_like = tsv_looks_like,
    .lay_out = tsv_lay_out,
    .take = take,
};
