#include "input/header.h"

#include <string.h>

#include "input/column_names.h"
#include "input/records.h"

/* Whether an option names columns, other than by their numbers. */
static bool has_names(const char *option)
{
    return option && (!*option || strspn(option, "0123456789, ") != strlen(option));
}

static bool is_number(const char *text)
{
    return strpbrk(text, "0123456789") &&
           strspn(text, "0123456789.,+-eE") == strlen(text);
}

static int count_blanks(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == ' ';
    return n;
}

/* The better rank of a name as one of texts or of labels; -1. */
static int name_rank(const char *name)
{
    int text = column_name_rank(name, column_text_names);
    int label = column_name_rank(name, column_label_names);
    return text < 0 ? label : label < 0 || text < label ? text : label;
}

static int rate_name(const struct sample_column *column)
{
    int rank = name_rank(column->first);
    bool recurs = column->first_recurs;
    if (rank >= 0 && rank < COLUMN_WHOLE_NAMES)
        return recurs ? 0 : 2;
    return rank >= 0 && !recurs && column_name_is_likely(column->first);
}

/* How the first value differs from those below it. */
static int rate_values(const struct sample *sample, int c)
{
    const struct sample_column *column = &sample->columns[c];
    bool is_large = sample->n_rows > 20;
    bool is_few = is_large && sample_is_few(sample, c);
    if (column->first_recurs)
        return is_few ? -3 : -1;
    if (sample_is_numeric(sample, c))
        return !*column->first ? 0 : is_number(column->first) ? -2 : 3;

    int rating = is_few ? 2 : 0;
    if (sample_words(sample, c) >= 4 && column->n_values >= 3) {
        int n_blanks = count_blanks(column->first);
        bool is_short = strlen(column->first) * 4 * (size_t)column->n_values <
                        (size_t)column->n_bytes;
        if (n_blanks >= 3)
            rating -= 3;
        else if (n_blanks == 0 && is_short && column_name_is_likely(column->first))
            rating += 2;
    }
    return rating;
}

static bool has_equal_names(const struct sample *sample)
{
    int n = sample_n_columns(sample);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < a; b++)
            if (*sample->columns[a].first &&
                !strcmp(sample->columns[a].first, sample->columns[b].first))
                return true;
    return false;
}

/* Both a text and a label by their whole names. */
static bool has_whole_names(const struct sample *sample)
{
    bool text = false, label = false;
    for (int c = 0; c < sample_n_columns(sample); c++) {
        int as_text = column_name_rank(sample->columns[c].first, column_text_names);
        int as_label = column_name_rank(sample->columns[c].first, column_label_names);
        bool recurs = sample->columns[c].first_recurs;
        text |= as_text >= 0 && as_text < COLUMN_WHOLE_NAMES && !recurs;
        label |= as_label >= 0 && as_label < COLUMN_WHOLE_NAMES && !recurs;
    }
    return text && label;
}

bool header_is_there(const struct records_options *options, const struct sample *sample)
{
    if (options->header != CHOICE_AUTO)
        return options->header == CHOICE_YES;
    if (has_names(options->text_column) || has_names(options->label_column) ||
        has_names(options->label_columns))
        return true;
    if (has_whole_names(sample))
        return true;

    int rating = has_equal_names(sample) ? -3 : 0;
    for (int c = 0; c < sample_n_columns(sample); c++)
        rating += rate_name(&sample->columns[c]) + rate_values(sample, c);
    return rating > 0;
}
