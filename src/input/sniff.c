/* Finds out how records stand in a file, from its beginning and from what the user said.
 * What cannot be told apart is refused, never guessed. */
#include "input/records_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "input/delimited.h"

#include "text/text.h"
#include "text/words.h"

/* Columns and fields that hold texts and labels by their names, the surest first. */
static const char *const text_names[] = {"text",    "review",    "sentence", "content",
                                         "comment", "message",   "tweet",    "document",
                                         "body",    "utterance", NULL};
static const char *const label_names[] = {"label",  "sentiment", "class",  "category",
                                          "target", "polarity",  "rating", "stars",
                                          "score",  "intent",    "y",      NULL};

enum { MOST_COLUMNS = 64, SAMPLE_ROWS = 400 };

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
    return sample->n_rows < SAMPLE_ROWS ? OK : ERR_EXISTS; /* enough */
}

/* Reads the sample; the code is not OK where the text is malformed. */
static int read_sample(const char *name, const char *head, size_t n, bool whole,
                       char separator, bool quoted, struct sample *sample)
{
    *sample = (struct sample){0};
    struct delimited *rows = delimited_new(name, separator, quoted, take_sample, sample);
    int rc = delimited_feed(rows, head, n, whole);
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

/* Columns. */

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
    int text = find_known(sample, text_names), label = find_known(sample, label_names);
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
    if (sample->n_columns < 2)
        return fail(ERR_FORMAT,
                    "%s: one column only; expected a text and a label in every row "
                    "(--separator, --format, or --class NAME=FILE for a file a class)",
                    name);
    if (layout->header) {
        text = find_known(sample, text_names);
        label = find_known(sample, label_names);
    }
    if (options->text_column)
        rc = column_of(name, sample, "text-column", options->text_column, &text);
    if (!rc && options->label_column)
        rc = column_of(name, sample, "label-column", options->label_column, &label);
    if (rc)
        return rc;
    if (sample->n_columns == 2 && text < 0 && label < 0)
        text = looks_like_text(sample, 0) ? 0 : 1;
    if (sample->n_columns == 2 && text < 0)
        text = 1 - label;
    if (sample->n_columns == 2 && label < 0)
        label = 1 - text;
    if (text < 0 || label < 0 || text == label) {
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

static const char *shown_separator(const char *separator)
{
    return !strcmp(separator, "\t")  ? "tab"
           : !strcmp(separator, " ") ? "blank"
                                     : separator;
}

static void describe_columns(const struct sample *sample, struct layout *layout)
{
    layout->described = xasprintf(
        "%s, separator %s%s, %d columns%s; label in %d%s%s%s, text in %d%s%s%s",
        format_names[layout->format], shown_separator(layout->separator),
        layout->quoted ? ", quotes" : ", no quotes", layout->n_columns,
        layout->header ? ", first row names them" : ", no header", layout->label + 1,
        layout->header ? " (" : "", layout->header ? sample->first[layout->label] : "",
        layout->header ? ")" : "", layout->text + 1, layout->header ? " (" : "",
        layout->header ? sample->first[layout->text] : "", layout->header ? ")" : "");
}

static int sniff_columns(const struct records_options *options, const char *name,
                         const char *head, size_t n, bool whole, struct layout *layout)
{
    struct sample sample;
    layout->quoted = options->quoting == CHOICE_AUTO ? *layout->separator != '\t'
                                                     : options->quoting == CHOICE_YES;
    int rc =
        read_sample(name, head, n, whole, *layout->separator, layout->quoted, &sample);
    if (!rc && sample.n_rows == 0)
        rc = fail(ERR_FORMAT, "%s: no whole row in its first %zu bytes", name, n);
    if (!rc) {
        layout->header = has_header(options, &sample);
        rc = choose_columns(options, name, &sample, layout);
    }
    if (!rc)
        describe_columns(&sample, layout);
    sample_release(&sample);
    return rc;
}

/* Which format. */

/* Whether every row has the same two or more fields. */
static bool is_even(const char *head, size_t n, bool whole, char separator, bool quoted)
{
    struct sample sample;
    int rc = read_sample("", head, n, whole, separator, quoted, &sample);
    bool even = !rc && sample.n_rows > 0 && sample.is_even && sample.n_columns > 1;
    sample_release(&sample);
    return even;
}

/* A separator such as @@ within a word that ends at a blank: that is no label. */
static bool holds_double_mark(const char *word, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (word[i] == word[i - 1] && ispunct((unsigned char)word[i]))
            return true;
    return false;
}

/* Whether lines begin with one of a few words, or, where a file is sorted by class, all
 * with the same. */
static bool begin_alike(const char *head, size_t n)
{
    enum { SORTED_LINES = 20 };
    struct words first = {0};
    int n_lines = 0;
    for (size_t at = 0; at < n && n_lines < SAMPLE_ROWS;) {
        size_t end = at, word = 0;
        for (; end < n && head[end] != '\n' && head[end] != '\r'; end++)
            if (!word && head[end] == ' ')
                word = end - at;
        n_lines += end > at;
        if (end > at && (!word || holds_double_mark(head + at, word)))
            n_lines += SAMPLE_ROWS; /* a line without a blank behind a label */
        else if (word)
            words_add(&first, head + at, word);
        at = end + 1;
    }
    bool alike = n_lines < SAMPLE_ROWS + 1 && first.n * 2 <= n_lines &&
                 (first.n > 1 || n_lines >= SORTED_LINES);
    words_release(&first);
    return alike;
}

static bool ends_in(const char *name, size_t n, const char *end)
{
    size_t n_end = strlen(end);
    return n >= n_end && !strncasecmp(name + n - n_end, end, n_end);
}

bool records_named(const char *name)
{
    static const char *const packed[] = {".gz", ".bz2", ".xz", ".zst"};
    static const char *const formats[] = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson"};
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT_OF(packed); i++)
        if (ends_in(name, n, packed[i])) {
            n -= strlen(packed[i]);
            break;
        }
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (ends_in(name, n, formats[i]))
            return true;
    return false;
}

static void set_separator(struct layout *layout, enum format format,
                          const char *separator)
{
    layout->format = format;
    snprintf(layout->separator, sizeof layout->separator, "%s", separator);
}

/* What is often given and no corpus: `at` is where its first visible byte is. */
static int refuse_others(const char *name, const char *head, size_t n, size_t at)
{
    static const char hdf5[] = "\x89HDF";
    size_t next = at + 1;
    if (n - at > sizeof hdf5 && !memcmp(head + at, hdf5, sizeof hdf5 - 1))
        return fail(
            ERR_FORMAT,
            "%s: an HDF5 file, expected a corpus; `rnnprep inspect` shows what is "
            "in a data set",
            name);
    while (next < n && isspace((unsigned char)head[next]))
        next++;
    if (next < n && head[at] == '[' && head[next] == '{')
        return fail(ERR_FORMAT,
                    "%s: one JSON array, expected an object a line; `jq -c '.[]'` makes "
                    "them",
                    name);
    return OK;
}

static int find_format(const struct records_options *options, const char *name,
                       const char *head, size_t n, bool whole, struct layout *layout)
{
    static const char mark[] = "__label__";
    bool quoted = options->quoting != CHOICE_NO;
    size_t at = 0;
    while (at < n && isspace((unsigned char)head[at]))
        at++;
    int rc = refuse_others(name, head, n, at);
    if (rc)
        return rc;
    if (options->separator) {
        set_separator(layout, strlen(options->separator) == 1 ? FORMAT_CSV : FORMAT_LINES,
                      options->separator);
    } else if (at < n && head[at] == '{') {
        layout->format = FORMAT_JSONL;
    } else if (n - at > sizeof mark && !memcmp(head + at, mark, sizeof mark - 1)) {
        layout->format = FORMAT_FASTTEXT;
    } else if (ends_in(name, strlen(name), ".tsv") ||
               ends_in(name, strlen(name), ".tab") ||
               is_even(head, n, whole, '\t', options->quoting == CHOICE_YES)) {
        set_separator(layout, FORMAT_TSV, "\t");
    } else if (is_even(head, n, whole, ',', quoted)) {
        set_separator(layout, FORMAT_CSV, ",");
    } else if (is_even(head, n, whole, ';', quoted)) {
        set_separator(layout, FORMAT_CSV, ";");
    } else if (is_even(head, n, whole, '|', quoted)) {
        set_separator(layout, FORMAT_CSV, "|");
    } else if (ends_in(name, strlen(name), ".csv")) {
        set_separator(layout, FORMAT_CSV, ","); /* reading says what is wrong with it */
    } else if (begin_alike(head, n)) {
        set_separator(layout, FORMAT_LINES, " ");
    } else {
        return fail(
            ERR_FORMAT,
            "%s: cannot tell what it is: no JSON Lines, no __label__, no separator "
            "that gives every row the same fields; --format csv|tsv|jsonl|fasttext|"
            "lines says so, --separator names the separator",
            name);
    }
    return OK;
}

/* What a format that was given has for a separator. */
static void default_separator(const struct records_options *options, const char *head,
                              size_t n, bool whole, struct layout *layout)
{
    bool quoted = options->quoting != CHOICE_NO;
    const char *separator = options->separator;
    if (!separator && layout->format == FORMAT_TSV)
        separator = "\t";
    else if (!separator && layout->format == FORMAT_CSV)
        separator = is_even(head, n, whole, ',', quoted)    ? ","
                    : is_even(head, n, whole, ';', quoted)  ? ";"
                    : is_even(head, n, whole, '\t', quoted) ? "\t"
                                                            : ",";
    else if (!separator)
        separator = is_even(head, n, whole, '\t', false) ? "\t" : " ";
    set_separator(layout, layout->format, separator);
}

/* JSON Lines: the fields of the first object. */

static char *known_field(const json_t *object, const char *const *names)
{
    const char *key;
    json_t *value;
    for (; *names; names++)
        json_object_foreach((json_t *)(uintptr_t)object, key, value)
        {
            if (!strcasecmp(key, *names))
                return xstrdup(key);
        }
    return NULL;
}

static char *list_fields(json_t *object)
{
    char *list = xstrdup("");
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        char *longer = xasprintf("%s%s%.40s", list, *list ? ", " : "", key);
        free(list);
        list = longer;
    }
    return list;
}

static int sniff_fields(const struct records_options *options, const char *name,
                        const char *head, size_t n, struct layout *layout)
{
    json_error_t error;
    char *clean = NULL;
    size_t first_bad = 0;
    if (text_repair_utf8(head, n, &clean, &n, &first_bad))
        head = clean;
    json_t *object = json_loadb(head, n, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &error);
    free(clean);

    if (!object)
        return fail(
            ERR_FORMAT,
            "%s: line %d, column %d: not a JSON object: %s; expected one object a "
            "line",
            name, error.line, error.column, error.text);
    layout->text_field = options->text_field ? xstrdup(options->text_field)
                                             : known_field(object, text_names);
    layout->label_field = options->label_field ? xstrdup(options->label_field)
                                               : known_field(object, label_names);
    int rc = OK;
    if (!layout->text_field || !layout->label_field) {
        char *fields = list_fields(object);
        rc = fail(
            ERR_USAGE,
            "%s: which field is the %s? Name it with --%s-field; the first object has: "
            "%s",
            name, layout->text_field ? "label" : "text",
            layout->text_field ? "label" : "text", fields);
        free(fields);
    }
    json_decref(object);
    if (!rc)
        layout->described = xasprintf("jsonl, label in \"%s\", text in \"%s\"",
                                      layout->label_field, layout->text_field);
    return rc;
}

int sniff_layout(const struct records_options *options, const char *name,
                 const char *head, size_t n, bool whole, struct layout *layout)
{
    int rc = OK;
    layout->format = options->format;
    if (options->format == FORMAT_AUTO)
        rc = find_format(options, name, head, n, whole, layout);
    else
        default_separator(options, head, n, whole, layout);
    if (rc)
        return rc;
    switch (layout->format) {
    case FORMAT_JSONL:
        return sniff_fields(options, name, head, n, layout);
    case FORMAT_FASTTEXT:
        layout->described = xstrdup("fasttext, a label and a text a line");
        return OK;
    case FORMAT_LINES:
        layout->described = xasprintf("lines, label up to the first %s",
                                      shown_separator(layout->separator));
        return OK;
    default:
        if (strlen(layout->separator) != 1)
            return fail(ERR_USAGE,
                        "--separator %s: %s has a separator of one byte; --format lines "
                        "takes a longer one",
                        layout->separator, format_names[layout->format]);
        return sniff_columns(options, name, head, n, whole, layout);
    }
}

void layout_release(struct layout *layout)
{
    free(layout->text_field);
    free(layout->label_field);
    free(layout->described);
    *layout = (struct layout){0};
}
