#include "input/sample.h"

#include <stdlib.h>
#include <string.h>

#include "input/records.h"

enum { MOST_ROWS = 20000 };

static bool is_number(const char *text, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        digits += text[i] >= '0' && text[i] <= '9';
        if (!memchr("0123456789+-.,eE ", text[i], 17))
            return false;
    }
    return digits > 0;
}

/* Words at blanks; of scripts without blanks a word for every two characters. */
static int64_t count_words(const char *text, size_t n)
{
    int64_t words = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
        high += (unsigned char)text[i] >= 0xe0;
    }
    return words > high / 2 ? words : high / 2;
}

static bool is_first_value(const struct sample_column *column, const struct field *field)
{
    return field->n == strlen(column->first) &&
           !memcmp(field->text, column->first, field->n);
}

static bool is_blank_quoted(const struct field *field)
{
    size_t at = 0;
    while (at < field->n && field->text[at] == ' ')
        at++;
    return at > 0 && field->n - at > 1 && field->text[at] == '"' &&
           field->text[field->n - 1] == '"';
}

static void add_value(struct sample_column *column, const struct field *field)
{
    if (!field->n)
        return;
    column->n_values++;
    column->n_bytes += (int64_t)field->n;
    column->n_words += count_words(field->text, field->n);
    column->n_numbers += is_number(field->text, field->n);
    column->n_blank_quoted += is_blank_quoted(field);
    words_add(&column->values, field->text, field->n);
}

static bool is_empty(const struct delimited_row *row)
{
    for (int i = 0; i < row->n_fields; i++)
        if (row->fields[i].n)
            return false;
    return true;
}

int sample_take(void *given, const struct delimited_row *row)
{
    struct sample *sample = given;
    int n = row->n_fields < SAMPLE_COLUMNS ? row->n_fields : SAMPLE_COLUMNS;
    if (is_empty(row))
        return OK;

    if (sample->n_rows++ == 0) {
        sample->n_columns = row->n_fields;
        sample->names = xcalloc((size_t)row->n_fields, sizeof *sample->names);
        for (int c = 0; c < row->n_fields; c++)
            sample->names[c] = xstrndup(row->fields[c].text, row->fields[c].n);
        for (int c = 0; c < n; c++)
            sample->columns[c].first = sample->names[c];
        return OK;
    }

    bool repeats = row->n_fields == sample->n_columns;
    sample->n_odd += row->n_fields != sample->n_columns;
    for (int c = 0; c < n && repeats; c++)
        repeats = is_first_value(&sample->columns[c], &row->fields[c]);
    for (int c = 0; c < n && c < sample->n_columns && !repeats; c++) {
        struct sample_column *column = &sample->columns[c];
        column->first_recurs |= is_first_value(column, &row->fields[c]);
        add_value(column, &row->fields[c]);
    }
    return sample->n_rows < MOST_ROWS ? OK : ERR_EXISTS;
}

int sample_read(const struct beginning *beginning, struct delimited_form form,
                struct sample *sample)
{
    *sample = (struct sample){0};
    struct delimited *rows = delimited_new(beginning->name, form, sample_take, sample);
    int rc = delimited_feed(rows, beginning->text, beginning->n, beginning->whole);
    delimited_free(rows);
    return rc == ERR_EXISTS ? OK : rc;
}

void sample_release(struct sample *sample)
{
    for (int c = 0; c < sample_n_columns(sample); c++)
        words_release(&sample->columns[c].values);
    for (int c = 0; c < sample->n_columns; c++)
        free(sample->names[c]);
    free(sample->names);
    sample->names = NULL;
    sample->n_columns = 0;
}

bool sample_is_even(const struct sample *sample)
{
    return sample->n_rows > 0 && sample->n_columns > 1 &&
           sample->n_odd * 50 <= sample->n_rows;
}

/* Whether a column has as good as all its quotes behind blanks. */
static bool is_behind_blanks(const struct sample *sample)
{
    for (int c = 1; c < sample_n_columns(sample); c++)
        if (sample->columns[c].n_blank_quoted * 2 > sample->n_rows - 1)
            return sample->n_rows > 1;
    return false;
}

static bool holds(const struct beginning *beginning, char c)
{
    return memchr(beginning->text, c, beginning->n) != NULL;
}

/* How many of the forms, in their order, can read the rows otherwise than the first. */
static size_t count_forms(const struct beginning *beginning, bool quoted)
{
    if (!quoted || !holds(beginning, '"'))
        return 1;
    return holds(beginning, '\\') ? 4 : 2;
}

bool sample_read_even(const struct beginning *beginning, char separator, bool quoted,
                      struct sample *sample, struct delimited_form *form)
{
    struct delimited_form plain = {.separator = separator, .quoted = quoted};
    struct delimited_form forms[] = {plain, plain, plain, plain};
    forms[1].skips_blanks = forms[3].skips_blanks = true;
    forms[2].has_escapes = forms[3].has_escapes = true;
    size_t n = holds(beginning, separator) ? count_forms(beginning, quoted) : 0;

    for (size_t i = 0; i < n; i++) {
        int rc = sample_read(beginning, forms[i], sample);
        bool is_good = !rc && sample_is_even(sample);
        bool is_blank_form = quoted && !forms[i].skips_blanks && is_behind_blanks(sample);

        *form = forms[i];
        if (is_good && !is_blank_form)
            return true;
        sample_release(sample);
    }
    *form = plain;
    return false;
}

bool sample_is_even_by(const struct beginning *beginning, char separator, bool quoted)
{
    struct sample sample;
    struct delimited_form form;
    bool is_even = sample_read_even(beginning, separator, quoted, &sample, &form);
    if (is_even)
        sample_release(&sample);
    return is_even;
}

int sample_n_columns(const struct sample *sample)
{
    return sample->n_columns < SAMPLE_COLUMNS ? sample->n_columns : SAMPLE_COLUMNS;
}

double sample_words(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    return of->n_values ? (double)of->n_words / of->n_values : 0;
}

bool sample_is_numeric(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    return of->n_values > 0 && of->n_numbers == of->n_values;
}

/* Half of the rows have a value there. */
static bool is_filled(const struct sample *sample, int column)
{
    return sample->columns[column].n_values * 2 >= sample->n_rows - 1;
}

bool sample_is_few(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    int most = of->n_values < 20 ? of->n_values - 1 : of->n_values / 4;
    bool is_filled_enough = sample->has_gaps || is_filled(sample, column);
    return is_filled_enough && of->values.n > 0 && of->values.n <= most &&
           sample_words(sample, column) <= 4;
}

bool sample_is_text(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    return is_filled(sample, column) && of->values.n * 3 > of->n_values &&
           sample_words(sample, column) >= 2 && !sample_is_numeric(sample, column);
}

bool sample_is_key(const struct sample *sample, int column)
{
    const struct sample_column *of = &sample->columns[column];
    return of->n_values >= 10 && of->values.n == of->n_values;
}
