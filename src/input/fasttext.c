/* fastText's lines: "__label__x text". */
#include <string.h>

#include "input/multi_labels.h"
#include "input/records.h"

static const char mark[] = "__label__";
static const size_t n_mark = sizeof mark - 1;

/* Whether n bytes begin with a label; *length with its mark. */
static bool begins_with_label(const char *text, size_t n, size_t *length)
{
    if (n <= n_mark || memcmp(text, mark, n_mark))
        return false;
    size_t end = n_mark;
    while (end < n && !strchr(" \t\r\n", text[end]))
        end++;
    *length = end;
    return end > n_mark;
}

/* Lines with labels. */
struct labelled {
    int n, n_several; /* with one or more, with more than one */
};

static struct labelled count_labels(const struct beginning *beginning)
{
    struct labelled count = {0};
    const char *at = beginning->text, *end = at + beginning->n;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at), first = 0, second = 0;
        bool has_one = begins_with_label(at, n, &first);
        count.n += has_one;
        count.n_several += has_one && first < n &&
                           begins_with_label(at + first + 1, n - first - 1, &second);
        at += n + 1;
    }
    return count;
}

/* The first text may have no label where others have several. */
static bool looks_like(const struct beginning *beginning)
{
    const char *text = beginning->text + beginning->visible;
    const struct records_options *options = beginning->options;
    if (beginning->n - beginning->visible > sizeof mark && !memcmp(text, mark, n_mark))
        return true;

    struct labelled count = {0};
    if (format_may_have_several(options))
        count = count_labels(beginning);
    return multi_labels_are_meant(count.n_several, count.n) ||
           (options->multi_label == CHOICE_YES && count.n > 0);
}

static int lay_out(const struct beginning *beginning, struct layout *layout)
{
    const struct records_options *options = beginning->options;
    if (format_may_have_several(options)) {
        struct labelled count = count_labels(beginning);
        layout->multi_label = options->multi_label == CHOICE_YES ||
                              multi_labels_are_meant(count.n_several, count.n);
    }
    layout->described =
        xstrdup(layout->multi_label ? "fasttext, any labels and a text a line"
                                    : "fasttext, a label and a text a line");
    return OK;
}

/* The rest of a line, in which labels may stand too: without them it is put together
 * again. */
static void take_rest(struct format_file *file, const char *rest, size_t n,
                      struct text_record *record)
{
    size_t from = 0, length = 0;
    record->text = rest;
    record->n_text = n;
    for (size_t at = 1; at < n; at++) {
        bool begins = rest[at - 1] == ' ' || rest[at - 1] == '\t';
        if (!begins || !begins_with_label(rest + at, n - at, &length))
            continue;
        multi_labels_add(&file->labels, rest + at + n_mark, length - n_mark);
        format_add_text(file, rest + from, at > from ? at - 1 - from : 0);
        from = at + length < n ? at + length + 1 : n;
        at = from - 1; /* another may follow */
    }

    if (from) {
        format_add_text(file, rest + from, n - from);
        record->text = file->text ? file->text : "";
        record->n_text = file->n_text;
    }
}

static int take_several(struct format_file *file, const struct delimited_row *row)
{
    const char *line = row->fields[0].text;
    size_t n = row->fields[0].n, at = 0, length = 0;
    format_begin_row(file);

    while (begins_with_label(line + at, n - at, &length)) {
        multi_labels_add(&file->labels, line + at + n_mark, length - n_mark);
        at += length;
        while (at < n && (line[at] == ' ' || line[at] == '\t'))
            at++;
    }

    struct text_record record = {.labels = &file->labels, .line = row->line};
    take_rest(file, line + at, n - at, &record);
    return file->sink(file->context, &record);
}

static int take(struct format_file *file, const struct delimited_row *row)
{
    if (file->layout.multi_label)
        return take_several(file, row);

    const char *line = row->fields[0].text;
    size_t n = row->fields[0].n, end = n_mark;
    while (end < n && line[end] != ' ' && line[end] != '\t')
        end++;
    if (n <= n_mark || memcmp(line, mark, n_mark) || end == n_mark)
        return format_bad_row(file, row->line, "rows without a label",
                              ": expected __label__NAME TEXT");

    size_t start = end < n ? end + 1 : n;
    if (n - start > n_mark && !memcmp(line + start, mark, n_mark))
        return format_bad_row(
            file, row->line, "rows with a second label",
            ", column %zu: a second label; a classifier of one class a text needs one; "
            "--multi-label on where texts have several",
            start + 1);

    struct text_record record = {.label = line + n_mark,
                                 .n_label = end - n_mark,
                                 .text = line + start,
                                 .n_text = n - start,
                                 .line = row->line};
    return file->sink(file->context, &record);
}

const struct format_ops fasttext_format = {
    .sign = SIGN_MARK,
    .sign_shown = "__label__",
    .looks_like = looks_like,
    .lay_out = lay_out,
    .take = take,
};
