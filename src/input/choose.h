/* Which of a table's columns, or of an object's fields, hold the texts and the labels. */
#ifndef RNNTRAIN_INPUT_CHOOSE_H
#define RNNTRAIN_INPUT_CHOOSE_H

#include "input/sample.h"

/* What the user said of them: names or, of columns, numbers from 1. */
struct choose_given {
    const char *name;                       /* of the file, in messages */
    const char *text, *label;               /* NULL: find it */
    const char *text_option, *label_option; /* "text-column" */
    const char *what;                       /* "columns" */
    bool has_names; /* the first row names them; else they are only numbered */
    enum label_use label_use;
};

/* The column that a name or a number, the value of --OPTION, is. ERR_USAGE names the
 * columns that there are. */
int choose_column(const struct choose_given *given, const struct sample *sample,
                  const char *option, const char *value, int *column) NODISCARD;

/* From 0; *label -1: there is none. By options, then by names, then by what stands there;
 * what cannot be told apart is refused with what was found, and both are set. */
int choose_columns(const struct choose_given *given, const struct sample *sample,
                   int *text, int *label) NODISCARD;

/* The names in the first row, a line each; the caller's to free. */
char *choose_names(const struct sample *sample);

#endif
