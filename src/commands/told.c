#include "commands/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/say.h"
#include "commands/columns.h"
#include "commands/given_labels.h"
#include "input/place.h"

/* Classes whose probabilities have columns of their own in a table. */
enum { MOST_COLUMNS = 20 };

int told_by(const struct facts *facts, const struct decision *decision,
            const char *output, bool jsonl, int digits, struct told_how *how)
{
    *how = (struct told_how){.facts = facts,
                             .decision = decision,
                             .output = output,
                             .form = jsonl ? TOLD_JSONL : TOLD_COLUMNS,
                             .separator = ',',
                             .digits = digits};
    if (!output)
        return OK;

    const char *ending = place_ending(output);
    bool is_tsv = !strcasecmp(ending, ".tsv"), is_jsonl = !strcasecmp(ending, ".jsonl");
    if (!is_tsv && !is_jsonl && strcasecmp(ending, ".csv") != 0)
        return fail(ERR_USAGE,
                    "--output %s: expected a name that ends in .csv, .tsv or .jsonl",
                    output);
    how->form = is_jsonl ? TOLD_JSONL : TOLD_TABLE;
    how->separator = is_tsv ? '\t' : ',';
    return OK;
}

void told_release(struct told_how *how)
{
    for (int i = 0; i < how->n_columns; i++)
        free(how->columns[i]);
    free(how->columns);
    *how = (struct told_how){.columns = NULL};
}

char *told_pack_columns(const struct told_how *how, size_t *n)
{
    char *bytes = xcalloc(1, 1);

    *n = 0;
    for (int i = 0; i < how->n_columns; i++) {
        size_t length = strlen(how->columns[i]) + 1;
        bytes = xrealloc(bytes, *n + length, 1);
        memcpy(bytes + *n, how->columns[i], length);
        *n += length;
    }
    return bytes;
}

void told_take_columns(struct told_how *how, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n; at += strlen(bytes + at) + 1) {
        how->columns = xrealloc(how->columns, (size_t)how->n_columns + 1, sizeof(char *));
        how->columns[how->n_columns++] = xstrdup(bytes + at);
    }
}

static void write_bytes(struct told *told, const char *bytes, size_t n)
{
    if (told->room - told->n_bytes < n) {
        told->room = 2 * told->room + n + 4096;
        told->bytes = xrealloc(told->bytes, told->room, 1);
    }
    memcpy(told->bytes + told->n_bytes, bytes, n);
    told->n_bytes += n;
}

static void write_text(struct told *told, const char *text)
{
    write_bytes(told, text, strlen(text));
}

static void write_escaped(struct told *told, const char *text)
{
    size_t room = say_escape(text, NULL, 0) + 1;
    char *escaped = xcalloc(room, 1);
    say_escape(text, escaped, room);
    write_text(told, escaped);
    free(escaped);
}

/* So that a line has two columns whatever the class is called; a backslash is doubled, so
 * that the name can be told. */
static void write_label(struct told *told, const char *label)
{
    char *doubled = xcalloc(2 * strlen(label) + 1, 1), *to = doubled;
    for (; *label; *to++ = *label++)
        if (*label == '\\')
            *to++ = '\\';
    write_escaped(told, doubled);
    free(doubled);
}

/* All labels of a text, then their probabilities. */
static void write_given_labels(struct told *told, const struct told_how *how,
                               const struct judgement *judgement)
{
    char *names = given_labels_names(how->facts, how->decision, judgement->probabilities);
    char *numbers = given_labels_probabilities(how->facts, how->decision,
                                               judgement->probabilities, 6);

    write_label(told, names);
    write_text(told, "\t");
    write_text(told, numbers);
    write_text(told, "\n");
    free(names);
    free(numbers);
}

static void write_columns(struct told *told, const struct facts *facts,
                          const struct judgement *judgement)
{
    char number[32];
    const char *label = facts->labels[judgement->class];
    snprintf(number, sizeof number, "\t%.6f\n",
             judgement->probabilities[judgement->class]);
    write_label(told, label);
    write_text(told, number);
}

static void set_free(json_t *root, const struct kept *kept, const char *name,
                     json_t *value)
{
    char *key = kept_free_name(kept, name);
    json_object_set_new(root, key, value);
    free(key);
}

/* A list, or in a table one field. */
static void set_given_labels(json_t *root, const struct kept *kept,
                             const struct told_how *how, const double *probabilities)
{
    const struct facts *facts = how->facts;

    if (how->form != TOLD_TABLE) {
        set_free(root, kept, "labels",
                 given_labels_json(facts, how->decision, probabilities));
        return;
    }
    char *names = given_labels_names(facts, how->decision, probabilities);
    set_free(root, kept, "labels", json_string(names));
    free(names);
    if (facts->n_labels > MOST_COLUMNS) {
        char *numbers =
            given_labels_probabilities(facts, how->decision, probabilities, how->digits);
        set_free(root, kept, "probabilities", json_string(numbers));
        free(numbers);
    }
}

/* The judgement as an object, under names that the row has not. */
static json_t *object_of(const struct told_how *how, const struct judgement *judgement,
                         const struct kept *kept)
{
    const struct facts *facts = how->facts;
    const double *probabilities = judgement->probabilities;
    bool is_table = how->form == TOLD_TABLE;
    json_t *root = json_object(), *all = json_object();

    if (facts->multi_label)
        set_given_labels(root, kept, how, probabilities);
    else {
        set_free(root, kept, "label", json_string(facts->labels[judgement->class]));
        set_free(root, kept, "probability", json_real(probabilities[judgement->class]));
    }

    for (int c = 0; c < facts->n_labels; c++) {
        char *name = xasprintf("probability_%s", facts->labels[c]);
        if (!is_table)
            json_object_set_new(all, facts->labels[c], json_real(probabilities[c]));
        else if (facts->n_labels <= MOST_COLUMNS)
            set_free(root, kept, name, json_real(probabilities[c]));
        free(name);
    }

    if (!is_table)
        set_free(root, kept, "probabilities", json_incref(all));
    json_decref(all);

    /* a line's answer is as short as can be, but says where it says nothing */
    if (kept->json || (judgement->n_words && !judgement->n_known)) {
        set_free(root, kept, "words", json_integer((json_int_t)judgement->n_words));
        set_free(root, kept, "known_words", json_integer((json_int_t)judgement->n_known));
    }
    return root;
}

static void write_object(struct told *told, size_t digits, const json_t *judged,
                         const struct kept *kept)
{
    char *text = json_dumps(judged, JSON_COMPACT | JSON_REAL_PRECISION(digits));
    bool has_fields =
        kept->json && strspn(kept->json + 1, " \t") + 1 < strlen(kept->json);
    if (has_fields) {
        write_escaped(told, kept->json);
        write_text(told, ",");
    }
    write_escaped(told, text + has_fields); /* which leaves JSON what it is */
    write_text(told, "\n");
    free(text);
}

static void write_field(struct told *told, char separator, const char *text)
{
    char *field = columns_field(text, separator);
    write_text(told, field);
    free(field);
}

/* Numbers with so many digits. */
static void write_value(struct told *told, char separator, const json_t *value,
                        int digits)
{
    char *text = value && !json_is_string(value) && !json_is_null(value)
                     ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
                                             JSON_REAL_PRECISION((size_t)digits))
                     : NULL;
    const char *string = json_string_value(value);
    write_field(told, separator, text ? text : string ? string : "");
    free(text);
}

/* The first row's columns are those of the table. */
static void begin_table(struct told *told, struct told_how *how, const json_t *row)
{
    const char *name;
    const json_t *value;
    how->columns = xcalloc(json_object_size(row), sizeof(char *));
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        if (how->n_columns)
            write_bytes(told, &how->separator, 1);
        write_field(told, how->separator, name);
        how->columns[how->n_columns++] = xstrdup(name);
    }
    write_text(told, "\n");
}

static int refuse_row(const struct told_how *how, int64_t number)
{
    return fail(ERR_FORMAT,
                "--output %s: text %lld has other columns than the first one, or NaN in "
                "its JSON: a file that ends in .jsonl keeps what each has",
                how->output, (long long)number);
}

static int write_row(struct told *told, struct told_how *how, const json_t *judged,
                     const struct kept *kept, int64_t number)
{
    json_t *row = kept->fields ? json_copy(kept->fields) : json_object();
    size_t n_found = 0;
    json_object_update(row, (json_t *)(uintptr_t)judged);
    if (!how->columns)
        begin_table(told, how, row);

    for (int i = 0; i < how->n_columns; i++) {
        const char *name = how->columns[i];
        const json_t *value = json_object_get(row, name);
        n_found += value != NULL;
        if (i)
            write_bytes(told, &how->separator, 1);
        write_value(told, how->separator, value,
                    json_object_get(judged, name) ? how->digits : 15);
    }
    write_text(told, "\n");

    bool is_whole = n_found == json_object_size(row) && (kept->fields || !kept->json);
    json_decref(row);
    return is_whole ? OK : refuse_row(how, number);
}

int told_add(struct told *told, struct told_how *how, const struct judgement *judgement,
             const struct kept *kept)
{
    if (how->form == TOLD_COLUMNS) {
        if (how->facts->multi_label)
            write_given_labels(told, how, judgement);
        else
            write_columns(told, how->facts, judgement);
        return OK;
    }

    json_t *judged = object_of(how, judgement, kept);
    int rc = OK;
    if (how->form == TOLD_TABLE)
        rc = write_row(told, how, judged, kept, judgement->number);
    else
        write_object(told, (size_t)how->digits, judged, kept);
    json_decref(judged);
    return rc;
}
