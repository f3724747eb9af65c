#include "input/choose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/program.h"
#include "base/quote.h"
#include "base/say.h"
#include "input/block.h"
#include "input/column_names.h"
#include "input/multi_labels.h"
#include "input/part_column.h"
#include "input/place.h"

/* "1 id (60 values, as 17), 2 ..." */
static char *list_columns(const struct choose_given *given, const struct sample *sample)
{
    enum { MOST_LISTED = 12 };
    char *list = xstrdup("");
    int n = sample_n_columns(sample);
    for (int c = 0; c < n && c < MOST_LISTED; c++) {
        const struct sample_column *column = &sample->columns[c];
        const char *example =
            column->values.n ? words_text(&column->values, 0) : "nothing";

        int n_values = column->values.n + !column->first_recurs;
        char *longer = given->has_names
                           ? xasprintf("%s%s%d %.*s%s (%d value%s, as \"%.*s%s\")", list,
                                       c ? ", " : "", c + 1, SAY_SHORT(column->first, 40),
                                       column->values.n, plural(column->values.n),
                                       SAY_SHORT(example, 30))
                           : xasprintf("%s%s%d (%d value%s, as \"%.*s%s\")", list,
                                       c ? ", " : "", c + 1, n_values, plural(n_values),
                                       SAY_SHORT(column->first, 30));

        free(list);
        list = longer;
    }
    return list;
}

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* The column of that name, or else of one that differs in its case; *n: how many have it
 * so. -1: there is none. */
static int find_name(const struct sample *sample, const char *name, int *n)
{
    int same = -1, alike = -1, n_same = 0, n_alike = 0;

    for (int c = sample->n_columns - 1; c >= 0; c--) {
        if (strcasecmp(sample->names[c], name))
            continue;
        alike = c;
        n_alike++;
        if (!strcmp(sample->names[c], name)) {
            same = c;
            n_same++;
        }
    }
    *n = n_same ? n_same : n_alike;
    return n_same ? same : alike;
}

/* As choose_column, of the columns that are looked at. */
static int column_of(const struct choose_given *given, const struct sample *sample,
                     const char *option, const char *value, int *column)
{
    int rc = choose_column(given, sample, option, value, column);
    if (rc || *column < SAMPLE_COLUMNS)
        return rc;
    return fail(ERR_USAGE, "%s: --%s %s: column %d; expected one of the first %d",
                given->name, option, value, *column + 1, SAMPLE_COLUMNS);
}

int choose_column(const struct choose_given *given, const struct sample *sample,
                  const char *option, const char *value, int *column)
{
    int n_named = 0, named = find_name(sample, value, &n_named);
    bool is_name = given->has_names && named >= 0;
    bool is_number = is_digits(value) && !is_name; /* a value of a first row is no name */
    int found = !is_number           ? named
                : strlen(value) <= 4 ? (int)strtol(value, NULL, 10) - 1
                                     : -1;
    if (is_name && n_named > 1)
        return fail(ERR_USAGE,
                    "%s: --%s %s: %d columns are called so: give the number of one of "
                    "them, the first is %d",
                    given->name, option, value, n_named, named + 1);
    if (found >= 0 && found < sample->n_columns) {
        *column = found;
        return OK;
    }

    char *columns = list_columns(given, sample);
    int rc = fail(ERR_USAGE, "%s: --%s %s: no such column; there are %d: %s", given->name,
                  option, value, sample->n_columns, columns);
    free(columns);
    return rc;
}

static bool could_be_text(const struct sample *sample, int c)
{
    return !(sample->columns[c].n_values >= 3 && sample_is_numeric(sample, c));
}

/* A label is met again, no key or text, and most rows have it. */
static bool could_be_label(const struct sample *sample, int c)
{
    bool is_large = sample->n_rows > 20;
    if (!sample->has_gaps && sample->columns[c].n_values * 2 < sample->n_rows - 1)
        return false;
    if (column_name_is_key(sample->columns[c].first))
        return sample_is_few(sample, c);
    return !(is_large && (sample_is_key(sample, c) ||
                          (sample_is_text(sample, c) && sample_words(sample, c) > 4)));
}

/* Where a word within the name alone says so, what stands there must not gainsay it. */
static bool bears_name_out(const struct sample *sample, const char *const *known, int c)
{
    const struct sample_column *column = &sample->columns[c];
    if (known == column_text_names)
        return sample_is_text(sample, c);
    return sample_is_few(sample, c) || column->values.n * 2 <= column->n_values;
}

/* The column whose name fits best and that could hold it; -1. */
static int find_named(const struct sample *sample, const char *const *known, int but,
                      bool (*could_be)(const struct sample *, int))
{
    int best = -1, best_rank = 0;
    for (int c = 0; c < sample_n_columns(sample); c++) {
        int rank = column_name_rank(sample->columns[c].first, known);
        if (rank < 0 || c == but || !could_be(sample, c))
            continue;
        if (rank >= COLUMN_WHOLE_NAMES && sample->n_rows > 20 &&
            !bears_name_out(sample, known, c))
            continue;
        if (best < 0 || rank < best_rank) {
            best = c;
            best_rank = rank;
        }
    }
    return best;
}

/* The first column that is called so, whatever it holds; -1. */
static int find_whole_name(const struct sample *sample, const char *const *known, int but)
{
    for (int c = 0; c < sample_n_columns(sample); c++) {
        int rank = column_name_rank(sample->columns[c].first, known);
        if (c != but && rank >= 0 && rank < COLUMN_WHOLE_NAMES)
            return c;
    }
    return -1;
}

/* The one column of texts, or that whose texts are twice as long as the next; -1. */
static int find_text(const struct sample *sample, int label)
{
    int best = -1;
    double longest = 0, second = 0;
    for (int c = 0; c < sample_n_columns(sample); c++) {
        double words = sample_words(sample, c);
        if (c == label || !sample_is_text(sample, c))
            continue;
        if (words > longest) {
            second = longest;
            longest = words;
            best = c;
        } else if (words > second) {
            second = words;
        }
    }
    return longest >= 2 * second ? best : -1;
}

/* The one column of few values, whatever it is called; -1. */
static int find_label(const struct sample *sample, int text)
{
    int found = -1, n_found = 0;
    for (int c = 0; c < sample_n_columns(sample); c++)
        if (c != text && sample_is_few(sample, c) && sample->columns[c].values.n > 1 &&
            !column_name_is_key(sample->columns[c].first) && !part_column_is(sample, c)) {
            found = c;
            n_found++;
        }
    return n_found == 1 ? found : -1;
}

/* Of two columns the text is the one with more different values; where these are as many,
 * the longer one. */
static bool looks_like_text(const struct sample *sample, int c)
{
    const struct sample_column *mine = &sample->columns[c],
                               *others = &sample->columns[1 - c];
    int rows = sample->n_rows - 1; /* none is a value too */
    int n_mine = mine->values.n + (mine->n_values < rows);
    int n_others = others->values.n + (others->n_values < rows);
    if (n_mine != n_others)
        return n_mine > n_others;
    return (int64_t)strlen(mine->first) + mine->n_bytes >
           (int64_t)strlen(others->first) + others->n_bytes;
}

static bool is_label_of_two(const struct choose_given *given, const struct sample *sample,
                            int c)
{
    bool is_key = given->has_names && column_name_is_key(sample->columns[c].first);
    return !is_key && could_be_label(sample, c);
}

/* A column that is called like a key, of numbers or single words, holds no texts. */
static bool is_key(const struct choose_given *given, const struct sample *sample, int c)
{
    return given->has_names && column_name_is_key(sample->columns[c].first) &&
           sample_words(sample, c) <= 1;
}

/* Where there are two columns, what the one is not the other is. */
static void choose_of_two(const struct choose_given *given, const struct sample *sample,
                          int *text, int *label)
{
    if (*text < 0 && *label < 0)
        *text = looks_like_text(sample, 0) ? 0 : 1;
    if (*text < 0 && !is_key(given, sample, 1 - *label))
        *text = 1 - *label;
    if (*text >= 0 && *label < 0 && given->label_use == LABELS_REQUIRED &&
        is_label_of_two(given, sample, 1 - *text))
        *label = 1 - *text;
}

static void choose_of_many(const struct choose_given *given, const struct sample *sample,
                           int *text, int *label)
{
    if (*label < 0 && given->label_use == LABELS_REQUIRED)
        *label = find_label(sample, *text);
    if (*text < 0)
        *text = find_text(sample, *label);
}

/* "a,b": the columns that hold 0 and 1, or true and false, where there are several; the
 * caller's to free. */
static char *list_truths(const struct sample *sample)
{
    char *list = xstrdup("");
    int n = 0;
    for (int c = 0; c < sample_n_columns(sample); c++) {
        const struct sample_column *column = &sample->columns[c];
        bool are_truths = column->values.n > 0 && column->values.n <= 2;
        for (int32_t i = 0; i < column->values.n && are_truths; i++)
            are_truths = multi_labels_truth(words_text(&column->values, i),
                                            words_length(&column->values, i)) >= 0;
        if (!are_truths)
            continue;

        char *longer = xasprintf("%s%s%s", list, n++ ? "," : "", column->first);
        free(list);
        list = longer;
    }
    if (n > 1)
        return list;
    free(list);
    return xstrdup("");
}

/* What else the columns may be; the caller's to free. */
static char *advise_several(const struct choose_given *given, const struct sample *sample)
{
    char *truths = given->has_names ? list_truths(sample) : xstrdup("");
    char *advice =
        *truths
            ? xasprintf("; columns of 0 and 1, a label each: --label-columns %s", truths)
            : xstrdup("");
    free(truths);
    return advice;
}

/* " --OPTION NAME" of a column that the user did not name, or " --OPTION OTHERWISE"; the
 * caller's to free. */
static char *advise_option(const struct choose_given *given, const struct sample *sample,
                           const char *option, int column, const char *otherwise)
{
    enum { LONGEST = 40 };
    bool is_known = column >= 0 && given->has_names &&
                    strlen(sample->columns[column].first) <= LONGEST;
    char *name = quote_for_shell(is_known ? sample->columns[column].first : otherwise);
    char *advice = xasprintf(" --%s %s", option, name);
    free(name);
    return advice;
}

/* What was typed and the columns behind it: the later ones of two options count. */
static char *advise_command(const struct choose_given *given, const struct sample *sample,
                            int text, int label)
{
    bool is_same = text >= 0 && text == label;
    bool wants_text = !given->text || is_same;
    bool wants_label = given->label_use == LABELS_REQUIRED && (!given->label || is_same);
    const char *operand = block_operand(given->name, "-");
    char *typed = program_typed() ? xstrdup(program_typed()) : NULL;
    if (!typed)
        typed = quote_command("rnnprep", 1, (char *const *)&operand);

    char *texts = wants_text ? advise_option(given, sample, given->text_option,
                                             is_same ? -1 : text, "TEXT")
                             : xstrdup("");
    char *labels = wants_label ? advise_option(given, sample, given->label_option,
                                               is_same ? -1 : label, "LABEL")
                               : xstrdup("");
    char *command = xasprintf("%s%s%s", typed, texts, labels);
    free(labels);
    free(texts);
    free(typed);
    return command;
}

static int refuse_unknown(const struct choose_given *given, const struct sample *sample,
                          int text, int label)
{
    char *columns = list_columns(given, sample);
    char *command = advise_command(given, sample, text, label);
    bool has_text_only = text >= 0 && label < 0;
    bool needs_label = given->label_use == LABELS_REQUIRED;
    char *advice = needs_label ? advise_several(given, sample) : xstrdup("");

    int rc =
        !needs_label
            ? fail(ERR_USAGE,
                   "%s: which of its %d %s holds the text? Name it with --%s: `%s`; "
                   "there are: %s",
                   given->name, sample->n_columns, given->what, given->text_option,
                   command, columns)
        : has_text_only
            ? fail(ERR_USAGE,
                   "%s: no label found among its %d %s: %s; if one of them is the label: "
                   "`%s`%s; texts without labels are for rnntrain predict",
                   given->name, sample->n_columns, given->what, columns, command, advice)
            : fail(ERR_USAGE,
                   "%s: which of its %d %s hold the text and the label? Name them with "
                   "--%s and --%s: `%s`%s; there are: %s",
                   given->name, sample->n_columns, given->what, given->text_option,
                   given->label_option, command, advice, columns);
    free(advice);
    free(columns);
    free(command);
    return rc;
}

/* Whole texts as the names of classes are columns that were mixed up. */
static int check_swapped(const struct choose_given *given, const struct sample *sample,
                         int text, int label)
{
    bool is_swapped =
        sample->n_rows > 20 && sample_is_text(sample, label) &&
        sample->columns[label].values.n * 2 > sample->columns[label].n_values &&
        sample_words(sample, label) > 4 &&
        sample_words(sample, label) > sample_words(sample, text);
    if (!is_swapped)
        return OK;
    return fail(ERR_FORMAT,
                "%s: the labels in %d look like texts, %d different ones in %d rows, and "
                "the texts in %d are shorter: are the two exchanged? --%s %d --%s %d",
                given->name, label + 1, sample->columns[label].values.n,
                sample->columns[label].n_values, text + 1, given->text_option, label + 1,
                given->label_option, text + 1);
}

/* A word with an ending of documents: names of hosts are texts. */
static bool is_file_name(const char *text)
{
    static const char *const endings[] = {".txt",  ".text", ".html", ".htm", ".xml",
                                          ".json", ".eml",  ".md",   ".pdf", ".docx"};
    const char *ending = place_ending(text);
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (!strcasecmp(ending, endings[i]))
            return !strpbrk(text, " \t\n");
    return false;
}

/* Names of files in place of texts make a corpus of nothing. */
static int check_files(const struct choose_given *given, const struct sample *sample,
                       int text)
{
    enum { FEW = 3 };
    const struct sample_column *column = &sample->columns[text];
    if (given->text || column->values.n < FEW)
        return OK;
    for (int32_t i = 0; i < column->values.n; i++)
        if (!is_file_name(words_text(&column->values, i)))
            return OK;
    return fail(
        ERR_FORMAT,
        "%s: its %s hold names of files, as \"%.60s\", and no text: expected the "
        "texts themselves; or put each file into a folder called as its class "
        "(CLASS/%.60s) and give the folder that these stand in; --%s %d takes the "
        "names for texts",
        given->name, given->what, words_text(&column->values, 0),
        place_last_name(words_text(&column->values, 0)), given->text_option, text + 1);
}

int choose_columns(const struct choose_given *given, const struct sample *sample,
                   int *text, int *label)
{
    int t = -1, l = -1, rc = OK;
    bool needs_label = given->label_use == LABELS_REQUIRED;
    bool may_have_label = given->label_use != LABELS_UNUSED;
    if (given->text)
        rc = column_of(given, sample, given->text_option, given->text, &t);
    if (!rc && given->label && may_have_label)
        rc = column_of(given, sample, given->label_option, given->label, &l);
    if (!rc && given->text && l >= 0 && t == l)
        rc = fail(ERR_USAGE, "%s: --%s and --%s name the same one, %d of %d %s",
                  given->name, given->text_option, given->label_option, t + 1,
                  sample->n_columns, given->what);
    if (rc)
        return rc;

    if (t < 0 && given->has_names)
        t = find_named(sample, column_text_names, l, could_be_text);
    if (l < 0 && given->has_names && may_have_label)
        l = find_named(sample, column_label_names, t, could_be_label);
    if (l < 0 && given->has_names && may_have_label)
        l = find_whole_name(sample, column_label_names, t);

    if (sample->n_columns == 1 && t < 0 && !needs_label)
        t = 0;
    if (sample->n_columns == 2)
        choose_of_two(given, sample, &t, &l);
    else
        choose_of_many(given, sample, &t, &l);

    *text = t;
    *label = l;
    if (t < 0 || (needs_label && l < 0) || t == l)
        return refuse_unknown(given, sample, t, l);
    rc = check_files(given, sample, t);
    return !rc && l >= 0 ? check_swapped(given, sample, t, l) : rc;
}

char *choose_names(const struct sample *sample)
{
    char *names = xstrdup("");
    for (int c = 0; c < sample_n_columns(sample); c++) {
        char *longer = xasprintf("%s%s\n", names, sample->columns[c].first);
        free(names);
        names = longer;
    }
    return names;
}
