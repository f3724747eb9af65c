/* Rows and fields of delimited text, read piece by piece: CSV as RFC 4180 has it,
 * separated text without quotes, or plain lines.
 *
 * A row ends at LF, CR LF or CR; a last row needs no end. Blank rows are passed over. In
 * quotes stand separators and line ends; a quote there is doubled. A quote within a field
 * that does not begin with one is a character; one that ends a field too early is an
 * error. */
#ifndef RNNTRAIN_INPUT_DELIMITED_H
#define RNNTRAIN_INPUT_DELIMITED_H

#include "base/base.h"

struct delimited_row {
    const struct field {
        const char *text; /* n bytes; borrowed during the call */
        size_t n;
    } * fields;
    int n_fields;
    int64_t line; /* in which the row begins, from 1 */
};

/* Takes a row; what it returns ends the reading unless it is OK. */
typedef int delimited_sink(void *context, const struct delimited_row *row);

struct delimited;

struct delimited_form {
    char separator;    /* '\0': a row is one field */
    bool quoted;       /* fields may stand in quotes, and: */
    bool skips_blanks; /* blanks around fields and quotes do not count */
    bool has_escapes;  /* in quotes \" is a quote and \\ a backslash */
};

/* `name` stands in messages; borrowed. */
struct delimited *delimited_new(const char *name, struct delimited_form form,
                                delimited_sink *sink, void *context);
void delimited_free(struct delimited *parser);
int delimited_feed(struct delimited *parser, const char *text, size_t n,
                   bool last) NODISCARD;

#endif
