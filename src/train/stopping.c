#include "train/private.h"

#include <stdlib.h>

const char *const monitor_names[MONITORS + 1] = {
    [MONITOR_VAL_ACC] = "val_acc", [MONITOR_VAL_LOSS] = "val_loss", [MONITOR_ACC] = "acc",
    [MONITOR_LOSS] = "loss",       [MONITOR_AUTO] = "auto",
};

enum monitor trainer_watched(const struct trainer *trainer)
{
    return trainer->monitor == MONITOR_AUTO ? trainer->config->auto_monitor
                                            : trainer->monitor;
}

/* The monitored value, greater being better. Accuracies are ratios of integers over the
 * same n, so equal counts are equal values. */
static double monitored(const struct trainer *trainer, const struct score *train,
                        const struct score *validation)
{
    switch (trainer_watched(trainer)) {
    case MONITOR_VAL_ACC:
        return score_accuracy(validation);
    case MONITOR_VAL_LOSS:
        return -validation->loss;
    case MONITOR_ACC:
        return score_accuracy(train);
    default:
        return -train->loss;
    }
}

/* While all rows are taken for one class val_acc is that class's share and cannot rise,
 * though the loss falls: training has hardly begun, so waiting has not either. */
bool trainer_spares(const struct trainer *trainer, const struct score *validation)
{
    return trainer->monitor == MONITOR_AUTO && score_is_one_class(validation);
}

/* Keras's EarlyStopping: better means strictly better by more than min_delta. */
bool trainer_update_best(struct trainer *trainer, const struct score *train,
                         const struct score *validation)
{
    struct progress *progress = &trainer->progress;
    double value = monitored(trainer, train, validation);
    bool improved = value - trainer->config->min_delta > progress->best;

    if (improved)
        progress->wait = 0;
    else if (!trainer_spares(trainer, validation))
        progress->wait++;
    if (improved) {
        progress->best = value;
        progress->best_epoch = progress->epoch;
        progress->best_hash = params_hash(trainer->params, trainer->weights);
        memcpy(trainer->best_weights, trainer->weights,
               trainer->params->size * sizeof(real));
    }
    return improved;
}

/* What a record's monitor means: runs begun before there was MONITOR_AUTO watched val_acc
 * where nothing else was given. */
static enum monitor meant_by(const char *monitor)
{
    return monitor && !strcmp(monitor, monitor_names[MONITOR_AUTO]) ? MONITOR_AUTO
                                                                    : MONITOR_VAL_ACC;
}

bool trainer_may_go_by(const struct trainer *trainer, const char *monitor)
{
    const struct trainer_config *config = trainer->config;
    const char *meant = monitor_names[meant_by(monitor)];
    bool is_usual = config->monitor == MONITOR_AUTO || config->monitor == MONITOR_VAL_ACC;
    return !config->monitor_given && is_usual && (!monitor || !strcmp(monitor, meant));
}

void trainer_go_by(struct trainer *trainer, const char *monitor)
{
    if (meant_by(monitor) == trainer->monitor || !trainer_may_go_by(trainer, monitor))
        return;

    json_t *record = json_loads(trainer->config->record, 0, NULL);
    trainer->monitor = meant_by(monitor);
    json_object_set_new(record, "monitor", json_string(monitor_names[trainer->monitor]));
    free(trainer->record);
    trainer->record =
        json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(record);
}
