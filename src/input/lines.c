/* Lines that begin with their label: "label<separator>text". */
#include <string.h>

#include "input/label_lines.h"
#include "input/multi_labels.h"
#include "input/records.h"
#include "input/sample.h"

/* Where texts need no label every line is a text. */
static bool looks_like(const struct beginning *beginning)
{
    return beginning->options->label_use != LABELS_REQUIRED || label_lines_are(beginning);
}

static bool splits_at(const char *separator)
{
    (void)separator; /* any string */
    return true;
}

static int lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    const char *separator = options->separator;
    bool is_given = options->format == FORMAT_LINES;
    bool has_tabs = !separator && is_given && sample_is_even_by(beginning, '\t', false);

    if (!separator)
        separator = has_tabs ? "\t" : " ";
    layout_set_separator(layout, separator);
    layout->header = options->header == CHOICE_YES;
    const char *header = layout->header ? "first one left out, " : "";
    layout->has_labels =
        options->label_use == LABELS_REQUIRED ||
        (options->label_use == LABELS_OPTIONAL && options->separator && is_given);
    if (!layout->has_labels) {
        layout->described = xasprintf("lines, %sa text a line", header);
        return OK;
    }
    layout->multi_label = options->label_separator || options->multi_label == CHOICE_YES;
    layout->described = xasprintf("lines, %slabel%s up to the first %s", header,
                                  layout->multi_label ? "s" : "",
                                  format_shown_separator(layout->separator));
    return OK;
}

static int take(struct format_file *file, const struct delimited_row *row)
{
    const char *line = row->fields[0].text, *separator = file->layout.separator;
    size_t n = row->fields[0].n, n_separator = strlen(separator), at = 0;
    if (!file->layout.has_labels)
        return file->sink(
            file->context,
            &(struct text_record){.text = line, .n_text = n, .line = row->line});

    while (at + n_separator <= n && memcmp(line + at, separator, n_separator))
        at++;
    bool may_lack_label = file->layout.multi_label;
    if (at + n_separator > n || (at == 0 && !may_lack_label))
        return format_bad_row(file, row->line, "rows without a label",
                              ": %s; expected LABEL%sTEXT",
                              at ? "no separator" : "no label", separator);

    struct text_record record = {.label = line,
                                 .n_label = at,
                                 .text = line + at + n_separator,
                                 .n_text = n - at - n_separator,
                                 .line = row->line};
    if (may_lack_label) {
        format_begin_row(file);
        multi_labels_take(&file->labels, line, at, file->label_separator);
        record.labels = &file->labels;
        record.label = NULL;
        record.n_label = 0;
    }
    return file->sink(file->context, &record);
}

const struct format_ops lines_format = {
    .sign = SIGN_LABELS,
    .has_rows = true,
    .looks_like = looks_like,
    .splits_at = splits_at,
    .lay_out = lay_out,
    .take = take,
};
