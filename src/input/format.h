/* Formats of labelled texts, one source a format: what tells a file of the format from
 * others, how records stand in it, and how a row becomes a record.
 *
 * A format is its row in FORMAT_LIST and a source that defines <stem>_format. What more a
 * format finds out about a file, or keeps from one row to the next, are fields of
 * `struct layout`.
 */
#ifndef RNNTRAIN_INPUT_FORMAT_H
#define RNNTRAIN_INPUT_FORMAT_H

#include "base/base.h"

#include "text/words.h"

struct delimited_row;
struct left_out;
struct text_record;
struct records_options;

/* FORMAT(constant, stem), in the order of --format's choices: the stem is the choice. */
#define FORMAT_LIST(FORMAT)                                                              \
    FORMAT(CSV, csv)                                                                     \
    FORMAT(TSV, tsv)                                                                     \
    FORMAT(JSONL, jsonl)                                                                 \
    FORMAT(FASTTEXT, fasttext)                                                           \
    FORMAT(LINES, lines)

/* Folders are no format of records: a file is a document, its folder the class, which is
 * the reader's work. */
#define FORMAT_CONSTANT(NAME, stem) FORMAT_##NAME,
enum format {
    FORMAT_AUTO,
    FORMAT_FOLDERS,
    FORMAT_LIST(FORMAT_CONSTANT) FORMATS,
    FORMAT_FIRST = FORMAT_FOLDERS + 1 /* of the list */
};
#undef FORMAT_CONSTANT

extern const char *const format_names[FORMATS + 1]; /* NULL behind the last */

/* The beginning of a file, and what the user said of it. */
struct beginning {
    const struct records_options *options;
    const char *name; /* in messages */
    const char *text; /* n bytes */
    size_t n;
    size_t visible; /* where the first visible byte is; n: there is none */
    bool whole;     /* the bytes are all of the file */
};

/* Columns, or fields, that the user listed. */
struct layout_list {
    int n;
    int *columns; /* (n) of delimited text, from 0 */
    char **names; /* (n) of the fields, or of the columns, as the header has them */
};
void layout_release_list(struct layout_list *list);

/* How records stand in a file. */
struct layout {
    enum format format;
    char separator[16]; /* between fields; of lines any string */
    bool quoted, header;
    bool skips_blanks, has_escapes; /* as struct delimited_form */
    int n_columns;                  /* of delimited text; 0: a row is a line */
    int text, label;                /* columns, from 0; label -1: there is none */
    char *text_field, *label_field; /* of JSON Lines; label_field NULL: there is none */
    bool multi_label;               /* a text has any number of labels; else one */
    struct layout_list labels;      /* fields of one label each, 0 or 1; n 0: see above */
    struct layout_list texts;       /* that make a text together; n 0: see above */
    int part;                       /* the column that says a row's part, from 0, and */
    char *part_field;               /* its name, or the field's; NULL: none does */
    char *names;       /* of the columns or fields, a line each; NULL: not known */
    bool lacks_labels; /* a text was found, and no label: why it cannot be read */
    bool has_labels;   /* of lines */
    char *described;   /* for people, as records_layout gives it */
};

/* Whether files are read for texts with several labels, in auto where the beginning shows
 * so: --on-bad-row skip leaves such rows out. */
bool format_may_have_several(const struct records_options *options);

void layout_set_separator(struct layout *layout, const char *separator);
void layout_release(struct layout *layout);

/* Whether texts have labels. */
enum label_use {
    LABELS_REQUIRED,
    LABELS_OPTIONAL, /* taken where an option or a name says so, else there are none */
    LABELS_UNUSED    /* nothing is a label: plain lines are texts */
};

/* A file that is read, as its format sees it. */
struct format_file {
    const char *name; /* in messages */
    struct layout layout;
    int (*sink)(void *context, const struct text_record *record);
    void *context;
    enum label_use label_use;
    bool skips_bad_rows;
    struct left_out *left_out;
    const char *label_separator; /* within a label field; NULL: it is one label */
    struct words labels;         /* of the present row, where there are several */
    char *text;                  /* of the present row, where several fields make it */
    size_t n_text, text_room;
};

/* Begins a row: no labels, no text. Then format_add_text puts fields together, with a
 * blank between those that are not empty. */
void format_begin_row(struct format_file *file);
void format_add_text(struct format_file *file, const char *text, size_t n);
void format_release_file(struct format_file *file);

/* A row that cannot be taken: refused with the message, or passed over and counted under
 * `what`, a constant string that reads well behind a number. */
PRINTF_LIKE(4, 5)
int format_bad_row(struct format_file *file, int64_t line, const char *what,
                   const char *message, ...) NODISCARD;

/* What tells formats apart. Those with the surest sign are asked first, those with the
 * same one in the order of the list. */
enum format_sign {
    SIGN_MARK,   /* what the file begins with */
    SIGN_TABS,   /* which hardly ever stand in a text */
    SIGN_FIELDS, /* as many in every row */
    SIGN_LABELS, /* lines that begin alike */
    FORMAT_SIGNS
};

struct format_ops {
    const char *const *suffixes; /* of files' names, NULL behind the last; NULL: none */
    enum format_sign sign;
    bool has_rows;          /* of which the first may be names */
    const char *sign_shown; /* "no ... ", where no format is found; NULL: not named */
    bool (*looks_like)(const struct beginning *beginning);
    /* Where --separator is given and --format is not; NULL: it is another format. */
    bool (*splits_at)(const char *separator);
    /* Fills the layout, whose format is set. A layout that failed is released too. */
    int (*lay_out)(const struct beginning *beginning, struct layout *layout);
    /* Hands the record of a row to the sink, whose code it returns. */
    int (*take)(struct format_file *file, const struct delimited_row *row);
    /* Frees what the format alone put into a layout, which may be half done; NULL:
     * nothing is to be freed. */
    void (*release)(struct layout *layout);
};

#define FORMAT_DECLARATION(NAME, stem) extern const struct format_ops stem##_format;
FORMAT_LIST(FORMAT_DECLARATION)
#undef FORMAT_DECLARATION

extern const struct format_ops *const formats[FORMATS]; /* NULL before FORMAT_FIRST */

/* Whether the first n bytes of a file's name end as those of the format do. */
bool format_is_named(const struct format_ops *format, const char *name, size_t n);

/* As messages have it: "tab". */
const char *format_shown_separator(const char *separator);

#endif
