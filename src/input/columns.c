#include "input/columns.h"

#include <stdlib.h>

#include "input/choose_list.h"
#include "input/column_names.h"
#include "input/header.h"
#include "input/part_column.h"
#include "input/records.h"

bool columns_name_texts(const struct beginning *beginning, const char *separators)
{
    bool found = false;
    for (; *separators && !found; separators++) {
        struct delimited_form form = {.separator = *separators,
                                      .quoted = *separators != '\t'};
        struct sample sample;
        bool is_even = !sample_read(beginning, form, &sample) && sample_is_even(&sample);
        for (int c = 0; is_even && c < sample_n_columns(&sample); c++) {
            int rank = column_name_rank(sample.columns[c].first, column_text_names);
            found |= rank >= 0 && rank < COLUMN_WHOLE_NAMES;
        }
        sample_release(&sample);
    }
    return found;
}

/* "labels in toxic, obscene"; the caller's to free. */
static char *describe_list(const struct layout_list *list, const char *what)
{
    char *names = choose_show_list(list, ", ");
    char *described = xasprintf("%s in %s", what, names);
    free(names);
    return described;
}

/* "label in 2 (sentiment)"; the caller's to free. */
static char *describe_column(const struct sample *sample, const struct layout *layout,
                             const char *what, int column)
{
    if (column < 0)
        return xasprintf("no %s", what);
    return xasprintf("%s in %d%s%s%s", what, column + 1, layout->header ? " (" : "",
                     layout->header ? sample->columns[column].first : "",
                     layout->header ? ")" : "");
}

static void describe_part(struct layout *layout)
{
    char *described = xasprintf("%s, part in %d (%s)", layout->described,
                                layout->part + 1, layout->part_field);
    free(layout->described);
    layout->described = described;
}

static void describe_columns(const struct sample *sample, struct layout *layout)
{
    const char *what = layout->multi_label ? "labels" : "label";
    char *label = layout->labels.n ? describe_list(&layout->labels, "labels")
                                   : describe_column(sample, layout, what, layout->label);
    char *text = layout->texts.n ? describe_list(&layout->texts, "text")
                                 : describe_column(sample, layout, "text", layout->text);
    layout->described =
        xasprintf("%s, separator %s%s%s%s, %d columns%s; %s, %s",
                  format_names[layout->format], format_shown_separator(layout->separator),
                  layout->quoted ? ", quotes" : ", no quotes",
                  layout->skips_blanks ? " behind blanks" : "",
                  layout->has_escapes ? " with backslashes" : "", layout->n_columns,
                  layout->header ? ", first row names them" : ", no header", label, text);
    free(label);
    free(text);
    if (layout->part_field)
        describe_part(layout);
}

/* The column of parts, where there is a name that can say so. */
static void find_part(const struct records_options *options, const struct sample *sample,
                      struct layout *layout)
{
    if (!layout->header || options->label_use != LABELS_REQUIRED)
        return;
    layout->part = part_column_find(sample, layout->text, layout->label);
    if (layout->part >= 0)
        layout->part_field = xstrdup(sample->columns[layout->part].first);
}

/* Columns that make a text together, of which the first stands for all, and those of one
 * label each. */
static int choose_lists(const struct beginning *beginning, const struct sample *sample,
                        struct choose_given *given, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    int rc = OK;
    if (choose_is_list(sample, given->text)) {
        rc = choose_cut_list(given->text_option, given->text, &layout->texts);
        if (!rc)
            rc = choose_list_columns(given, sample, given->text_option, &layout->texts);
        if (!rc)
            given->text = layout->texts.names[0];
    }

    if (rc || !options->label_columns || given->label_use != LABELS_REQUIRED)
        return rc;
    given->label_use = LABELS_UNUSED;
    rc = choose_cut_list("label-columns", options->label_columns, &layout->labels);
    return rc ? rc : choose_list_columns(given, sample, "label-columns", &layout->labels);
}

/* A column of labels holds no texts. */
static int check_lists(const char *name, const struct layout *layout)
{
    for (int i = 0; i < layout->texts.n; i++)
        if (layout->texts.columns[i] == layout->label)
            return fail(ERR_USAGE,
                        "%s: column %d (%s) is a part of the text, and no other one is "
                        "known to hold the label: name it with --label-column",
                        name, layout->label + 1, layout->texts.names[i]);

    for (int i = 0; i < layout->labels.n; i++) {
        int c = layout->labels.columns[i];
        bool is_text = c == layout->text;
        for (int j = 0; j < layout->texts.n; j++)
            is_text |= c == layout->texts.columns[j];
        if (is_text)
            return fail(ERR_USAGE,
                        "%s: column %d (%s) holds a label and the text: name the text "
                        "with --text-column",
                        name, c + 1, layout->labels.names[i]);
    }
    return OK;
}

static int choose(const struct beginning *beginning, struct sample *sample,
                  struct layout *layout)
{
    const struct records_options *options = beginning->options;
    struct choose_given given = {.name = beginning->name,
                                 .text = options->text_column,
                                 .label = options->label_column,
                                 .text_option = "text-column",
                                 .label_option = "label-column",
                                 .what = "columns",
                                 .has_names = layout->header,
                                 .label_use = options->label_use};
    if (sample->n_columns < 2 && options->label_use == LABELS_REQUIRED)
        return fail(ERR_FORMAT,
                    "%s: one column only; expected a text and a label in every row "
                    "(--separator, --format, or --class NAME=FILE for a file a class)",
                    beginning->name);

    layout->text = layout->label = -1;
    sample->has_gaps = options->label_separator || options->multi_label == CHOICE_YES;
    int rc = choose_lists(beginning, sample, &given, layout);
    if (!rc)
        rc = choose_columns(&given, sample, &layout->text, &layout->label);
    if (!rc)
        rc = check_lists(beginning->name, layout);
    layout->multi_label = options->label_use == LABELS_REQUIRED &&
                          (layout->labels.n || options->label_separator ||
                           options->multi_label == CHOICE_YES);
    layout->lacks_labels = rc && layout->text >= 0 && layout->label < 0;
    layout->names = layout->header ? choose_names(sample) : NULL;
    layout->n_columns = sample->n_columns;
    if (!rc)
        find_part(options, sample, layout);
    return rc;
}

int columns_lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    struct sample sample;
    struct delimited_form form;
    if (beginning->visible == beginning->n)
        return fail(ERR_FORMAT, "%s: blank lines only; expected texts and labels",
                    beginning->name);

    layout->quoted = options->quoting == CHOICE_AUTO ? *layout->separator != '\t'
                                                     : options->quoting == CHOICE_YES;

    bool is_even =
        sample_read_even(beginning, *layout->separator, layout->quoted, &sample, &form);
    layout->skips_blanks = form.skips_blanks;
    layout->has_escapes = form.has_escapes;

    int rc = is_even ? OK : sample_read(beginning, form, &sample);
    if (!rc && sample.n_rows == 0)
        rc = fail(ERR_FORMAT, "%s: the first row is longer than %zu bytes",
                  beginning->name, beginning->n);
    if (!rc) {
        layout->header = header_is_there(options, &sample);
        rc = choose(beginning, &sample, layout);
    }
    if (!rc)
        describe_columns(&sample, layout);
    sample_release(&sample);
    return rc;
}
