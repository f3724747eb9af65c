#include "train/private.h"

#include <stdlib.h>

const char *const monitor_names[MONITORS + 1] = {
    [MONITOR_VAL_ACC] = "val_acc",
    [MONITOR_VAL_LOSS] = "val_loss",
    [MONITOR_ACC] = "acc",
    [MONITOR_LOSS] = "loss",
    [MONITOR_VAL_F1] = "val_f1",
    [MONITOR_F1] = "f1",
    [MONITOR_VAL_MACRO_F1] = "val_macro_f1",
    [MONITOR_VAL_PRECISION] = "val_precision",
    [MONITOR_VAL_RECALL] = "val_recall",
    [MONITOR_VAL_BALANCED_ACC] = "val_balanced_acc",
    [MONITOR_VAL_MCC] = "val_mcc",
    [MONITOR_VAL_AUC] = "val_auc",
    [MONITOR_VAL_AVERAGE_PRECISION] = "val_average_precision",
    [MONITOR_AUTO] = "auto",
};

static const struct watched {
    bool validates, is_loss;
    enum judge_figure figure;
} watched[] = {
    [MONITOR_VAL_ACC] = {true, false, JUDGE_FIGURES},
    [MONITOR_VAL_LOSS] = {true, true, JUDGE_FIGURES},
    [MONITOR_ACC] = {false, false, JUDGE_FIGURES},
    [MONITOR_LOSS] = {false, true, JUDGE_FIGURES},
    [MONITOR_VAL_F1] = {true, false, JUDGE_MACRO_F1},
    [MONITOR_F1] = {false, false, JUDGE_FIGURES},
    [MONITOR_VAL_MACRO_F1] = {true, false, JUDGE_MACRO_F1},
    [MONITOR_VAL_PRECISION] = {true, false, JUDGE_MACRO_PRECISION},
    [MONITOR_VAL_RECALL] = {true, false, JUDGE_MACRO_RECALL},
    [MONITOR_VAL_BALANCED_ACC] = {true, false, JUDGE_BALANCED_ACC},
    [MONITOR_VAL_MCC] = {true, false, JUDGE_MCC},
    [MONITOR_VAL_AUC] = {true, false, JUDGE_ROC_AUC},
    [MONITOR_VAL_AVERAGE_PRECISION] = {true, false, JUDGE_AVERAGE_PRECISION},
};
_Static_assert(COUNT_OF(watched) == MONITOR_AUTO, "a monitor says not what it watches");

bool monitor_is_loss(enum monitor monitor)
{
    return watched[monitor].is_loss;
}

bool monitor_validates(enum monitor monitor)
{
    return watched[monitor].validates;
}

enum judge_figure monitor_figure(enum monitor monitor)
{
    return watched[monitor].figure;
}

double trainer_watched_figure(const struct trainer *trainer,
                              const struct judgement *validation)
{
    enum monitor monitor = trainer->progress.monitor;

    if (monitor == MONITOR_VAL_ACC)
        return score_accuracy(&validation->score);
    if (monitor == MONITOR_VAL_F1 && trainer->data.facts.multi_label)
        return score_f1(&validation->score);
    return validation->value[monitor_figure(monitor)];
}

/* The monitored value, greater being better. Accuracies are ratios of integers over the
 * same n, so equal counts are equal values. */
static double monitored(const struct trainer *trainer, const struct score *train,
                        const struct judgement *validation)
{
    switch (trainer->progress.monitor) {
    case MONITOR_VAL_ACC:
        return score_accuracy(&validation->score);
    case MONITOR_VAL_LOSS:
        return -validation->score.loss;
    case MONITOR_ACC:
        return score_accuracy(train);
    case MONITOR_F1:
        return score_f1(train);
    case MONITOR_LOSS:
        return -train->loss;
    default:
        return trainer_watched_figure(trainer, validation);
    }
}

/* While all rows are taken for one class val_acc is that class's share and cannot rise,
 * though the loss falls: training has hardly begun, so waiting has not either. */
bool trainer_spares(const struct trainer *trainer, const struct score *validation)
{
    return trainer->progress.spares_one_class && score_is_one_class(validation);
}

/* Of one copy a node each of its ranks writes a part. */
static void keep_best(struct trainer *trainer, const real *weights)
{
    const struct comm *comm = trainer->comm;
    bool shares = trainer_shares_weights(trainer);
    size_t rank = shares ? (size_t)comm->node_rank : 0;
    size_t size = shares ? (size_t)comm->node_size : 1, n = trainer->params->size;
    size_t first = n * rank / size, end = n * (rank + 1) / size;

    memcpy(trainer->best_weights + first, weights + first, (end - first) * sizeof(real));
    trainer_sync_weights(trainer);
}

/* Keras's EarlyStopping: better means strictly better by more than min_delta. */
bool trainer_update_best(struct trainer *trainer, const struct score *train,
                         const struct judgement *validation)
{
    struct progress *progress = &trainer->progress;
    double value = monitored(trainer, train, validation);
    bool improved = value - trainer->config->min_delta > progress->best;

    if (trainer_is_linear(trainer))
        trainer_note_trial(trainer, value);
    if (progress->is_refitted) { /* the best trial, of more rows */
        improved = true;
        value = progress->best;
    }

    if (improved)
        progress->wait = 0;
    else if (!trainer_spares(trainer, &validation->score))
        progress->wait++;
    if (improved) {
        progress->best = value;
        progress->best_epoch = progress->epoch;
        const real *weights = trainer_model_weights(trainer);
        progress->best_hash = params_hash(trainer->params, weights);
        keep_best(trainer, weights);
    }
    return improved;
}

/* Runs of a time when there was no choice watched val_acc. */
enum monitor trainer_recorded_monitor(const char *monitor)
{
    for (enum monitor m = 0; monitor && m < MONITORS; m++)
        if (!strcmp(monitor, monitor_names[m]))
            return m;
    return MONITOR_VAL_ACC;
}

/* Before the model decided, val_acc was watched where nothing was given; now it is that,
 * or val_loss with epochs spared. */
bool trainer_may_watch(const struct trainer *trainer, enum monitor monitor,
                       bool spares_one_class)
{
    const struct trainer_config *config = trainer->config;
    bool was_given =
        monitor != MONITOR_VAL_ACC && !(monitor == MONITOR_VAL_LOSS && spares_one_class);
    return monitor == config->monitor || (!config->monitor_given && !was_given);
}

char *trainer_record_of(const struct trainer *trainer, enum monitor monitor)
{
    if (monitor == trainer->config->monitor)
        return xstrdup(trainer->config->record);

    json_t *record = json_loads(trainer->config->record, 0, NULL);
    json_object_set_new(record, "monitor", json_string(monitor_names[monitor]));
    char *text =
        json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(record);
    return text;
}
