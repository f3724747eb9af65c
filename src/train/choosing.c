#include "train/choosing.h"

#include <stdlib.h>

#include "train/private.h"

/* What is said of the rows by now. */
struct said {
    struct choosing *choosing;
    real *logits;          /* (n, outputs) */
    double *probabilities; /* (n, C) */
};

int choosing_check(const struct facts *facts, enum calibrate calibrate)
{
    if (!(calibrate & CALIBRATE_THRESHOLD) || facts->multi_label || facts->n_labels == 2)
        return OK;
    return fail(ERR_USAGE,
                "--calibrate %s: thresholds are for two classes, or for texts "
                "with several labels: give --calibrate temperature",
                calibrate_names[calibrate]);
}

static int judge_rows(struct said *said, double temperature)
{
    const struct choosing *choosing = said->choosing;
    size_t outputs = (size_t)choosing->rows.outputs;
    size_t classes = (size_t)choosing->facts->n_labels;

    int rc = choosing->ask(choosing->context, temperature, said->logits);
    for (size_t i = 0; i < (size_t)choosing->rows.n && !rc; i++)
        (void)model_judge(choosing->model, said->logits + i * outputs,
                          said->probabilities + i * classes);
    return rc;
}

static void choose_thresholds(const struct said *said, struct decision *decision)
{
    const struct choosing *choosing = said->choosing;
    const struct facts *facts = choosing->facts;
    size_t n = (size_t)choosing->rows.n;
    int n_sides = facts->multi_label ? facts->n_labels : 1;
    double *second = xcalloc(n, sizeof *second);

    for (size_t i = 0; i < n && !facts->multi_label; i++)
        second[i] = said->probabilities[2 * i + 1];
    decision->n_thresholds = n_sides;
    decision->threshold = xcalloc((size_t)n_sides, sizeof *decision->threshold);
    decision->metric = choosing->metric;
    decide_thresholds(&choosing->rows, facts->multi_label ? said->probabilities : second,
                      n_sides, decision->metric, decision->threshold);
    free(second);
}

/* What is chosen so far comes to on these rows. */
static struct report_baseline figures_of(const struct said *said,
                                         const struct decision *decision)
{
    const struct decide_rows *rows = &said->choosing->rows;
    const struct facts *facts = said->choosing->facts;
    size_t classes = (size_t)facts->n_labels;
    struct judge *judge = judge_new(rows->n, facts->n_labels, facts->multi_label);

    for (int i = 0; i < judge->n; i++) {
        int row = rows->rows[i];
        const double *p = said->probabilities + (size_t)i * classes;
        struct judge_row judged = {.probabilities = p, .thresholds = decision->threshold};

        for (int c = 1; c < judge->classes; c++)
            judged.decided = p[c] > p[judged.decided] ? c : judged.decided;
        judged.decided = decision_class(decision, facts->multi_label, p, judged.decided);
        if (facts->multi_label)
            judged.labels = rows_multi_hot(rows->labels, row);
        else
            judged.label = rows->labels->y[row];
        judge_take(judge, i, &judged);
    }
    struct report_baseline figures = trainer_figures_of(judge);
    judge_free(judge);
    return figures;
}

/* The temperature first, as thresholds are of what it leaves. */
static int choose(struct said *said, struct decision *decision,
                  struct report_baseline *before, struct report_baseline *after)
{
    struct choosing *choosing = said->choosing;
    int rc = judge_rows(said, 0);
    if (rc)
        return rc;

    *before = figures_of(said, decision);
    if (choosing->calibrate & CALIBRATE_TEMPERATURE) {
        decision->temperature = decide_temperature(&choosing->rows);
        rc = judge_rows(said, decision->temperature);
    }
    if (!rc && choosing->calibrate & CALIBRATE_THRESHOLD)
        choose_thresholds(said, decision);
    if (!rc)
        *after = figures_of(said, decision);
    return rc;
}

int choosing_run(struct choosing *choosing, struct decision *decision,
                 struct report_baseline *before, struct report_baseline *after)
{
    size_t n = (size_t)choosing->rows.n;
    struct said said = {.choosing = choosing};
    said.logits = xcalloc(n * (size_t)choosing->rows.outputs, sizeof *said.logits);
    said.probabilities =
        xcalloc(n * (size_t)choosing->facts->n_labels, sizeof *said.probabilities);
    choosing->rows.logits = said.logits;

    int rc = choose(&said, decision, before, after);
    choosing->rows.logits = NULL;
    free(said.logits);
    free(said.probabilities);
    return rc;
}
