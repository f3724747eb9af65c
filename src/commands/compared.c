#include "commands/compared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/say.h"
#include "commands/out_of_fold.h"
#include "commands/row_ngrams.h"
#include "commands/selection.h"
#include "data/classes.h"
#include "judge/predicted.h"

static void take_room(const struct past *past, struct compared *compared)
{
    *compared = (struct compared){.n = past->n};
    compared->judges = xcalloc((size_t)past->n, sizeof(struct judge *));
}

void compared_release(struct compared *compared)
{
    for (int i = 0; i < compared->n; i++)
        judge_free(compared->judges[i]);
    free(compared->judges);
    *compared = (struct compared){.n = 0};
}

/* Whether rows are the same, of the same data and classes. */
static bool are_same(const struct predictions *a, const struct predictions *b,
                     enum dataset_part part)
{
    const struct predictions_part *left = &a->part[part], *right = &b->part[part];
    bool are_alike = a->data_hash == b->data_hash && a->n_labels == b->n_labels &&
                     a->multi_label == b->multi_label && left->of == right->of &&
                     left->n == right->n;

    for (int c = 0; are_alike && c < a->n_labels; c++)
        are_alike = !strcmp(a->labels[c], b->labels[c]);
    return are_alike &&
           !memcmp(left->row, right->row, (size_t)left->n * sizeof *left->row);
}

/* Why a run's rows cannot stand beside the first one's; NULL: they can. */
static const char *why_not(const struct past_run *first, const struct past_run *run,
                           enum dataset_part part)
{
    if (run->predictions_fault)
        return "its predictions.h5 cannot be read";
    if (!run->has_predictions)
        return "it has no predictions.h5";
    if (!first->has_predictions)
        return "the first run has no predictions to be compared with";
    return are_same(&first->predictions, &run->predictions, part)
               ? NULL
               : "its rows are not those of the first run";
}

void compared_of_runs(const struct past *past, struct compared *compared)
{
    const struct past_run *first = &past->runs[0];
    bool has_test = first->predictions.part[DATASET_TEST].n > 0;
    enum dataset_part part = has_test ? DATASET_TEST : DATASET_VALIDATION;
    take_room(past, compared);
    compared->part = dataset_part_names[part];

    for (int i = 0; i < past->n; i++) {
        const struct past_run *run = &past->runs[i];
        const char *why = why_not(first, run, part);
        if (why)
            say_line(stderr,
                     "rnntrain: note: %s is not compared row by row: %s; name a data set "
                     "behind the runs, on which all judge",
                     run->path, why);
        else if (run->predictions.part[part].n > 0)
            compared->judges[i] =
                judge_of_predictions(&run->predictions, &run->predictions.part[part]);
    }
}

static int check_match(const struct predictor *predictor, const struct dataset *data)
{
    const struct facts *facts = &predictor->info.facts;
    int rc =
        facts_check_multi_label(facts, predictor->info.path, &data->facts, data->path);
    if (!rc && !facts_agree(facts, &data->facts))
        rc = fail(ERR_FORMAT,
                  "%s: its rows are not those that the model of %s reads: name the data "
                  "set that it was trained on, or one with its vocabulary",
                  data->path, predictor->info.path);
    return rc ? rc
              : dataset_check_words(data, predictor->tokenizer, predictor->info.path);
}

/* As eval judges it. */
static int judge_data(const char *folder, const char *path, struct judge **judge)
{
    struct predictor predictor = {0};
    struct dataset data = {0};
    struct row_ngrams ngrams = {.list[0].n_rows = 0};
    struct selection selection = {.rows = NULL};
    struct score score;
    char *note = NULL;

    int rc = dataset_open(path, DATASET_WORDS_KEPT, &data);
    if (!rc)
        rc = predictor_open(&predictor, folder, "auto", NULL);
    if (!rc)
        rc = check_match(&predictor, &data);
    if (!rc)
        rc = dataset_load_alone(&data, DATASET_ALL, "compare runs without a data set");
    int32_t *places = xcalloc((size_t)data.facts.n_labels + 1, sizeof *places);
    if (!rc)
        rc = checkpoint_map_classes(&predictor.info, &data.facts, path, "--labels",
                                    places, &note);
    if (!rc) {
        selection_all(&data, DATASET_TEST, dataset_part_names[DATASET_TEST], &selection);
        rc = row_ngrams_load(NULL, &predictor, &data, DATASET_TEST, &ngrams);
    }

    if (!rc) {
        classes_renumber(&data.part[DATASET_TEST], places);
        const struct selection_how how = {NULL, "auto", 0, crew_cores()};
        rc = selection_judge(&selection, &predictor, &data, &how, &score, judge);
    }
    free(places);
    free(note);
    selection_release(&selection);
    row_ngrams_release(NULL, &ngrams);
    dataset_release(&data);
    predictor_release(&predictor);
    return rc;
}

int compared_of_data(const struct past *past, const char *path, struct compared *compared)
{
    int rc = OK;
    take_room(past, compared);
    compared->part = dataset_part_names[DATASET_TEST];

    for (int i = 0; i < past->n && !rc; i++)
        if (!out_of_fold_is(past->runs[i].path)) /* which has no model */
            rc = judge_data(past->runs[i].path, path, &compared->judges[i]);
    return rc;
}
