/* The first rows of a table: what stands in each column, by which columns and a header
 * are told. */
#ifndef RNNTRAIN_INPUT_SAMPLE_H
#define RNNTRAIN_INPUT_SAMPLE_H

#include "input/delimited.h"
#include "input/format.h"

#include "text/words.h"

enum { SAMPLE_COLUMNS = 64 };

struct sample_column {
    const char *first;   /* the first row's field */
    struct words values; /* distinct ones of the rows behind the first, empty ones not */
    int n_values;        /* rows behind the first where it is not empty */
    int64_t n_words, n_bytes;
    int n_numbers;
    int n_blank_quoted; /* fields that begin with a blank and a quote, and end in one */
    bool first_recurs;  /* in a row that does not repeat the whole first one */
};

struct sample {
    int n_rows;    /* but those of empty fields */
    int n_columns; /* of the first row */
    int n_odd;     /* rows of another number of fields */
    bool has_gaps; /* texts may have no label: a column of labels may be sparse */
    char **names;  /* (n_columns) the first row's fields; owned */
    struct sample_column columns[SAMPLE_COLUMNS];
};

/* Cuts the beginning of a file in a form; the code is not OK where it is malformed. To be
 * released in any case. */
int sample_read(const struct beginning *beginning, struct delimited_form form,
                struct sample *sample) NODISCARD;
void sample_release(struct sample *sample);

/* One more row; ERR_EXISTS: these are enough. */
int sample_take(void *sample, const struct delimited_row *row);

/* Two or more columns, and as many fields in the rows, but for one in fifty. */
bool sample_is_even(const struct sample *sample);

/* The beginning in the form in which its rows are even: quotes as RFC 4180 has them or,
 * where that fails, behind blanks or with backslashes. false: in none, *form is the first
 * and there is no sample. */
bool sample_read_even(const struct beginning *beginning, char separator, bool quoted,
                      struct sample *sample, struct delimited_form *form);
/* Whether there is such a form. */
bool sample_is_even_by(const struct beginning *beginning, char separator, bool quoted);

/* Columns that are looked at. */
int sample_n_columns(const struct sample *sample);

/* What a column's values are like, the first row's left out. */
double sample_words(const struct sample *sample, int column); /* a value, in the mean */
bool sample_is_numeric(const struct sample *sample, int column);
bool sample_is_few(const struct sample *sample, int column);  /* short, met again */
bool sample_is_text(const struct sample *sample, int column); /* long, most distinct */
bool sample_is_key(const struct sample *sample, int column);  /* ten or more, distinct */

#endif
