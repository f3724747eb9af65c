/* Lines that begin with their label: "label<separator>text". */
#include <ctype.h>
#include <string.h>

#include "input/columns.h"
#include "input/records.h"

#include "text/words.h"

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
static bool begin_alike(const struct beginning *beginning)
{
    enum { SORTED_LINES = 20 };
    const char *head = beginning->text;
    size_t n = beginning->n;
    struct words first = {0};
    int n_lines = 0;
    for (size_t at = 0; at < n && n_lines < FORMAT_SAMPLE;) {
        size_t end = at, word = 0;
        for (; end < n && head[end] != '\n' && head[end] != '\r'; end++)
            if (!word && head[end] == ' ')
                word = end - at;

        n_lines += end > at;
        if (end > at && (!word || holds_double_mark(head + at, word)))
            n_lines += FORMAT_SAMPLE; /* a line without a blank behind a label */
        else if (word)
            words_add(&first, head + at, word);
        at = end + 1;
    }

    bool alike = n_lines < FORMAT_SAMPLE + 1 && first.n * 2 <= n_lines &&
                 (first.n > 1 || n_lines >= SORTED_LINES);
    words_release(&first);
    return alike;
}

/* Where texts need no label every line is a text. */
static bool looks_like(const struct beginning *beginning)
{
    return beginning->options->label_use != LABELS_REQUIRED || begin_alike(beginning);
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
    if (!separator)
        separator = is_given && columns_are_even(beginning, '\t', false) ? "\t" : " ";
    layout_set_separator(layout, separator);
    layout->has_labels =
        options->label_use == LABELS_REQUIRED ||
        (options->label_use == LABELS_OPTIONAL && options->separator && is_given);
    if (!layout->has_labels) {
        layout->described = xstrdup("lines, a text a line");
        return OK;
    }
    layout->described = xasprintf("lines, label up to the first %s",
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
    if (at + n_separator > n || at == 0)
        return format_bad_row(file, row->line, "rows without a label",
                              ": %s; expected LABEL%sTEXT",
                              at ? "no separator" : "no label", separator);

    struct text_record record = {.label = line,
                                 .n_label = at,
                                 .text = line + at + n_separator,
                                 .n_text = n - at - n_separator,
                                 .line = row->line};
    return file->sink(file->context, &record);
}

const struct format_ops lines_format = {
    .sign = SIGN_LABELS,
    .looks_like = looks_like,
    .splits_at = splits_at,
    .lay_out = lay_out,
    .take = take,
};
