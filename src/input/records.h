/* Labelled texts, one a row: delimited text, JSON Lines, fastText's lines, lines that
 * begin with their label, lines of one class. */
#ifndef RNNTRAIN_INPUT_RECORDS_H
#define RNNTRAIN_INPUT_RECORDS_H

#include "input/delimited.h"
#include "input/format.h"

enum choice { CHOICE_AUTO, CHOICE_YES, CHOICE_NO };

/* What becomes of rows without a text, without a label, or not of the file's format. */
enum bad_rows { BAD_ROWS_REFUSE, BAD_ROWS_SKIP };
extern const char *const records_bad_rows_names[]; /* NULL behind the last */

/* What the user said; NULL or AUTO: found out from the beginning of the file. */
struct records_options {
    enum format format; /* FORMAT_FOLDERS says nothing about a file of records */
    const char *separator;
    enum choice header, quoting;
    const char *text_column, *label_column; /* names, or numbers from 1 */
    const char *text_field, *label_field;
    const char *label_columns;   /* of one label each, with commas between */
    const char *label_separator; /* between the labels of a label field */
    enum choice multi_label;     /* whether a text may have several labels, or none */
    enum label_use label_use;
    enum bad_rows on_bad_row;
    bool follow_links; /* of a folder that is read */
    bool keeps_ids;    /* whoever reads asks for records_id */
    /* Of what column or field that is, a name or a number from 1; NULL: of one that is
     * called id, if there is one. */
    const char *id_column;
};

/* A row's text; all is borrowed during the call. */
struct text_record {
    const char *label, *text;
    size_t n_label, n_text; /* label NULL: it has none, where labels are not required */
    const struct words *labels; /* any number, in the place of `label`; NULL: that one */
    int64_t line;
    size_t n_bad, first_bad; /* invalid UTF-8 that was replaced, the byte of the line */
    /* The key of a JSON document where it stands, or the part that a column says; it
     * stays where it is while records are read. NULL: none. */
    const char *part;
    bool is_first; /* the file's first row, which was taken for no header */
    /* The whole row, as it stands there: fields of delimited text, or else the line. */
    const struct field *fields; /* NULL: the row is a line */
    int n_fields;
    const char *row; /* NULL: the row has fields */
    size_t n_row;
};
typedef int records_sink(void *context, const struct text_record *record);

struct records;

/* `class_name`: every line is a text of this class; NULL: records have labels. `name`
 * stands in messages; both and `options` are borrowed. */
struct records *records_new(const struct records_options *options, const char *name,
                            const char *class_name, records_sink *sink, void *context);
void records_free(struct records *records);

/* The next bytes of the file, in UTF-8 (invalid bytes are the texts' affair). */
int records_feed(struct records *records, const char *text, size_t n,
                 bool last) NODISCARD;

/* The first row where it names the columns, *n of them; NULL: there is none. Borrowed
 * until records_free; known once the first record is. */
const struct field *records_header(const struct records *records, int *n);

/* The id column that options name, or NULL. */
const char *records_id_column(const struct records *records);
/* What a row is called in it, in *id, the caller's to free; NULL: it has none.
 * ERR_FORMAT: the row lacks the column that options name. */
int records_id(const struct records *records, const struct text_record *record,
               char **id) NODISCARD;

/* Rows that were passed over, until records_free. */
struct left_out *records_left_out(struct records *records);

/* How the file was read: "csv, 2 columns, header, text in 1 (review), label in 2". */
const char *records_layout(const struct records *records);

/* The names of its columns or fields, a line each; NULL: they are not known. Borrowed. */
const char *records_column_names(const struct records *records);

/* The labels that have a column each, whether a text has them or not. Borrowed. */
const struct layout_list *records_label_columns(const struct records *records);

/* Whether it could not be read since it has texts and no labels. */
bool records_lack_labels(const struct records *records);

/* Whether a file's name ends as those of records do, packed or not: .csv, .jsonl.gz. */
bool records_named(const char *name);

#endif
