#include "input/columns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/records.h"

#include "text/words.h"

enum { MOST_COLUMNS = 64 };

/* The first rows of a file, cut by one separator. */
struct sample {
    int n_rows, n_columns;             /* columns of the first row */
    bool is_even;                      /* every row has as many */
    char *first[MOST_COLUMNS];         /* fields of the first row; owned */
    struct words values[MOST_COLUMNS]; /* distinct ones, of the rows behind the first */
    size_t bytes[MOST_COLUMNS];
    bool first_recurs[MOST_COLUMNS]; /* the first row's value is met again */
};

static int take_sample(void *given, const struct delimited_row *row)
{
    struct sample *sample = given;
    int n = row->n_fields < MOST_COLUMNS ? row->n_fields : MOST_COLUMNS;

    if (sample->n_rows++ == 0) {
        sample->n_columns = row->n_fields;
        sample->is_even = true;
        for (int c = 0; c < n; c++)
            sample->first[c] = xstrndup(row->fields[c].text, row->fields[c].n);
        return OK;
    }

    sample->is_even &= row->n_fields == sample->n_columns;
    for (int c = 0; c < n && c < sample->n_columns; c++) {
        const struct field *field = &row->fields[c];
        sample->bytes[c] += field->n;
        words_add(&sample->values[c], field->text, field->n);
        sample->first_recurs[c] |= field->n == strlen(sample->first[c]) &&
                                   !memcmp(field->text, sample->first[c], field->n);
    }
    return sample->n_rows < FORMAT_SAMPLE ? OK : ERR_EXISTS; /* enough */
}

/* Reads the sample; the code is not OK where the text is malformed. */
static int read_sample(const struct beginning *beginning, char separator, bool quoted,
                       struct sample *sample)
{
    *sample = (struct sample){0};
    struct delimited *rows =
        delimited_new(beginning->name, separator, quoted, take_sample, sample);
    int rc = delimited_feed(rows, beginning->text, beginning->n, beginning->whole);
    delimited_free(rows);
    return rc == ERR_EXISTS ? OK : rc;
}

static void sample_release(struct sample *sample)
{
    for (int c = 0; c < MOST_COLUMNS; c++) {
        free(sample->first[c]);
        words_release(&sample->values[c]);
    }
    *sample = (struct sample){0};
}

bool columns_are_even(const struct beginning *beginning, char separator, bool quoted)
{
    struct sample sample;
    int rc = read_sample(beginning, separator, quoted, &sample);
    bool even = !rc && sample.n_rows > 0 && sample.is_even && sample.n_columns > 1;
    sample_release(&sample);
    return even;
}

static int find_name(const struct sample *sample, const char *name)
{
    for (int c = 0; c < sample->n_columns && c < MOST_COLUMNS; c++)
        if (!strcasecmp(sample->first[c], name))
            return c;
    return -1;
}

static int find_known(const struct sample *sample, const char *const *names)
{
    for (; *names; names++)
        if (find_name(sample, *names) >= 0)
            return find_name(sample, *names);
    return -1;
}

bool columns_name_texts(const struct beginning *beginning, const char *separators)
{
    bool found = false;
    for (; *separators && !found; separators++) {
        struct sample sample;
        found = !read_sample(beginning, *separators, *separators != '\t', &sample) &&
                sample.n_columns > 1 && sample.is_even &&
                find_known(&sample, format_text_names) >= 0;
        sample_release(&sample);
    }
    return found;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* "name, name, name" of the first row. */
static char *list_columns(const struct sample *sample)
{
    char *list = xstrdup("");
    for (int c = 0; c < sample->n_columns && c < 12; c++) {
        char *longer = xasprintf("%s%s%.40s", list, c ? ", " : "", sample->first[c]);
        free(list);
        list = longer;
    }
    return list;
}

/* The column that an option names, from 0. */
static int column_of(const char *name, const struct sample *sample, const char *option,
                     const char *given, int *column)
{
    int found =
        is_number(given) ? (int)strtol(given, NULL, 10) - 1 : find_name(sample, given);
    if (is_number(given) && strlen(given) > 4)
        found = -1;
    if (found >= 0 && found < sample->n_columns && found < MOST_COLUMNS) {
        *column = found;
        return OK;
    }

    char *columns = list_columns(sample);
    int rc = fail(ERR_USAGE, "%s: --%s %s: no such column; the first row has %d: %s",
                  name, option, given, sample->n_columns, columns);
    free(columns);
    return rc;
}

/* A first row of names: an option or a known name says so; else, in a column of few
 * values, its value is not met again. */
static bool has_header(const struct records_options *options, const struct sample *sample)
{
    if (options->header != CHOICE_AUTO)
        return options->header == CHOICE_YES;
    if ((options->text_column && !is_number(options->text_column)) ||
        (options->label_column && !is_number(options->label_column)))
        return true;

    int text = find_known(sample, format_text_names),
        label = find_known(sample, format_label_names);
    if (text >= 0 && label >= 0)
        return true;
    if (text >= 0 || label >= 0) /* "text" may be a text */
        return sample->n_columns > 2 || sample->n_rows < 3 ||
               !sample->first_recurs[text >= 0 ? text : label];

    for (int c = 0; c < sample->n_columns && c < MOST_COLUMNS; c++)
        if (sample->n_rows > 20 && sample->values[c].n > 1 &&
            sample->values[c].n * 4 < sample->n_rows)
            return !sample->first_recurs[c];
    return false;
}

/* Of two columns the text is the one with more different values; where these are as many,
 * the longer one. */
static bool looks_like_text(const struct sample *sample, int column)
{
    const struct words *mine = &sample->values[column];
    const struct words *others = &sample->values[1 - column];
    if (mine->n != others->n)
        return mine->n > others->n;
    return strlen(sample->first[column]) + sample->bytes[column] >
           strlen(sample->first[1 - column]) + sample->bytes[1 - column];
}

/* Where two columns have no known names, the text is found by its values; with more
 * columns only the user knows. */
static int choose_columns(const struct records_options *options, const char *name,
                          const struct sample *sample, struct layout *layout)
{
    int text = -1, label = -1, rc = OK;
    bool needs_label = options->label_use == LABELS_REQUIRED;
    if (sample->n_columns < 2 && needs_label)
        return fail(ERR_FORMAT,
                    "%s: one column only; expected a text and a label in every row "
                    "(--separator, --format, or --class NAME=FILE for a file a class)",
                    name);

    if (layout->header) {
        text = find_known(sample, format_text_names);
        if (options->label_use != LABELS_UNUSED)
            label = find_known(sample, format_label_names);
    }
    if (options->text_column)
        rc = column_of(name, sample, "text-column", options->text_column, &text);
    if (!rc && options->label_column && options->label_use != LABELS_UNUSED)
        rc = column_of(name, sample, "label-column", options->label_column, &label);
    if (rc)
        return rc;

    if (sample->n_columns == 1)
        text = 0;
    if (sample->n_columns == 2 && text < 0 && label < 0)
        text = looks_like_text(sample, 0) ? 0 : 1;
    if (sample->n_columns == 2 && text < 0)
        text = 1 - label;
    if (sample->n_columns == 2 && label < 0 && needs_label)
        label = 1 - text;

    if (text < 0 || (needs_label && label < 0) || text == label) {
        char *columns = list_columns(sample);
        rc = fail(
            ERR_USAGE,
            "%s: which of its %d columns hold the text and the label? Name them with "
            "--text-column and --label-column; the first row: %s",
            name, sample->n_columns, columns);
        free(columns);
        return rc;
    }

    layout->n_columns = sample->n_columns;
    layout->text = text;
    layout->label = label;
    return OK;
}

/* "label in 2 (sentiment)"; the caller's to free. */
static char *describe_column(const struct sample *sample, const struct layout *layout,
                             const char *what, int column)
{
    if (column < 0)
        return xasprintf("no %s", what);
    return xasprintf("%s in %d%s%s%s", what, column + 1, layout->header ? " (" : "",
                     layout->header ? sample->first[column] : "",
                     layout->header ? ")" : "");
}

static void describe_columns(const struct sample *sample, struct layout *layout)
{
    char *label = describe_column(sample, layout, "label", layout->label);
    char *text = describe_column(sample, layout, "text", layout->text);
    layout->described =
        xasprintf("%s, separator %s%s, %d columns%s; %s, %s",
                  format_names[layout->format], format_shown_separator(layout->separator),
                  layout->quoted ? ", quotes" : ", no quotes", layout->n_columns,
                  layout->header ? ", first row names them" : ", no header", label, text);
    free(label);
    free(text);
}

int columns_lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    struct sample sample;
    layout->quoted = options->quoting == CHOICE_AUTO ? *layout->separator != '\t'
                                                     : options->quoting == CHOICE_YES;

    int rc = read_sample(beginning, *layout->separator, layout->quoted, &sample);
    if (!rc && sample.n_rows == 0)
        rc = fail(ERR_FORMAT, "%s: no whole row in its first %zu bytes", beginning->name,
                  beginning->n);
    if (!rc) {
        layout->header = has_header(options, &sample);
        rc = choose_columns(options, beginning->name, &sample, layout);
    }
    if (!rc)
        describe_columns(&sample, layout);
    sample_release(&sample);
    return rc;
}
