#define _GNU_SOURCE /* vasprintf */
#include "input/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/left_out.h"

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

void layout_set_separator(struct layout *layout, const char *separator)
{
    snprintf(layout->separator, sizeof layout->separator, "%s", separator);
}

void layout_release(struct layout *layout)
{
    const struct format_ops *format = formats[layout->format];
    if (format && format->release)
        format->release(layout);
    free(layout->described);
    free(layout->part_field);
    free(layout->names);
    *layout = (struct layout){0};
}
