#include "commands/judgements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/say.h"
#include "commands/columns.h"
#include "commands/given_labels.h"
#include "files/file.h"
#include "input/place.h"

enum form { FORM_COLUMNS, FORM_JSONL, FORM_TABLE };

/* Classes whose probabilities have columns of their own in a table. */
enum { MOST_COLUMNS = 20 };

struct judgements {
    struct predictor *predictor;
    const char *output;
    enum form form;
    char separator; /* of a table */
    int digits;     /* of probabilities in JSON and tables */
    char *texts[PREDICTOR_ROWS];
    struct kept kept[PREDICTOR_ROWS];
    int n;
    char *bytes; /* of the file */
    size_t n_bytes, room;
    char **columns; /* of a table: those of the first row */
    int n_columns;
    int64_t n_texts, n_blind, n_words, n_known;
};

/* What is told of a text. */
struct judgement {
    const double *probabilities;
    int class;
    size_t n_words, n_known;
};

static int find_form(struct judgements *judgements, bool jsonl)
{
    const char *output = judgements->output;
    judgements->form = jsonl ? FORM_JSONL : FORM_COLUMNS;
    judgements->separator = ',';
    if (!output)
        return OK;

    const char *ending = place_ending(output);
    bool is_tsv = !strcasecmp(ending, ".tsv"), is_jsonl = !strcasecmp(ending, ".jsonl");
    if (!is_tsv && !is_jsonl && strcasecmp(ending, ".csv") != 0)
        return fail(ERR_USAGE,
                    "--output %s: expected a name that ends in .csv, .tsv or .jsonl",
                    output);
    judgements->form = is_jsonl ? FORM_JSONL : FORM_TABLE;
    judgements->separator = is_tsv ? '\t' : ',';
    return file_check_target(output);
}

int judgements_new(struct predictor *predictor, const char *output, bool jsonl,
                   int digits, struct judgements **result)
{
    struct judgements *judgements = xcalloc(1, sizeof *judgements);
    judgements->predictor = predictor;
    judgements->output = output;
    judgements->digits = digits;

    int rc = find_form(judgements, jsonl);
    if (rc)
        judgements_free(judgements);
    else
        *result = judgements;
    return rc;
}

void judgements_free(struct judgements *judgements)
{
    if (!judgements)
        return;
    for (int i = 0; i < judgements->n; i++) {
        free(judgements->texts[i]);
        kept_release(&judgements->kept[i]);
    }
    for (int i = 0; i < judgements->n_columns; i++)
        free(judgements->columns[i]);
    free(judgements->columns);
    free(judgements->bytes);
    free(judgements);
}

bool judgements_keep(const struct judgements *judgements)
{
    return judgements->form != FORM_COLUMNS;
}

int judgements_room(const struct judgements *judgements)
{
    return PREDICTOR_ROWS - judgements->n;
}

static void write_bytes(struct judgements *judgements, const char *bytes, size_t n)
{
    if (!judgements->output) {
        fwrite(bytes, 1, n, stdout);
        return;
    }
    if (judgements->room - judgements->n_bytes < n) {
        judgements->room = 2 * judgements->room + n + 4096;
        judgements->bytes = xrealloc(judgements->bytes, judgements->room, 1);
    }
    memcpy(judgements->bytes + judgements->n_bytes, bytes, n);
    judgements->n_bytes += n;
}

static void write_text(struct judgements *judgements, const char *text)
{
    write_bytes(judgements, text, strlen(text));
}

static void write_escaped(struct judgements *judgements, const char *text)
{
    size_t room = say_escape(text, NULL, 0) + 1;
    char *escaped = xcalloc(room, 1);
    say_escape(text, escaped, room);
    write_text(judgements, escaped);
    free(escaped);
}

/* So that a line has two columns whatever the class is called; a backslash is doubled, so
 * that the name can be told. */
static void write_label(struct judgements *judgements, const char *label)
{
    char *doubled = xcalloc(2 * strlen(label) + 1, 1), *to = doubled;
    for (; *label; *to++ = *label++)
        if (*label == '\\')
            *to++ = '\\';
    write_escaped(judgements, doubled);
    free(doubled);
}

static const struct decision *decision_of(const struct judgements *judgements)
{
    return &judgements->predictor->info.ensemble.decision;
}

/* All labels of a text, then their probabilities. */
static void write_given_labels(struct judgements *judgements,
                               const struct judgement *judgement)
{
    const struct facts *facts = &judgements->predictor->info.facts;
    const struct decision *decision = decision_of(judgements);
    char *names = given_labels_names(facts, decision, judgement->probabilities);
    char *numbers =
        given_labels_probabilities(facts, decision, judgement->probabilities, 6);

    write_label(judgements, names);
    write_text(judgements, "\t");
    write_text(judgements, numbers);
    write_text(judgements, "\n");
    free(names);
    free(numbers);
}

static void write_columns(struct judgements *judgements,
                          const struct judgement *judgement)
{
    char number[32];
    const char *label = judgements->predictor->info.facts.labels[judgement->class];
    snprintf(number, sizeof number, "\t%.6f\n",
             judgement->probabilities[judgement->class]);
    write_label(judgements, label);
    write_text(judgements, number);
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
                             const struct judgements *judgements,
                             const double *probabilities)
{
    const struct facts *facts = &judgements->predictor->info.facts;
    const struct decision *decision = decision_of(judgements);

    if (judgements->form != FORM_TABLE) {
        set_free(root, kept, "labels", given_labels_json(facts, decision, probabilities));
        return;
    }
    char *names = given_labels_names(facts, decision, probabilities);
    set_free(root, kept, "labels", json_string(names));
    free(names);
    if (facts->n_labels > MOST_COLUMNS) {
        char *numbers = given_labels_probabilities(facts, decision, probabilities,
                                                   judgements->digits);
        set_free(root, kept, "probabilities", json_string(numbers));
        free(numbers);
    }
}

/* The judgement as an object, under names that the row has not. */
static json_t *object_of(const struct judgements *judgements,
                         const struct judgement *judgement, const struct kept *kept)
{
    const struct facts *facts = &judgements->predictor->info.facts;
    const double *probabilities = judgement->probabilities;
    bool is_table = judgements->form == FORM_TABLE;
    json_t *root = json_object(), *all = json_object();

    if (facts->multi_label)
        set_given_labels(root, kept, judgements, probabilities);
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

static void write_object(struct judgements *judgements, const json_t *judged,
                         const struct kept *kept)
{
    size_t digits = (size_t)judgements->digits;
    char *text = json_dumps(judged, JSON_COMPACT | JSON_REAL_PRECISION(digits));
    bool has_fields =
        kept->json && strspn(kept->json + 1, " \t") + 1 < strlen(kept->json);
    if (has_fields) {
        write_escaped(judgements, kept->json);
        write_text(judgements, ",");
    }
    write_escaped(judgements, text + has_fields); /* which leaves JSON what it is */
    write_text(judgements, "\n");
    free(text);
}

static void write_field(struct judgements *judgements, const char *text)
{
    char *field = columns_field(text, judgements->separator);
    write_text(judgements, field);
    free(field);
}

/* Numbers with so many digits. */
static void write_value(struct judgements *judgements, const json_t *value, int digits)
{
    char *text = value && !json_is_string(value) && !json_is_null(value)
                     ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT |
                                             JSON_REAL_PRECISION((size_t)digits))
                     : NULL;
    const char *string = json_string_value(value);
    write_field(judgements, text ? text : string ? string : "");
    free(text);
}

/* The first row's columns are those of the table. */
static void begin_table(struct judgements *judgements, const json_t *row)
{
    const char *name;
    const json_t *value;
    judgements->columns = xcalloc(json_object_size(row), sizeof(char *));
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        if (judgements->n_columns)
            write_bytes(judgements, &judgements->separator, 1);
        write_field(judgements, name);
        judgements->columns[judgements->n_columns++] = xstrdup(name);
    }
    write_text(judgements, "\n");
}

static int refuse_row(const struct judgements *judgements)
{
    return fail(ERR_FORMAT,
                "--output %s: text %lld has other columns than the first one, or NaN in "
                "its JSON: a file that ends in .jsonl keeps what each has",
                judgements->output, (long long)judgements->n_texts);
}

static int write_row(struct judgements *judgements, const json_t *judged,
                     const struct kept *kept)
{
    json_t *row = kept->fields ? json_copy(kept->fields) : json_object();
    size_t n_found = 0;
    json_object_update(row, (json_t *)(uintptr_t)judged);
    if (!judgements->columns)
        begin_table(judgements, row);

    for (int i = 0; i < judgements->n_columns; i++) {
        const char *name = judgements->columns[i];
        const json_t *value = json_object_get(row, name);
        n_found += value != NULL;
        if (i)
            write_bytes(judgements, &judgements->separator, 1);
        write_value(judgements, value,
                    json_object_get(judged, name) ? judgements->digits : 15);
    }
    write_text(judgements, "\n");

    bool is_whole = n_found == json_object_size(row) && (kept->fields || !kept->json);
    json_decref(row);
    return is_whole ? OK : refuse_row(judgements);
}

static int tell(struct judgements *judgements, const struct judgement *judgement,
                const struct kept *kept)
{
    judgements->n_texts++;
    judgements->n_blind += judgement->n_known == 0;
    judgements->n_words += (int64_t)judgement->n_words;
    judgements->n_known += (int64_t)judgement->n_known;

    if (judgements->form == FORM_COLUMNS) {
        if (judgements->predictor->info.facts.multi_label)
            write_given_labels(judgements, judgement);
        else
            write_columns(judgements, judgement);
        return OK;
    }

    json_t *judged = object_of(judgements, judgement, kept);
    int rc = OK;
    if (judgements->form == FORM_TABLE)
        rc = write_row(judgements, judged, kept);
    else
        write_object(judgements, judged, kept);
    json_decref(judged);
    return rc;
}

int judgements_flush(struct judgements *judgements)
{
    int n_labels = judgements->predictor->info.facts.n_labels, n = judgements->n;
    int classes[PREDICTOR_ROWS], rc = OK;
    double *all = xcalloc((size_t)n * (size_t)n_labels, sizeof *all);
    predictor_judge(judgements->predictor, judgements->texts, n, all, classes);

    for (int i = 0; i < n; i++) {
        struct judgement judgement = {.probabilities = all + i * n_labels,
                                      .class = classes[i]};
        size_t n_unknown = 0;
        predictor_words(judgements->predictor, i, &judgement.n_words, &n_unknown);
        judgement.n_known = judgement.n_words - n_unknown;
        if (!rc)
            rc = tell(judgements, &judgement, &judgements->kept[i]);
        free(judgements->texts[i]);
        kept_release(&judgements->kept[i]);
    }

    judgements->n = 0;
    free(all);
    return rc;
}

int judgements_add(struct judgements *judgements, char *text, struct kept kept)
{
    judgements->texts[judgements->n] = text;
    judgements->kept[judgements->n++] = kept;
    return judgements_room(judgements) ? OK : judgements_flush(judgements);
}

int judgements_finish(struct judgements *judgements)
{
    int rc = judgements_flush(judgements);
    if (rc || !judgements->output)
        return rc;

    rc = file_replace(judgements->output, judgements->bytes ? judgements->bytes : "",
                      judgements->n_bytes, false);
    if (!rc)
        say_line(stdout, "%s: %lld text%s, %lld of %lld word%s known to the model",
                 judgements->output, (long long)judgements->n_texts,
                 plural(judgements->n_texts), (long long)judgements->n_known,
                 (long long)judgements->n_words, plural(judgements->n_words));
    return rc;
}

void judgements_print_notes(const struct judgements *judgements)
{
    if (judgements->n_blind)
        say_line(
            stderr,
            "rnntrain: note: %lld of %lld text%s %s no word that the model knows: %s "
            "(of all %lld word%s it does not know %lld)",
            (long long)judgements->n_blind, (long long)judgements->n_texts,
            plural(judgements->n_texts), judgements->n_blind == 1 ? "holds" : "hold",
            judgements->n_blind == 1 ? "its judgement is that of no word"
                                     : "they all get the same judgement",
            (long long)judgements->n_words, plural(judgements->n_words),
            (long long)(judgements->n_words - judgements->n_known));
}
