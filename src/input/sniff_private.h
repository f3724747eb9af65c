/* What sniff.c, which finds out the format, shares with the parts that know one:
 * sniff_columns.c for delimited text, sniff_fields.c for JSON Lines. */
#ifndef RNNTRAIN_INPUT_SNIFF_PRIVATE_H
#define RNNTRAIN_INPUT_SNIFF_PRIVATE_H

#include "input/records_private.h"

enum { SNIFF_ROWS = 400 }; /* of a file's beginning that are looked at */

/* What columns and fields that hold texts and labels are called, the surest first; NULL
 * behind the last. */
extern const char *const sniff_text_names[], *const sniff_label_names[];

/* As messages have it: "tab". */
const char *sniff_shown_separator(const char *separator);

/* Whether every row of n bytes has the same two or more fields; `whole`: the bytes are
 * all of the file. */
bool sniff_is_even(const char *head, size_t n, bool whole, char separator, bool quoted);

/* The columns of delimited text: which of them hold what, and whether the first row names
 * them. */
int sniff_columns(const struct records_options *options, const char *name,
                  const char *head, size_t n, bool whole,
                  struct layout *layout) NODISCARD;

/* The fields of JSON Lines, from the first object. */
int sniff_fields(const struct records_options *options, const char *name,
                 const char *head, size_t n, struct layout *layout) NODISCARD;

#endif
