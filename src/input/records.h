/* Labelled texts, one a row: delimited text, JSON Lines, fastText's lines, lines that
 * begin with their label, lines of one class. */
#ifndef RNNTRAIN_INPUT_RECORDS_H
#define RNNTRAIN_INPUT_RECORDS_H

#include "input/format.h"

enum choice { CHOICE_AUTO, CHOICE_YES, CHOICE_NO };

/* What the user said; NULL or AUTO: found out from the beginning of the file. */
struct records_options {
    enum format format; /* FORMAT_FOLDERS says nothing about a file of records */
    const char *separator;
    enum choice header, quoting;
    const char *text_column, *label_column; /* names, or numbers from 1 */
    const char *text_field, *label_field;
};

struct record {
    const char *label, *text; /* borrowed during the call */
    size_t n_label, n_text;
    int64_t line;
    size_t n_bad, first_bad; /* invalid UTF-8 that was replaced, the byte of the line */
};
typedef int records_sink(void *context, const struct record *record);

struct records;

/* `class_name`: every line is a text of this class; NULL: records have labels. `name`
 * stands in messages; both and `options` are borrowed. */
struct records *records_new(const struct records_options *options, const char *name,
                            const char *class_name, records_sink *sink, void *context);
void records_free(struct records *records);

/* The next bytes of the file, in UTF-8 (invalid bytes are the texts' affair). */
int records_feed(struct records *records, const char *text, size_t n,
                 bool last) NODISCARD;

/* How the file was read: "csv, 2 columns, header, text in 1 (review), label in 2". */
const char *records_layout(const struct records *records);

/* Whether a file's name ends as those of records do, packed or not: .csv, .jsonl.gz. */
bool records_named(const char *name);

#endif
