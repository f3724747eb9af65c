#define _GNU_SOURCE /* vasprintf */
#include "input/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/left_out.h"
#include "input/records.h"

#define FORMAT_ROW(NAME, stem) [FORMAT_##NAME] = &stem##_format,
const struct format_ops *const formats[] = {FORMAT_LIST(FORMAT_ROW)};
#undef FORMAT_ROW
_Static_assert(COUNT_OF(formats) == FORMATS, "a format has no row");

#define FORMAT_NAME(NAME, stem) [FORMAT_##NAME] = #stem,
const char *const format_names[] = {
    [FORMAT_AUTO] = "auto",
    [FORMAT_FOLDERS] = "folders",
    FORMAT_LIST(FORMAT_NAME)[FORMATS] = NULL,
};
#undef FORMAT_NAME
_Static_assert(COUNT_OF(format_names) == FORMATS + 1, "a format has no name");

const char *format_shown_separator(const char *separator)
{
    return !strcmp(separator, "\t")  ? "tab"
           : !strcmp(separator, " ") ? "blank"
                                     : separator;
}

bool format_is_named(const struct format_ops *format, const char *name, size_t n)
{
    for (const char *const *suffix = format->suffixes; suffix && *suffix; suffix++) {
        size_t n_suffix = strlen(*suffix);
        if (n >= n_suffix && !strncasecmp(name + n - n_suffix, *suffix, n_suffix))
            return true;
    }
    return false;
}

int format_bad_row(struct format_file *file, int64_t line, const char *what,
                   const char *message, ...)
{
    if (file->skips_bad_rows) {
        left_out_add(file->left_out, what,
                     xasprintf("%s: line %lld", file->name, (long long)line));
        return OK;
    }

    va_list arguments;
    char *said = NULL;
    va_start(arguments, message);
    if (vasprintf(&said, message, arguments) < 0)
        die("out of memory");
    va_end(arguments);
    int rc = fail(ERR_FORMAT, "%s: line %lld%s; --on-bad-row skip leaves such rows out",
                  file->name, (long long)line, said);
    free(said);
    return rc;
}

bool format_may_have_several(const struct records_options *options)
{
    return options->multi_label == CHOICE_YES || (options->multi_label == CHOICE_AUTO &&
                                                  options->on_bad_row == BAD_ROWS_REFUSE);
}

void layout_set_separator(struct layout *layout, const char *separator)
{
    snprintf(layout->separator, sizeof layout->separator, "%s", separator);
}

void layout_release_list(struct layout_list *list)
{
    for (int i = 0; i < list->n; i++)
        free(list->names[i]);
    free(list->names);
    free(list->columns);
    *list = (struct layout_list){0};
}

void format_begin_row(struct format_file *file)
{
    words_clear(&file->labels);
    file->n_text = 0;
}

void format_add_text(struct format_file *file, const char *text, size_t n)
{
    if (n == 0)
        return;
    if (file->text_room - file->n_text < n + 1) {
        file->text_room = 2 * file->text_room + n + 1;
        file->text = xrealloc(file->text, file->text_room, 1);
    }

    if (file->n_text)
        file->text[file->n_text++] = ' ';
    memcpy(file->text + file->n_text, text, n);
    file->n_text += n;
}

void format_release_file(struct format_file *file)
{
    layout_release(&file->layout);
    words_release(&file->labels);
    free(file->text);
}

void layout_release(struct layout *layout)
{
    const struct format_ops *format = formats[layout->format];
    if (format && format->release)
        format->release(layout);
    layout_release_list(&layout->labels);
    layout_release_list(&layout->texts);
    free(layout->described);
    free(layout->part_field);
    free(layout->names);
    *layout = (struct layout){0};
}
