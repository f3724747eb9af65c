#include "commands/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/set_aside.h"
#include "judge/figures.h"
#include "ranks/comm.h"

void selection_all(const struct dataset *data, enum dataset_part part, const char *shown,
                   struct selection *selection)
{
    int n = data->part[part].n;
    *selection = (struct selection){.part = part, .shown = shown, .n = n};
    selection->rows = xcalloc((size_t)n, sizeof *selection->rows);
    for (int i = 0; i < n; i++)
        selection->rows[i] = i;
}

static int find_set_aside(const struct predictor *predictor, const struct dataset *data,
                          bool speaks, struct selection *selection)
{
    selection->part = DATASET_TRAIN;
    selection->shown = dataset_part_names[DATASET_VALIDATION];

    int rc = set_aside_rows(&predictor->info, &predictor->record, data, &selection->rows,
                            &selection->n);
    if (rc || !speaks)
        return rc;
    say_line(stderr,
             "rnntrain: note: %s has no validation part: judged are the %d of its %d "
             "training rows that the run set aside to validate on",
             data->path, selection->n, data->part[DATASET_TRAIN].n);
    if (predictor->info.ensemble.rule == ENSEMBLE_SUM)
        say_line(stderr,
                 "rnntrain: note: on these rows the weights of the ensemble's members "
                 "were chosen");
    if (predictor_reads_ngrams(predictor) && predictor->record.linear.is_refitted)
        say_line(stderr,
                 "rnntrain: note: a linear model's last fit has learnt these rows too: "
                 "what the best fit before came to is in the run's log");
    return rc;
}

int selection_find(const struct predictor *predictor, const struct dataset *data,
                   enum dataset_part part, bool speaks, struct selection *selection)
{
    bool is_validation = part == DATASET_VALIDATION;
    if (is_validation && data->part[part].n == 0)
        return find_set_aside(predictor, data, speaks, selection);

    selection_all(data, part, dataset_part_names[part], selection);
    if (is_validation && speaks &&
        set_aside_others(&predictor->info, &predictor->record, data))
        say_line(stderr,
                 "rnntrain: note: the run of %s validated on rows of the training part, "
                 "which are not these",
                 predictor->info.path);
    return OK;
}

void selection_release(struct selection *selection)
{
    free(selection->rows);
    *selection = (struct selection){.rows = NULL};
}

static int refuse_none(const struct dataset *data, enum dataset_part part)
{
    static const char *const instead[DATASET_PARTS] = {
        [DATASET_TRAIN] = "",
        [DATASET_VALIDATION] = "; rows that a run set aside stand in the data set that "
                               "it was trained on: name that",
        [DATASET_TEST] = "; --part validation judges rows that a run set aside, --part "
                         "train those that it has learnt"};

    return fail(ERR_FORMAT, "%s: it has no %s part%s", data->path,
                dataset_part_names[part], instead[part]);
}

static void free_models(struct model **models, int n)
{
    for (int i = 0; i < n && models; i++)
        model_free(models[i]);
    free(models);
}

/* Only models of greater lanes than the predictor's need workspaces of their own, for the
 * bits of their run; NULL: they do not. */
static int wide_models(const struct predictor *predictor, const char *isa,
                       struct model ***result)
{
    const struct kernels *kernels = NULL;
    int lane_rows = predictor->record.sampler.lane_rows;
    *result = NULL;
    if (lane_rows <= predictor->lane_rows)
        return OK;

    struct model **models = xcalloc((size_t)predictor->n, sizeof(struct model *));
    int rc = kernels_select(isa, &kernels);
    for (int i = 0; i < predictor->n && !rc; i++) {
        rc = model_new_evaluator(model_chain(predictor->models[i]), kernels, lane_rows,
                                 &models[i]);
        if (!rc)
            model_pack(models[i], predictor->all_weights[i]);
    }

    if (rc)
        free_models(models, predictor->n);
    else
        *result = models;
    return rc;
}

/* Tells a judge what lanes are judged to be. */
struct telling {
    const struct ensemble *ensemble;
    struct judge *judge;
    int *place;     /* of each row of the part in the selection */
    uint8_t *heard; /* (n) 1: the row at that place was judged here */
};

static void tell(void *data, const struct lane *lane, const real *logits)
{
    struct telling *telling = data;
    const struct rows *rows = lane->from;
    int outputs = ensemble_outputs(telling->ensemble);
    double *probabilities =
        xcalloc((size_t)telling->judge->classes, sizeof *probabilities);

    for (int r = 0; r < lane->n_rows; r++) {
        int row = lane->rows[r];
        struct judge_row judged = {.probabilities = probabilities,
                                   .thresholds = ensemble_thresholds(telling->ensemble)};
        judged.decided = ensemble_judge(
            telling->ensemble, logits + (size_t)r * (size_t)outputs, probabilities);
        if (rows->n_labels)
            judged.labels = rows_multi_hot(rows, row);
        else
            judged.label = rows->y[row];
        judge_take(telling->judge, telling->place[row], &judged);
        telling->heard[telling->place[row]] = 1;
    }
    free(probabilities);
}

/* Collective. What the others judged, to rank 0: places and rows. */
static void gather(const struct comm *comm, const struct telling *telling)
{
    struct judge *judge = telling->judge;
    size_t step = sizeof(int32_t) + judge_row_bytes(judge), bytes = 0;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    char *mine = NULL;

    for (int32_t i = 0; i < judge->n && comm->rank > 0; i++) {
        if (!telling->heard[i])
            continue;
        if (!mine)
            mine = xcalloc((size_t)(judge->n - i), step);
        memcpy(mine + bytes, &i, sizeof i);
        judge_pack(judge, i, mine + bytes + sizeof i);
        bytes += step;
    }

    char *all = comm_gather_bytes(comm, mine, bytes, counts);
    for (int r = 0; r < comm->size && comm->rank == 0; r++)
        bytes += counts[r];
    for (size_t at = 0; at < bytes && comm->rank == 0; at += step) {
        int32_t i;
        memcpy(&i, all + at, sizeof i);
        judge_unpack(judge, i, all + at + sizeof i);
    }
    free(all);
    free(mine);
    free(counts);
}

/* Evaluates with an evaluator that is whole but for its listener. */
static int judge_rows(const struct selection *selection, const struct dataset *data,
                      struct evaluator *evaluator, struct score *score,
                      struct judge *judge)
{
    struct telling telling = {.ensemble = evaluator->ensemble, .judge = judge};
    const struct listener listener = {tell, &telling};

    telling.place = xcalloc((size_t)data->part[selection->part].n, sizeof *telling.place);
    telling.heard = xcalloc((size_t)selection->n, sizeof *telling.heard);
    for (int i = 0; i < selection->n; i++)
        telling.place[selection->rows[i]] = i;
    evaluator->listener = &listener;

    int rc =
        evaluate(evaluator, data, selection->part, selection->rows, selection->n, score);
    if (!rc && evaluator->comm->size > 1)
        gather(evaluator->comm, &telling);
    free(telling.place);
    free(telling.heard);
    return rc;
}

/* Lanes know nothing of thresholds: the counts are those of what was decided. */
static void count_again(const struct judge *judge, struct score *score)
{
    struct judge_figures figures = {.n = 0};
    judge_count(judge, NULL, &figures);
    score->correct = figures.correct;
    score->labels = (struct label_counts){0, 0, 0};

    for (int c = judge->classes; c-- > 0;) {
        const struct label_counts *counts = &figures.classes[c].counts;
        if (judge->multi_label) {
            score->labels.true_positives += counts->true_positives;
            score->labels.false_positives += counts->false_positives;
            score->labels.false_negatives += counts->false_negatives;
        }
        if (judge_given(&figures.classes[c]))
            score->first_class = c;
    }
    for (int c = 0; c < judge->classes; c++)
        if (judge_given(&figures.classes[c]))
            score->last_class = c;
    judge_figures_release(&figures);
}

/* Ensembles that share the weights of one, for threads beside its own. */
struct sharers {
    struct model **models; /* (n, members) owned */
    struct ensemble *ensembles;
    int n, members;
};

/* As many as the rows need: where the models would have to learn more words beforehand
 * (model_learn) than there are to be met, there are none. */
static int new_sharers(const struct selection *selection, struct model *const *models,
                       const struct predictor *predictor, int n, int n_ranks,
                       struct sharers *sharers)
{
    enum { ROWS_A_THREAD = 256 };
    size_t members = (size_t)predictor->n;
    double words = (double)selection->n * predictor->info.facts.maxlen;
    int most = selection->n / n_ranks / ROWS_A_THREAD, rc = OK;
    n = n < most ? n : most;
    if (n < 1 || words < (double)predictor_vocabulary(predictor))
        return OK;

    *sharers = (struct sharers){.members = predictor->n};
    sharers->models = xcalloc((size_t)n * members, sizeof(struct model *));
    sharers->ensembles = xcalloc((size_t)n, sizeof *sharers->ensembles);
    for (size_t m = 0; m < members; m++)
        model_learn(models[m]);
    for (; sharers->n < n && !rc; sharers->n++) {
        struct model **own = sharers->models + (size_t)sharers->n * members;
        for (size_t m = 0; m < members && !rc; m++)
            rc = model_new_sharer(models[m], &own[m]);
        if (!rc)
            ensemble_init(&sharers->ensembles[sharers->n], &predictor->info.ensemble,
                          own);
    }
    return rc;
}

static void release_sharers(struct sharers *sharers)
{
    for (int i = 0; i < sharers->n; i++)
        ensemble_release(&sharers->ensembles[i]);
    free(sharers->ensembles);
    free_models(sharers->models, sharers->n * sharers->members);
}

int selection_judge(const struct selection *selection, const struct predictor *predictor,
                    const struct dataset *data, const struct selection_how *how,
                    struct score *score, struct judge **judge)
{
    const struct facts *facts = &predictor->info.facts;
    const struct comm *comm = how->comm;
    struct comm alone = {.size = 1};
    struct balance balance;
    struct model **wide = NULL;
    struct ensemble ensemble;
    if (selection->n == 0)
        return refuse_none(data, selection->part);

    if (!comm) {
        comm_init_alone(&alone);
        comm = &alone;
    }
    int rc = comm_agree(comm, wide_models(predictor, how->isa, &wide));
    if (rc) {
        free_models(wide, predictor->n);
        comm_finalize(&alone);
        return rc;
    }

    int window = how->window;
    balance_new(comm->size, true, &balance);
    struct evaluator evaluator = {
        .comm = comm,
        .balance = &balance,
        .ensemble = &ensemble,
        .lane_rows = predictor->record.sampler.lane_rows,
        .window_rows = window,
    };

    struct model **models = wide ? wide : predictor->models;
    struct sharers sharers = {.n = 0};
    ensemble_init(&ensemble, &predictor->info.ensemble, models);
    rc = comm_agree(comm, new_sharers(selection, models, predictor, how->n_threads - 1,
                                      comm->size, &sharers));
    evaluator.others = sharers.ensembles;
    evaluator.n_others = sharers.n;
    if (!rc && window)
        rc = stream_new(comm, data, 1, stream_window_rows(window, evaluator.lane_rows),
                        &evaluator.stream);
    struct judge *made = judge_new(selection->n, facts->n_labels, facts->multi_label);
    if (!rc)
        rc = judge_rows(selection, data, &evaluator, score, made);
    if (!rc && predictor->info.ensemble.decision.n_thresholds && comm->rank == 0)
        count_again(made, score);

    stream_free(evaluator.stream);
    release_sharers(&sharers);
    ensemble_release(&ensemble);
    balance_release(&balance);
    comm_finalize(&alone);
    free_models(wide, predictor->n);
    if (rc)
        judge_free(made);
    else
        *judge = made;
    return rc;
}
