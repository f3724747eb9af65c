#include "train/private.h"

#include <stdlib.h>

/* Rows that the weights were not trained on: the test part, else validation rows. */
static struct judged_rows rows_of(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    if (sampler->n_test > 0)
        return (struct judged_rows){DATASET_TEST, sampler->test, sampler->n_test};
    return (struct judged_rows){sampler->validation_part, sampler->validation,
                                sampler->n_validation};
}

/* The rows chose the best weights, or there are none. */
static void say_no_test(struct trainer *trainer)
{
    report_say(
        &trainer->report,
        trainer->sampler.n_validation > 0
            ? "note     there is no test part: these figures are of the validation "
              "rows, which chose the best weights"
            : "note     there is neither a test part nor are there validation "
              "rows: nothing judges the result");
}

/* What is likely to help: more steps where an epoch has few, else larger ones. */
static void say_one_class(struct trainer *trainer, const struct report_result *result)
{
    enum { FEW_STEPS = 100, USUAL_BATCH = 32 };
    const struct trainer_config *config = trainer->config;
    bool smaller = sampler_batches(&trainer->sampler) < FEW_STEPS &&
                   config->sampler.batch_size > USUAL_BATCH;
    char *first = smaller
                      ? xasprintf("--batch-size %d", USUAL_BATCH)
                      : xasprintf("--learning-rate %g", config->optim.learning_rate * 3);

    report_say(
        &trainer->report,
        "warning  the %s weights take all %d rows for %s: try %s, more --epochs, a "
        "greater --patience, --mask%s",
        result->which, result->n, result->one_class, first,
        trainer->progress.monitor == MONITOR_VAL_ACC ? ", --monitor val_loss" : "");
    free(first);
}

/* Collective. */
static int judge(struct trainer *trainer, const char *which, int epoch,
                 const real *weights)
{
    const struct judged_rows on = rows_of(trainer);
    bool is_result = (*which == 'l') == trainer->config->result_is_last;
    struct judgement judgement;
    const struct score *score = &judgement.score;

    struct heard *heard = !is_result                ? &trainer->heard
                          : on.part == DATASET_TEST ? &trainer->tested
                                                    : &trainer->validated;
    model_pack(trainer->model, weights);
    heard->epoch = epoch;
    int rc = trainer_judge(trainer, &on, heard, &judgement);
    if (rc)
        return rc;

    const struct report_result result = {
        .which = which,
        .epoch = epoch,
        .is_test = on.part == DATASET_TEST,
        .loss = score->loss,
        .acc = score_accuracy(score),
        .n = score->n,
        .multi_label = trainer->data.facts.multi_label,
        .f1 = score_f1(score),
        .figures = judgement.value,
        .one_class = score_one_class(score, &trainer->data.facts),
    };
    rc = comm_agree(trainer->comm, report_result(&trainer->report, &result));
    if (!rc && is_result && result.one_class && !trainer_is_linear(trainer))
        say_one_class(trainer, &result);
    return rc;
}

/* Rank 0: of an epoch, from 1. */
static double val_loss(const struct progress *progress, int epoch)
{
    const json_t *line = json_array_get(progress->history, (size_t)(epoch - 1));
    return json_number_value(json_object_get(line, "val_loss"));
}

/* Rank 0. Where the run might have come further. */
static void say_unfinished(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    bool early = trainer_stops_early(trainer);
    if (!early && progress->best_epoch == progress->epoch)
        report_say(&trainer->report,
                   "note     the last epoch was the best: more --epochs may go further");

    if (early && progress->monitor == MONITOR_VAL_ACC &&
        val_loss(progress, progress->epoch) < val_loss(progress, progress->best_epoch))
        report_say(
            &trainer->report,
            "note     val_loss fell after epoch %d: --monitor val_loss or a greater "
            "--patience may go further",
            progress->best_epoch);
}

/* Best and last weights are the same ones, which may have learnt the validation rows. */
static int judge_linear(struct trainer *trainer)
{
    const struct judged_rows on = rows_of(trainer);
    if (trainer->sampler.n_test > 0) {
        int rc =
            judge(trainer, "best", trainer->progress.best_epoch, trainer->best_weights);
        return rc ? rc : trainer_report_baselines(trainer, &on);
    }
    report_say(&trainer->report, "note     there is no test part: what the best fit came "
                                 "to on validation rows is all that judges it");
    return OK;
}

int trainer_judge_result(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    const struct judged_rows on = rows_of(trainer);
    int rc = OK;
    if (trainer_is_linear(trainer))
        return judge_linear(trainer);

    if (on.n > 0)
        rc = judge(trainer, "best", progress->best_epoch, trainer->best_weights);
    if (!rc && on.n > 0)
        rc = judge(trainer, "last", progress->epoch, trainer_model_weights(trainer));
    if (!rc)
        rc = trainer_report_baselines(trainer, &on);
    if (!rc && trainer->sampler.n_test == 0)
        say_no_test(trainer);
    if (!rc && trainer->comm->rank == 0)
        say_unfinished(trainer);
    return rc;
}
