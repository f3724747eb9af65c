/* fastText's lines: "__label__x text". */
#include <string.h>

#include "input/records.h"

static const char mark[] = "__label__";
static const size_t n_mark = sizeof mark - 1;

static bool looks_like(const struct beginning *beginning)
{
    const char *text = beginning->text + beginning->visible;
    return beginning->n - beginning->visible > sizeof mark && !memcmp(text, mark, n_mark);
}

static int lay_out(const struct beginning *beginning, struct layout *layout)
{
    (void)beginning;
    layout->described = xstrdup("fasttext, a label and a text a line");
    return OK;
}

static int take(struct format_file *file, const struct delimited_row *row)
{
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
            ", column %zu: a second label; a classifier of one class a text needs one",
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
