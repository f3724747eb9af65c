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
     "name or number (from 1) of the column with the texts; several with commas between "
     "make one text, with a blank between them: title,body",
     GROUP, true},
    {"label-column", OPTION_STRING, AT(label_column), NULL, 0, 0, NULL,
     "name or number (from 1) of the column with the labels", GROUP, true},
    {"text-field", OPTION_STRING, AT(text_field), NULL, 0, 0, NULL,
     "JSON field with the texts, of any depth as meta.text; several as columns", GROUP,
     true},
    {"label-field", OPTION_STRING, AT(label_field), NULL, 0, 0, NULL,
     "JSON field with the labels, of any depth as meta.label", GROUP, true},
    {"multi-label", OPTION_CHOICE, AT(multi_label), "auto", 0, 0, auto_choices,
     "whether a text may have several labels, or none; auto: where options say so, or "
     "fastText's lines and lists in JSON have several",
     GROUP, true},
    {"label-columns", OPTION_STRING, AT(label_columns), NULL, 0, 0, NULL,
     "columns, or JSON fields, of one label each, with commas between: 1 where a text "
     "has "
     "the label, 0 where it has not",
     GROUP, true},
    {"label-separator", OPTION_STRING, AT(label_separator), NULL, 0, 0, NULL,
     "between the labels in the column or field with the labels", GROUP, true},
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

/* Options for several labels a text. */
static int check_labels(const struct input_settings *settings)
{
    const char *several = settings->label_columns     ? "--label-columns"
                          : settings->label_separator ? "--label-separator"
                                                      : NULL;
    if (several && settings->multi_label == CHOICE_NO)
        return fail(ERR_USAGE,
                    "%s reads several labels a text, --multi-label off one: give one of "
                    "them",
                    several);
    if (settings->label_separator && !*settings->label_separator)
        return fail(ERR_USAGE, "--label-separator: expected one character or more");
    if (!settings->label_columns)
        return OK;

    if (settings->label_column || settings->label_field || settings->label_separator)
        return fail(ERR_USAGE,
                    "--label-columns names a column a label: not beside --label-column, "
                    "--label-field or --label-separator");
    if (!strchr(settings->label_columns, ','))
        return fail(ERR_USAGE,
                    "--label-columns %s: one column; expected two or more, with commas "
                    "between (--label-column takes the one column of one label a text)",
                    settings->label_columns);
    return OK;
}

int input_check(const struct input_settings *settings)
{
    const char *separator = settings->separator;
    if (separator &&
        (!*separator || strlen(separator) > 15 || strpbrk(separator, "\r\n\"")))
        return fail(ERR_USAGE,
                    "--separator: expected 1 to 15 characters, no quote and no line end");
    int rc = check_labels(settings);
    return !rc && settings->encoding ? decode_check(settings->encoding) : rc;
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
    const char *between = settings->label_separator;
    return (struct records_options){
        .format = (enum format)settings->format,
        .separator = separator ? separator_of(separator) : NULL,
        .header = (enum choice)settings->header,
        .quoting = (enum choice)settings->quoting,
        .text_column = settings->text_column,
        .label_column = settings->label_column,
        .text_field = settings->text_field,
        .label_field = settings->label_field,
        .label_columns = settings->label_columns,
        .label_separator = between ? separator_of(between) : NULL,
        .multi_label = (enum choice)settings->multi_label,
        .on_bad_row = (enum bad_rows)settings->on_bad_row,
        .follow_links = settings->follow_links};
}
