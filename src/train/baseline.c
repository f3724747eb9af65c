#include "train/private.h"

#include <stdlib.h>

#include "judge/brief.h"
#include "train/naive_bayes.h"

/* Who answers, and what the answers come to. */
struct answers {
    const struct dataset *data;
    const struct judged_rows *rows;
    double *probabilities; /* (C) of a row, or of all */
};

/* The first of the greatest. */
static int greatest(const double *values, int n)
{
    int found = 0;
    for (int c = 1; c < n; c++)
        if (values[c] > values[found])
            found = c;
    return found;
}

static void take(const struct answers *answers, struct judge *judge, int i)
{
    const struct rows *rows = &answers->data->part[answers->rows->part];
    int row = answers->rows->rows[i];
    struct judge_row judged = {.probabilities = answers->probabilities};

    judged.decided = greatest(answers->probabilities, judge->classes);
    if (rows->n_labels)
        judged.labels = rows_multi_hot(rows, row);
    else
        judged.label = rows->y[row];
    judge_take(judge, i, &judged);
}

/* Of rows that are all taken. */
struct report_baseline trainer_figures_of(const struct judge *judge)
{
    struct judge_figures figures = {.n = 0};
    struct report_baseline baseline = {.is_there = true};

    judge_compute_brief(judge, &figures);
    memcpy(baseline.figures, figures.value, sizeof baseline.figures);
    baseline.loss = judge_log_loss(judge);
    judge_figures_release(&figures);
    return baseline;
}

static struct judge *judge_of(const struct answers *answers)
{
    const struct facts *facts = &answers->data->facts;
    return judge_new(answers->rows->n, facts->n_labels, facts->multi_label);
}

/* The shares of classes or labels in the training rows, for every row. */
static struct report_baseline constant(struct answers *answers,
                                       const struct sampler *sampler)
{
    int n_labels = answers->data->facts.n_labels;
    int *counts = xcalloc((size_t)n_labels, sizeof *counts);
    struct judge *judge = judge_of(answers);

    rows_count(&answers->data->part[DATASET_TRAIN], sampler->train, sampler->n_train,
               n_labels, counts);
    for (int c = 0; c < n_labels; c++)
        answers->probabilities[c] = (double)counts[c] / sampler->n_train;
    for (int i = 0; i < answers->rows->n; i++)
        take(answers, judge, i);

    struct report_baseline baseline = trainer_figures_of(judge);
    baseline.label =
        answers->data->facts.labels[greatest(answers->probabilities, n_labels)];
    judge_free(judge);
    free(counts);
    return baseline;
}

static struct report_baseline bayes_of(struct answers *answers,
                                       const struct sampler *sampler)
{
    const struct facts *facts = &answers->data->facts;
    const struct rows *rows = &answers->data->part[answers->rows->part];
    struct naive_bayes *bayes =
        naive_bayes_new(&answers->data->part[DATASET_TRAIN], sampler->train,
                        sampler->n_train, facts->num_words, facts->n_labels);
    if (!bayes)
        return (struct report_baseline){.is_there = false};

    struct judge *judge = judge_of(answers);
    for (int i = 0; i < answers->rows->n; i++) {
        naive_bayes_judge(bayes, rows, answers->rows->rows[i], answers->probabilities);
        take(answers, judge, i);
    }
    struct report_baseline baseline = trainer_figures_of(judge);
    judge_free(judge);
    naive_bayes_free(bayes);
    return baseline;
}

int trainer_report_baselines(struct trainer *trainer, const struct judged_rows *rows)
{
    const struct facts *facts = &trainer->data.facts;
    struct answers answers = {.data = &trainer->data, .rows = rows};
    int rc = OK;

    if (trainer->comm->rank == 0 && rows->n > 0 && trainer->sampler.n_train > 0) {
        answers.probabilities = xcalloc((size_t)facts->n_labels, sizeof(double));
        struct report_baselines baselines = {.is_test = rows->part == DATASET_TEST,
                                             .n = rows->n,
                                             .multi_label = facts->multi_label};
        baselines.constant = constant(&answers, &trainer->sampler);
        baselines.bayes = bayes_of(&answers, &trainer->sampler);
        rc = report_baselines(&trainer->report, &baselines);
        free(answers.probabilities);
    }
    return comm_agree(trainer->comm, rc);
}
