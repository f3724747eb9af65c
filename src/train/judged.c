#include "train/private.h"

#include <math.h>
#include <stdlib.h>

#include "judge/brief.h"

/* Ranks keep what is said of the rows of their lanes, and rank 0 puts all of it together:
 * it is counted and sorted, so who computed what matters to no bit. */

/* A row: its place among those that are judged, what it is taken for, probabilities. */
enum { PLACE, DECIDED, PROBABILITIES };

/* More classes' probabilities would take longer to sort than a hundredth of an epoch. */
enum { MOST_CLASSES = 64 };

struct said {
    struct heard *heard; /* NULL: nobody keeps the logits */
    const struct ensemble *ensemble;
    int *place;     /* of each row of the part */
    int classes;    /* whose probabilities are kept; 0: decisions alone */
    double *room;   /* (C) */
    double *values; /* (n, PROBABILITIES + classes) */
    size_t n, most;
};

static size_t width_of(const struct said *said)
{
    return PROBABILITIES + (size_t)said->classes;
}

static void hear(void *data, const struct lane *lane, const real *logits)
{
    struct said *said = data;
    size_t width = width_of(said), n = said->n + (size_t)lane->n_rows;
    int outputs = ensemble_outputs(said->ensemble);

    if (n > said->most) {
        said->most = 2 * n;
        said->values = xrealloc(said->values, said->most * width, sizeof *said->values);
    }
    for (int r = 0; r < lane->n_rows; r++) {
        double *value = said->values + said->n++ * width;
        int decided = ensemble_judge(said->ensemble, logits + (size_t)r * (size_t)outputs,
                                     said->room);
        value[PLACE] = said->place[lane->rows[r]];
        value[DECIDED] = decided;
        memcpy(value + PROBABILITIES, said->room, (size_t)said->classes * sizeof *value);
    }
}

/* Rank 0. All ranks' rows, `count` values in all. */
static void compute(const struct trainer *trainer, const struct judged_rows *rows,
                    const struct said *said, const double *values, size_t count,
                    struct judgement *judgement)
{
    const struct facts *facts = &trainer->data.facts;
    const struct rows *from = &trainer->data.part[rows->part];
    struct judge *judge = said->classes
                              ? judge_new(rows->n, facts->n_labels, facts->multi_label)
                              : judge_new_of_decisions(rows->n, facts->n_labels);
    struct judge_figures figures = {.n = 0};

    for (size_t i = 0; i < count; i += width_of(said)) {
        int place = (int)values[i + PLACE], row = rows->rows[place];
        struct judge_row judged = {.decided = (int)values[i + DECIDED],
                                   .probabilities = values + i + PROBABILITIES};
        if (from->n_labels)
            judged.labels = rows_multi_hot(from, row);
        else
            judged.label = from->y[row];
        judge_take(judge, place, &judged);
    }

    judge_compute_brief(judge, &figures);
    memcpy(judgement->value, figures.value, sizeof judgement->value);
    judge_figures_release(&figures);
    judge_free(judge);
}

/* Collective. */
static void put_together(const struct trainer *trainer, const struct judged_rows *rows,
                         const struct said *said, struct judgement *judgement)
{
    const struct comm *comm = trainer->comm;
    size_t bytes = said->n * width_of(said) * sizeof(double), all = 0;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    char *gathered = comm_gather_bytes(comm, said->values, bytes, counts);

    for (int r = 0; r < comm->size; r++)
        all += counts[r];
    if (comm->rank == 0)
        compute(trainer, rows, said, (const double *)(void *)gathered,
                all / sizeof(double), judgement);
    comm_broadcast(comm, judgement->value, sizeof judgement->value);
    free(gathered);
    free(counts);
}

static bool is_watched(const struct trainer *trainer)
{
    return monitor_figure(trainer->progress.monitor) < JUDGE_FIGURES;
}

/* Whether there is anything to listen for, and of how many classes. */
static bool listens(const struct trainer *trainer, int *classes)
{
    const struct facts *facts = &trainer->data.facts;
    bool keeps = facts->n_labels <= MOST_CLASSES || is_watched(trainer);

    *classes = keeps ? facts->n_labels : 0;
    return keeps || !facts->multi_label;
}

/* Who keeps logits hears them too. */
static void hear_both(void *data, const struct lane *lane, const real *logits)
{
    struct said *said = data;
    if (said->place)
        hear(said, lane, logits);
    if (said->heard)
        trainer_hear(said->heard, lane, logits);
}

static void begin(const struct trainer *trainer, const struct judged_rows *rows,
                  struct said *said)
{
    said->place = xcalloc((size_t)trainer->data.part[rows->part].n, sizeof *said->place);
    said->room = xcalloc((size_t)trainer->data.facts.n_labels, sizeof *said->room);
    for (int i = 0; i < rows->n; i++)
        said->place[rows->rows[i]] = i;
}

int trainer_judge(struct trainer *trainer, const struct judged_rows *rows,
                  struct heard *heard, struct judgement *judgement)
{
    struct ensemble ensemble;
    struct evaluator evaluator = trainer_evaluator(trainer, &ensemble);
    struct said said = {.ensemble = &ensemble};
    const struct listener listener = {hear_both, &said};
    ensemble_init(&ensemble, NULL, &trainer->model);

    *judgement = trainer_no_judgement();
    if (listens(trainer, &said.classes))
        begin(trainer, rows, &said);
    if (trainer_begin_heard(trainer, rows->n, heard))
        said.heard = heard;
    evaluator.listener = said.place || said.heard ? &listener : NULL;

    int rc = evaluate(&evaluator, &trainer->data, rows->part, rows->rows, rows->n,
                      &judgement->score);
    if (!rc && said.place)
        put_together(trainer, rows, &said, judgement);
    free(said.place);
    free(said.room);
    free(said.values);
    ensemble_release(&ensemble);
    return rc;
}

struct judgement trainer_no_judgement(void)
{
    struct judgement none = {.score = {.n = 0}};
    for (int f = 0; f < JUDGE_FIGURES; f++)
        none.value[f] = JUDGE_UNDEFINED;
    return none;
}
