#include "input/options.h"

#include <string.h>

#include "input/decode.h"

static const char *const auto_choices[] = {"auto", "on", "off", NULL};

#define AT(field) offsetof(struct input_settings, field)
#define GROUP "Corpus"

static const struct option options[] = {
    {"format", OPTION_CHOICE, AT(format), "auto", 0, 0, format_names,
     "how documents stand in the corpus; auto looks", GROUP, true},
    {"separator", OPTION_STRING, AT(separator), NULL, 0, 0, NULL,
     "between fields, or label and text: one character, \"tab\", or for --format lines "
     "any string (default: found out)",
     GROUP, true},
    {"header", OPTION_CHOICE, AT(header), "auto", 0, 0, auto_choices,
     "whether the first row names the columns", GROUP, true},
    {"quoting", OPTION_CHOICE, AT(quoting), "auto", 0, 0, auto_choices,
     "whether fields may stand in quotes, as RFC 4180 has it; auto: not in tsv", GROUP,
     true},
    {"text-column", OPTION_STRING, AT(text_column), NULL, 0, 0, NULL,
     "name or number (from 1) of the column with the texts", GROUP, true},
    {"label-column", OPTION_STRING, AT(label_column), NULL, 0, 0, NULL,
     "name or number (from 1) of the column with the labels", GROUP, true},
    {"text-field", OPTION_STRING, AT(text_field), NULL, 0, 0, NULL,
     "JSON field with the texts", GROUP, true},
    {"label-field", OPTION_STRING, AT(label_field), NULL, 0, 0, NULL,
     "JSON field with the labels", GROUP, true},
    {"encoding", OPTION_STRING, AT(encoding), NULL, 0, 0, NULL,
     "of files without a byte order mark: latin1, cp1252, gb18030, ... (default: utf-8)",
     GROUP, true},
    {"on-bad-row", OPTION_CHOICE, AT(on_bad_row), "refuse", 0, 0, records_bad_rows_names,
     "rows without a label or a text, or not of the file's format: end with their line, "
     "or leave them out and count them",
     GROUP, true},
    {"follow-links", OPTION_BOOL, AT(follow_links), "false", 0, 0, NULL,
     "read what symbolic links in a folder lead to: files, and folders within the corpus",
     GROUP, true},
};

const struct option_table input_options = {.options = options,
                                           .n_options = (int)COUNT_OF(options)};

int input_check(const struct input_settings *settings)
{
    const char *separator = settings->separator;
    if (separator &&
        (!*separator || strlen(separator) > 15 || strpbrk(separator, "\r\n\"")))
        return fail(ERR_USAGE,
                    "--separator: expected 1 to 15 characters, no quote and no line end");
    return settings->encoding ? decode_check(settings->encoding) : OK;
}

/* Characters that a shell makes hard to type have names. */
static const char *separator_of(const char *given)
{
    if (!strcmp(given, "tab") || !strcmp(given, "\\t"))
        return "\t";
    if (!strcmp(given, "blank") || !strcmp(given, "space"))
        return " ";
    return given;
}

struct records_options input_records(const struct input_settings *settings)
{
    const char *separator = settings->separator;
    return (struct records_options){.format = (enum format)settings->format,
                                    .separator =
                                        separator ? separator_of(separator) : NULL,
                                    .header = (enum choice)settings->header,
                                    .quoting = (enum choice)settings->quoting,
                                    .text_column = settings->text_column,
                                    .label_column = settings->label_column,
                                    .text_field = settings->text_field,
                                    .label_field = settings->label_field,
                                    .on_bad_row = (enum bad_rows)settings->on_bad_row,
                                    .follow_links = settings->follow_links};
}
