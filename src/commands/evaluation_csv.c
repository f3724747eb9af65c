/* An evaluation as CSV: a class a row, or a judged row a row. */
#include "commands/evaluation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/columns.h"
#include "commands/given_labels.h"
#include "commands/row_texts.h"
#include "files/file.h"

/* Bytes that grow. */
struct text {
    char *bytes;
    size_t n, room;
};

static void add(struct text *text, const char *bytes)
{
    size_t n = strlen(bytes);

    if (text->room - text->n <= n) {
        text->room = 2 * text->room + n + 4096;
        text->bytes = xrealloc(text->bytes, text->room, 1);
    }
    memcpy(text->bytes + text->n, bytes, n + 1);
    text->n += n;
}

/* A field, behind a comma where the line has begun. */
static void add_field(struct text *text, const char *field)
{
    char *quoted = columns_field(field, ',');

    if (text->n && text->bytes[text->n - 1] != '\n')
        add(text, ",");
    add(text, quoted);
    free(quoted);
}

static void add_number(struct text *text, double value)
{
    char number[32];
    columns_number(value, number);
    add_field(text, number);
}

static void add_count(struct text *text, int64_t n)
{
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)n);
    add_field(text, number);
}

static void add_class(const struct evaluation *evaluation, int c, struct text *text)
{
    const struct judge_class *class = &evaluation->figures.classes[c];

    add_field(text, evaluation->facts->labels[c]);
    add_count(text, judge_support(class));
    add_count(text, class->counts.true_positives);
    add_count(text, class->counts.false_positives);
    add_count(text, class->counts.false_negatives);
    for (int f = 0; f < JUDGE_CLASS_FIGURES; f++) {
        add_number(text, class->value[f]);
        if (evaluation->intervals.resamples) {
            add_number(text, evaluation->intervals.classes[c][f].low);
            add_number(text, evaluation->intervals.classes[c][f].high);
        }
    }
}

static void add_class_names(const struct evaluation *evaluation, struct text *text)
{
    static const char *const counts[] = {"label", "support", "true_positives",
                                         "false_positives", "false_negatives"};
    static const char *const endings[] = {"", "_low", "_high"};
    size_t n = evaluation->intervals.resamples ? COUNT_OF(endings) : 1;

    for (size_t i = 0; i < COUNT_OF(counts); i++)
        add_field(text, counts[i]);
    for (int f = 0; f < JUDGE_CLASS_FIGURES; f++)
        for (size_t i = 0; i < n; i++) {
            char *name = xasprintf("%s%s", judge_class_figure_names[f], endings[i]);
            add_field(text, name);
            free(name);
        }
}

void evaluation_print_csv(const struct evaluation *evaluation)
{
    struct text text = {.n = 0};

    add_class_names(evaluation, &text);
    add(&text, "\n");
    for (int c = 0; c < evaluation->facts->n_labels; c++) {
        add_class(evaluation, c, &text);
        add(&text, "\n");
    }
    fwrite(text.bytes, 1, text.n, stdout);
    free(text.bytes);
}

static bool has_all(const struct evaluation *evaluation)
{
    return evaluation->judge->probabilities &&
           evaluation->facts->n_labels <= EVALUATION_MOST_COLUMNS;
}

static void add_row_names(const struct evaluation *evaluation, struct text *text)
{
    const struct facts *facts = evaluation->facts;

    add_field(text, "row");
    add_field(text, "label");
    add_field(text, "prediction");
    if (!facts->multi_label)
        add_field(text, "probability");
    for (int c = 0; c < facts->n_labels && has_all(evaluation); c++) {
        char *name = xasprintf("probability_%s", facts->labels[c]);
        add_field(text, name);
        free(name);
    }
    add_field(text, "loss");
}

static void add_labels(const struct facts *facts, const uint8_t *flags, struct text *text)
{
    char *names = given_labels_flagged(facts, flags);
    add_field(text, names);
    free(names);
}

static void add_row(const struct evaluation *evaluation, int i, struct text *text)
{
    const struct judge *judge = evaluation->judge;
    const struct facts *facts = evaluation->facts;
    size_t at = (size_t)i * (size_t)judge->classes;

    add_count(text, evaluation->selection->rows[i]);
    if (facts->multi_label) {
        add_labels(facts, judge->there + at, text);
        add_labels(facts, judge->given + at, text);
    } else {
        bool is_other = judge->classes == 2 && judge->decided[i] == 0;
        add_field(text, facts->labels[judge->label[i]]);
        add_field(text, facts->labels[judge->decided[i]]);
        add_number(text, is_other ? 1 - judge->sure[i] : judge->sure[i]);
    }

    for (int c = 0; c < judge->classes && has_all(evaluation); c++)
        add_number(text, judge->probabilities[at + (size_t)c]);
    add_number(text, judge->loss[i]);
}

static int add_notes(struct row_texts *notes, int row, struct text *text)
{
    int rc = OK;

    for (enum row_note note = 0; note < ROW_NOTES && !rc; note++) {
        const char *kept = NULL;
        if (!row_texts_has(notes, note))
            continue;
        rc = row_texts_read(notes, note, row, &kept);
        if (!rc)
            add_field(text, kept);
    }
    return rc;
}

static int add_rows(const struct evaluation *evaluation, struct row_texts *notes,
                    struct text *text)
{
    int rc = OK;

    add_row_names(evaluation, text);
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        if (row_texts_has(notes, note))
            add_field(text, row_note_names[note]);
    add(text, "\r\n");

    for (int i = 0; i < evaluation->judge->n && !rc; i++) {
        add_row(evaluation, i, text);
        rc = add_notes(notes, evaluation->selection->rows[i], text);
        add(text, "\r\n");
    }
    return rc;
}

int evaluation_write_rows(const struct evaluation *evaluation, const char *path)
{
    struct text text = {.n = 0};
    struct row_texts notes = {.readers = {NULL}};

    int rc = row_texts_open(evaluation->data, evaluation->selection->part, &notes);
    if (!rc)
        rc = add_rows(evaluation, &notes, &text);
    if (!rc)
        rc = file_replace(path, text.bytes, text.n, false);
    row_texts_close(&notes);
    free(text.bytes);
    return rc;
}
