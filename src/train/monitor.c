#include "train/private.h"

#include <stdlib.h>

/* What is watched must have a value, or no epoch would be the best one. */

static int refuse(const struct trainer *trainer, const char *why, const char *instead)
{
    return fail(ERR_USAGE, "--monitor %s: %s: give --monitor %s",
                monitor_names[trainer->config->monitor], why, instead);
}

/* Of texts with several labels, or one. */
static int check_kind(const struct trainer *trainer)
{
    enum monitor monitor = trainer->config->monitor;
    bool several = trainer->data.facts.multi_label;

    if (!several && monitor == MONITOR_F1)
        return refuse(trainer,
                      "F1 over training rows is for texts with several labels, these "
                      "have one label each",
                      "val_f1 or acc");
    if (several && (monitor == MONITOR_VAL_MCC || monitor == MONITOR_VAL_BALANCED_ACC))
        return refuse(trainer, "it is for texts with one label, these have several each",
                      "val_f1 or val_auc");
    return OK;
}

/* A class that no row is of, or all of them; -1: there is none. */
static int find_one_sided(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    int n = trainer->data.facts.n_labels, found = -1;
    int *counts = xcalloc((size_t)n, sizeof *counts);

    rows_count(&trainer->data.part[sampler->validation_part], sampler->validation,
               sampler->n_validation, n, counts);
    for (int c = 0; c < n && found < 0; c++)
        if (counts[c] == 0 || counts[c] == sampler->n_validation)
            found = c;
    free(counts);
    return found;
}

static int check_auc(const struct trainer *trainer)
{
    int class = find_one_sided(trainer);
    if (class < 0)
        return OK;

    char *why = xasprintf("no ROC AUC is defined where all validation rows, or none, "
                          "are of a class, here of %s",
                          trainer->data.facts.labels[class]);
    int rc = refuse(trainer, why, "val_average_precision or val_f1");
    free(why);
    return rc;
}

static int check(const struct trainer *trainer)
{
    enum judge_figure figure = monitor_figure(trainer->config->monitor);
    int64_t n = trainer->sampler.n_validation;
    bool ranks = figure == JUDGE_ROC_AUC || figure == JUDGE_AVERAGE_PRECISION;
    bool keeps = ranks || (trainer->data.facts.multi_label && figure < JUDGE_FIGURES);

    int rc = check_kind(trainer);
    if (!rc && keeps && n * trainer->data.facts.n_labels > JUDGE_MOST_PROBABILITIES)
        rc = refuse(trainer, "validation rows and classes are too many for it",
                    "val_loss or val_acc");
    if (!rc && figure == JUDGE_ROC_AUC && n > 0)
        rc = check_auc(trainer);
    return rc;
}

int trainer_check_monitor(const struct trainer *trainer)
{
    return comm_agree(trainer->comm, check(trainer));
}
