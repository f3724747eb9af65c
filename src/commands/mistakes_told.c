#include "commands/mistakes_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/say.h"
#include "commands/columns.h"
#include "commands/given_labels.h"

int mistakes_told_begin(const struct evaluation *evaluation,
                        const struct mistakes_form *form, struct mistakes_told *told)
{
    *told = (struct mistakes_told){.evaluation = evaluation, .form = *form};
    return row_texts_open(evaluation->data, evaluation->selection->part, &told->texts);
}

void mistakes_told_end(struct mistakes_told *told)
{
    row_texts_close(&told->texts);
}

/* A row as it is told; texts are owned. */
struct told_row {
    int row; /* in its part */
    char *label, *prediction;
    const char *suggested; /* NULL: the kind suggests nothing */
    double probability, loss, score;
    char *notes[ROW_NOTES]; /* NULL: not kept */
};

static void take_labels(const struct evaluation *evaluation, int i, struct told_row *row)
{
    const struct judge *judge = evaluation->judge;
    const struct facts *facts = evaluation->facts;
    size_t at = (size_t)i * (size_t)judge->classes;

    if (judge->multi_label) {
        row->label = given_labels_flagged(facts, judge->there + at);
        row->prediction = given_labels_flagged(facts, judge->given + at);
        return;
    }
    row->label = xstrdup(facts->labels[judge->label[i]]);
    row->prediction = xstrdup(facts->labels[judge->decided[i]]);
    row->probability = judge->probabilities
                           ? judge->probabilities[at + (size_t)judge->decided[i]]
                           : JUDGE_UNDEFINED;
}

static int take_row(struct mistakes_told *told, enum mistake_kind kind,
                    const struct mistake *mistake, struct told_row *row)
{
    const struct evaluation *evaluation = told->evaluation;
    int rc = OK;

    *row = (struct told_row){.row = evaluation->selection->rows[mistake->row],
                             .probability = JUDGE_UNDEFINED,
                             .loss = evaluation->judge->loss[mistake->row],
                             .score = mistake->score};
    take_labels(evaluation, mistake->row, row);
    if (kind == MISTAKE_MISLABELLED)
        row->suggested = evaluation->facts->labels[mistake->class];

    for (enum row_note note = 0; note < ROW_NOTES && !rc; note++) {
        const char *kept = NULL;
        if (!row_texts_has(&told->texts, note))
            continue;
        rc = row_texts_read(&told->texts, note, row->row, &kept);
        if (!rc)
            row->notes[note] = xstrdup(kept);
    }
    return rc;
}

static void release_row(struct told_row *row)
{
    free(row->label);
    free(row->prediction);
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        free(row->notes[note]);
}

static void set_number(json_t *root, const char *name, double value)
{
    if (isfinite(value))
        json_object_set_new(root, name, json_real(value));
}

static void print_json(enum mistake_kind kind, int rank, const struct told_row *row)
{
    json_t *root = json_pack("{s:s, s:i, s:i, s:s, s:s}", "kind",
                             mistake_kind_names[kind], "rank", rank, "row", row->row,
                             "label", row->label, "prediction", row->prediction);

    set_number(root, "probability", row->probability);
    set_number(root, "loss", row->loss);
    set_number(root, "score", row->score);
    if (row->suggested)
        json_object_set_new(root, "suggested", json_string(row->suggested));
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        if (row->notes[note])
            json_object_set_new(root, row_note_names[note],
                                json_string(row->notes[note]));

    char *line = json_dumps(root, JSON_COMPACT);
    say_line(stdout, "%s", line ? line : "");
    free(line);
    json_decref(root);
}

/* A field of a table file, which is to be read by programs: as it is. */
static void write_field(const char *text, bool is_first)
{
    char *field = columns_field(text, ',');

    if (!is_first)
        putchar(',');
    fwrite(field, 1, strlen(field), stdout);
    free(field);
}

static void write_number(double value)
{
    char number[32];

    columns_number(value, number);
    write_field(number, false);
}

static void write_names(const struct mistakes_told *told)
{
    static const char *const names[] = {"kind",  "rank",       "row",
                                        "label", "prediction", "probability",
                                        "loss",  "score",      "suggested"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        write_field(names[i], i == 0);
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        if (row_texts_has(&told->texts, note))
            write_field(row_note_names[note], false);
    fputs("\r\n", stdout);
}

static void print_csv(struct mistakes_told *told, enum mistake_kind kind, int rank,
                      const struct told_row *row)
{
    if (!told->has_begun)
        write_names(told);
    told->has_begun = true;

    write_field(mistake_kind_names[kind], true);
    printf(",%d,%d", rank, row->row);
    write_field(row->label, false);
    write_field(row->prediction, false);
    write_number(row->probability);
    write_number(row->loss);
    write_number(row->score);
    write_field(row->suggested ? row->suggested : "", false);
    for (enum row_note note = 0; note < ROW_NOTES; note++)
        if (row_texts_has(&told->texts, note))
            write_field(row->notes[note], false);
    fputs("\r\n", stdout);
}

/* A text as a paragraph of some lines of 78 columns, its blanks run together. */
static void print_paragraph(const char *text)
{
    enum { MOST_BYTES = 300, COLUMNS = 76 };
    size_t n = 0;
    char *line = xcalloc((size_t)say_fit(text, MOST_BYTES) + 1, 1);

    for (int i = 0; i < say_fit(text, MOST_BYTES); i++) {
        bool is_blank = strchr(" \t\r\n", text[i]);
        if (!is_blank || (n > 0 && line[n - 1] != ' '))
            line[n++] = is_blank ? ' ' : text[i];
    }
    for (char *at = line; *at;) {
        int most = say_fit(at, COLUMNS), fit = most;
        while (at[most] && fit > 0 && at[fit] != ' ')
            fit--;
        fit = fit > 0 ? fit : most;
        say_line(stdout, "    %.*s%s", fit, at,
                 !at[fit] && text[say_fit(text, MOST_BYTES)] ? " ..." : "");
        at += fit + (at[fit] == ' ');
    }
    free(line);
}

static void print_row(int rank, const struct told_row *row, bool multi_label)
{
    char *label = columns_fit(row->label, 12, 20);
    char *prediction = columns_fit(row->prediction, 12, 20);
    char probability[32] = "-";

    if (isfinite(row->probability))
        snprintf(probability, sizeof probability, "%.4f", row->probability);
    say_line(stdout, "%4d %8d  %s %s %8s %8.4f %8.4f", rank, row->row, label, prediction,
             probability, row->loss, row->score);
    if (row->suggested)
        say_line(stdout, "    %s: %s", multi_label ? "in doubt" : "rather",
                 row->suggested);
    if (row->notes[ROW_ORIGIN])
        say_line(stdout, "    %s", row->notes[ROW_ORIGIN]);
    if (row->notes[ROW_TEXT])
        print_paragraph(row->notes[ROW_TEXT]);
    free(label);
    free(prediction);
}

static void print_heading(const struct mistakes_told *told, enum mistake_kind kind,
                          int n_told, int n)
{
    static const char *const meant[] = {
        [MISTAKE_WORST] = "the largest loss first",
        [MISTAKE_UNCERTAIN] = "the smallest margin between classes first",
        [MISTAKE_MISLABELLED] = "confident learning, the clearest first"};

    if (told->has_begun)
        putchar('\n');
    say_line(stdout, "%s: %d of %d %srows of %s; %s", mistake_kind_names[kind], n_told, n,
             kind == MISTAKE_MISLABELLED ? "suspect " : "",
             told->evaluation->selection->shown, meant[kind]);
    if (n_told > 0)
        say_line(stdout, "%4s %8s  %-12s %-12s %8s %8s %8s", "", "row", "label",
                 "prediction", "prob.", "loss", "score");
}

static int refuse(const struct mistakes_told *told, enum mistake_kind kind,
                  bool is_one_of_several)
{
    const struct judge *judge = told->evaluation->judge;

    if (!is_one_of_several)
        return fail(ERR_USAGE,
                    "%d rows of %d classes are too many probabilities to be kept: "
                    "--kind worst needs none",
                    judge->n, judge->classes);
    say_line(stderr,
             "rnntrain: note: %d rows of %d classes are too many probabilities to be "
             "kept: no rows are called %s",
             judge->n, judge->classes, mistake_kind_names[kind]);
    return OK;
}

int mistakes_told_tell(struct mistakes_told *told, enum mistake_kind kind, int top,
                       bool is_one_of_several)
{
    int n = 0, rc = OK;
    struct mistake *found = mistakes_find(told->evaluation->judge, kind, &n);
    int n_told = n < top ? n : top;
    bool is_shown = !told->form.json && !told->form.csv;

    if (!found)
        return refuse(told, kind, is_one_of_several);
    if (is_shown)
        print_heading(told, kind, n_told, n);
    told->has_begun = told->has_begun || is_shown;

    for (int i = 0; i < n_told && !rc; i++) {
        struct told_row row;
        rc = take_row(told, kind, &found[i], &row);
        if (!rc && told->form.json)
            print_json(kind, i + 1, &row);
        else if (!rc && told->form.csv)
            print_csv(told, kind, i + 1, &row);
        else if (!rc)
            print_row(i + 1, &row, told->evaluation->judge->multi_label);
        release_row(&row);
    }
    free(found);
    return rc;
}
