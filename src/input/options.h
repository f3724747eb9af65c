/* Options of the programs that read corpora: how documents stand in them. */
#ifndef RNNTRAIN_INPUT_OPTIONS_H
#define RNNTRAIN_INPUT_OPTIONS_H

#include "base/options.h"

#include "input/records.h"

struct input_settings {
    int format; /* enum format */
    char *separator;
    int header, quoting; /* enum choice */
    char *text_column, *label_column, *text_field, *label_field;
    char *label_columns, *label_separator;
    int multi_label; /* enum choice */
    char *encoding;  /* NULL: UTF-8 */
    int on_bad_row;  /* enum bad_rows */
    bool follow_links;
};

/* To be a part of the tables of structs that hold a struct input_settings. */
extern const struct option_table input_options;

/* What no single option shows wrong. */
int input_check(const struct input_settings *settings) NODISCARD;

/* The settings as the readers take them; strings are borrowed. */
struct records_options input_records(const struct input_settings *settings);

#endif
