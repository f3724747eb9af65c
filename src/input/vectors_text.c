#include "input/vectors_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "input/decimal.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Places where spaces begin, several of them being one. */
static int64_t count_gaps(const char *line, size_t n)
{
    int64_t gaps = n > 0 && is_space(line[0]);
    for (size_t i = 1; i < n; i++)
        gaps += is_space(line[i]) & !is_space(line[i - 1]);
    return gaps;
}

/* The word in front of the last `width` numbers: it may have spaces in it, as some of
 * GloVe's have. `extra` is how many. */
static size_t word_length(const char *line, size_t n, int64_t extra)
{
    size_t at = 0;

    for (;; extra--) {
        const char *space = memchr(line + at, ' ', n - at);
        const char *tab =
            memchr(line + at, '\t', space ? (size_t)(space - line) - at : n - at);
        at = (size_t)((tab ? tab : space) - line);
        if (extra == 0)
            return at;
        while (at < n && is_space(line[at]))
            at++;
    }
}

/* Whether the last piece of a word with spaces is a number: then the row is longer than
 * others, as in a file that was put together of two. */
static bool ends_in_number(const char *word, size_t n)
{
    size_t at = n;
    float value;

    while (at > 0 && !is_space(word[at - 1]))
        at--;
    return at < n && decimal_read(word + at, n - at, &value) == n - at;
}

struct text_row {
    const char *name; /* of the file */
    int64_t number;   /* the line, from 1 */
    const char *line; /* (n) without spaces at its end */
    size_t n;
    int width;
    struct word word;
};

static int refuse_width(const struct text_row *row, int64_t numbers)
{
    return fail(
        ERR_FORMAT,
        "%s: line %lld: %lld number%s behind the word \"%.*s\", expected %d as in "
        "the rows before: the file is damaged, or put together of several: copy "
        "it again, or remove that line",
        row->name, (long long)row->number, (long long)numbers, plural(numbers),
        (int)(row->word.n < 100 ? row->word.n : 100), row->word.text, row->width);
}

/* Finds the word. */
static int cut_row(struct text_row *row)
{
    int64_t gaps = count_gaps(row->line, row->n), extra = gaps - row->width;

    row->word = (struct word){row->line, row->n};
    if (gaps > 0)
        row->word.n = word_length(row->line, row->n, extra > 0 ? extra : 0);
    if (extra < 0)
        return refuse_width(row, gaps);
    if (extra > 0 && ends_in_number(row->word.text, row->word.n)) {
        row->word.n = word_length(row->line, row->n, 0);
        return refuse_width(row, gaps);
    }
    return OK;
}

static int refuse_number(const struct text_row *row, int i, const char *at)
{
    const char *end = row->line + row->n;
    int n = 0;

    while (at + n < end && !is_space(at[n]) && n < 40)
        n++;
    return fail(
        ERR_FORMAT,
        "%s: line %lld: number %d of the vector of \"%.*s\" is \"%.*s\", expected "
        "a finite one such as -0.25: correct or remove that line",
        row->name, (long long)row->number, i + 1,
        (int)(row->word.n < 100 ? row->word.n : 100), row->word.text, n, at);
}

static int read_numbers(const struct text_row *row, float *values)
{
    const char *at = row->line + row->word.n, *end = row->line + row->n;

    for (int i = 0; i < row->width; i++) {
        while (at < end && is_space(*at))
            at++;
        size_t n = decimal_read(at, (size_t)(end - at), &values[i]);
        if (n == 0 || (at + n < end && !is_space(at[n])))
            return refuse_number(row, i, at);
        at += n;
    }
    return OK;
}

static int take_row(struct text_row *row, struct vectors_wanted *wanted,
                    struct vectors *vectors, float *values)
{
    size_t n_bytes = (size_t)row->width * sizeof *values;
    int rc = cut_row(row);
    if (rc || row->word.n > VECTORS_MOST_WORD)
        return rc;

    int32_t n = vectors_wanted_find(wanted, &row->word, row->number, vectors);
    rc = n ? read_numbers(row, values) : OK;
    for (int32_t i = 0; i < n && !rc; i++)
        memcpy(vectors_row(vectors, wanted->found[i]), values, n_bytes);
    return rc;
}

/* An empty line is none at the end of a file. */
static int check_rows(const struct vectors_source *source,
                      const struct vectors_head *head, int64_t n_rows)
{
    if (head->n_rows < 0 || head->n_rows == n_rows)
        return OK;
    return fail(ERR_FORMAT, "%s: line 1 says %lld rows, but there are %lld%s",
                source->name, (long long)head->n_rows, (long long)n_rows,
                n_rows < head->n_rows
                    ? ": it was cut short, copy it again; if it is whole, `tail -n +2` "
                      "makes a file without that line"
                    : ": correct that line, or make a file without it by `tail -n +2`");
}

int vectors_read_text(struct vectors_source *source, const struct vectors_head *head,
                      struct vectors_wanted *wanted, struct vectors *vectors)
{
    struct text_row row = {.name = source->name,
                           .number = head->form == VECTORS_TEXT,
                           .width = vectors->width};
    float *values = xcalloc((size_t)vectors->width, sizeof *values);
    int64_t n_empty = 0;
    int rc = OK;

    while (!rc) {
        rc = vectors_source_line(source, &row.line, &row.n);
        if (rc || !row.line)
            break;
        row.number++;
        while (row.n > 0 &&
               (is_space(row.line[row.n - 1]) || row.line[row.n - 1] == '\r'))
            row.n--;
        n_empty += row.n == 0;
        if (row.n > 0 && n_empty)
            rc = fail(ERR_FORMAT,
                      "%s: line %lld: it is empty, expected a word and %d numbers",
                      source->name, (long long)(row.number - n_empty), row.width);
        if (row.n > 0 && !rc) {
            rc = take_row(&row, wanted, vectors, values);
            vectors->n_rows++;
        }
    }
    free(values);
    return rc ? rc : check_rows(source, head, vectors->n_rows);
}
