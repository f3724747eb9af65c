/* Finds out how records stand in a file, from its beginning and from what the user said.
 * What cannot be told apart is refused, never guessed. */
#include "input/sniff_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "files/h5.h"
#include "text/words.h"

const char *const sniff_text_names[] = {"text",    "review",    "sentence", "content",
                                        "comment", "message",   "tweet",    "document",
                                        "body",    "utterance", NULL};

const char *const sniff_label_names[] = {"label",  "sentiment", "class",  "category",
                                         "target", "polarity",  "rating", "stars",
                                         "score",  "intent",    "y",      NULL};

const char *sniff_shown_separator(const char *separator)
{
    return !strcmp(separator, "\t")  ? "tab"
           : !strcmp(separator, " ") ? "blank"
                                     : separator;
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
    for (size_t at = 0; at < n && n_lines < SNIFF_ROWS;) {
        size_t end = at, word = 0;
        for (; end < n && head[end] != '\n' && head[end] != '\r'; end++)
            if (!word && head[end] == ' ')
                word = end - at;

        n_lines += end > at;
        if (end > at && (!word || holds_double_mark(head + at, word)))
            n_lines += SNIFF_ROWS; /* a line without a blank behind a label */
        else if (word)
            words_add(&first, head + at, word);
        at = end + 1;
    }

    bool alike = n_lines < SNIFF_ROWS + 1 && first.n * 2 <= n_lines &&
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
    size_t next = at + 1;
    if (h5_is_one(head + at, n - at))
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
               sniff_is_even(head, n, whole, '\t', options->quoting == CHOICE_YES)) {
        set_separator(layout, FORMAT_TSV, "\t");
    } else if (sniff_is_even(head, n, whole, ',', quoted)) {
        set_separator(layout, FORMAT_CSV, ",");
    } else if (sniff_is_even(head, n, whole, ';', quoted)) {
        set_separator(layout, FORMAT_CSV, ";");
    } else if (sniff_is_even(head, n, whole, '|', quoted)) {
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
        separator = sniff_is_even(head, n, whole, ',', quoted)    ? ","
                    : sniff_is_even(head, n, whole, ';', quoted)  ? ";"
                    : sniff_is_even(head, n, whole, '\t', quoted) ? "\t"
                                                                  : ",";
    else if (!separator)
        separator = sniff_is_even(head, n, whole, '\t', false) ? "\t" : " ";
    set_separator(layout, layout->format, separator);
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
                                      sniff_shown_separator(layout->separator));
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
