#include "commands/out_of_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "judge/brief.h"
#include "judge/predicted.h"
#include "saved/checkpoint.h"
#include "saved/predictions.h"

static bool has(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    bool is_there = access(path, F_OK) == 0;
    free(path);
    return is_there;
}

bool out_of_fold_is(const char *path)
{
    char *model = checkpoint_path(path);
    bool is_model = strcmp(model, path) != 0;
    free(model);
    return !is_model && has(path, PREDICTIONS_FILE) && has(path, "fold-1");
}

static int check_data(const char *folder, const struct dataset *data,
                      const struct predictions *predictions)
{
    const struct predictions_part *part = &predictions->part[DATASET_VALIDATION];

    if (predictions->data_hash == data->hash && part->n > 0 &&
        part->of == DATASET_TRAIN &&
        part->row[part->n - 1] < data->part[DATASET_TRAIN].n &&
        predictions->n_labels == data->facts.n_labels &&
        predictions->multi_label == data->facts.multi_label)
        return OK;
    return fail(ERR_FORMAT,
                "%s is other data than the folds of %s were trained on: give those, as "
                "rnnprep wrote them",
                data->path, folder);
}

/* Counts as a pass over the rows would have them. */
static struct score score_of(const struct judge *judge)
{
    struct judge_figures figures = {.n = 0};
    judge_count(judge, NULL, &figures);
    struct score score = {
        .n = figures.n, .correct = figures.correct, .loss = judge_log_loss(judge)};

    for (int c = 0; c < judge->classes && judge->multi_label; c++) {
        const struct label_counts *counts = &figures.classes[c].counts;
        score.labels.true_positives += counts->true_positives;
        score.labels.false_positives += counts->false_positives;
        score.labels.false_negatives += counts->false_negatives;
    }
    judge_figures_release(&figures);
    return score;
}

int out_of_fold_judge(const char *folder, const struct dataset *data,
                      struct selection *selection, struct evaluation *evaluation)
{
    struct predictions predictions = {.which = NULL};
    const struct predictions_part *part = &predictions.part[DATASET_VALIDATION];
    char *path = xasprintf("%s/" PREDICTIONS_FILE, folder);

    int rc = predictions_read(path, &predictions);
    if (!rc)
        rc = check_data(folder, data, &predictions);
    free(path);
    if (!rc) {
        say_line(stderr,
                 "rnntrain: note: %s is a cross-validation: judged are the %d training "
                 "rows, each by the fold that had not learnt it",
                 folder, part->n);
        *selection = (struct selection){.part = DATASET_TRAIN,
                                        .shown = "out of fold",
                                        .rows = predictions.part[DATASET_VALIDATION].row,
                                        .n = part->n};
        predictions.part[DATASET_VALIDATION].row = NULL; /* the selection's now */
        evaluation->selection = selection;
        evaluation->data = data;
        evaluation->facts = &data->facts;
        evaluation->judge = judge_of_predictions(&predictions, part);
        evaluation->score = score_of(evaluation->judge);
    }
    predictions_release(&predictions);
    return rc;
}
