#include "train/private.h"

struct evaluator trainer_evaluator(struct trainer *trainer, struct ensemble *ensemble)
{
    const struct sampler_config *config = &trainer->config->sampler;
    return (struct evaluator){.comm = trainer->comm,
                              .balance = &trainer->balance,
                              .ensemble = ensemble,
                              .lane_rows = config->lane_rows,
                              .stream = trainer->stream,
                              .window_rows = config->window_rows};
}

int trainer_evaluate(struct trainer *trainer, enum dataset_part part, const int32_t *rows,
                     int n, struct score *score)
{
    struct ensemble ensemble;
    const struct evaluator evaluator = trainer_evaluator(trainer, &ensemble);
    ensemble_init(&ensemble, NULL, &trainer->model);

    int rc = evaluate(&evaluator, &trainer->data, part, rows, n, score);
    ensemble_release(&ensemble);
    return rc;
}

int trainer_logits(struct trainer *trainer, enum dataset_part part, const int32_t *rows,
                   int n, real *logits)
{
    struct ensemble ensemble;
    const struct evaluator evaluator = trainer_evaluator(trainer, &ensemble);
    ensemble_init(&ensemble, NULL, &trainer->model);

    int rc = evaluate_logits(&evaluator, &trainer->data, part, rows, n, logits);
    ensemble_release(&ensemble);
    return rc;
}

/* Collective. What could not be saved before must be saved now. */
static int save_at_last(struct trainer *trainer)
{
    bool is_first = trainer->comm->rank == 0;
    int rc = is_first ? trainer_await_save(trainer) : OK;
    if (!rc && is_first && !trainer->is_saved)
        rc = trainer_save_last(trainer, true);
    return comm_agree(trainer->comm, rc);
}

/* Collective. Everything is trained. */
static int finish(struct trainer *trainer)
{
    const char *which = trainer->config->result_is_last ? "last" : "best";
    if (trainer_has_moved(trainer))
        return trainer_end_moved(trainer);

    int rc = trainer->config->is_trial ? OK : trainer_judge_result(trainer);
    if (!rc && !trainer->config->is_trial)
        rc = trainer_write_predictions(trainer);
    if (!rc)
        rc = save_at_last(trainer);
    if (!rc)
        rc = trainer_calibrate(trainer);
    if (!rc)
        rc = trainer_write_trace(trainer);
    if (!rc)
        rc = trainer_end(trainer);
    if (!rc)
        rc = trainer_check_result(trainer);
    if (!rc)
        report_say(&trainer->report, "result   the %s weights: %s/%s.h5", which,
                   trainer->config->run_dir, which);
    return rc;
}

static int run_all(struct trainer *trainer)
{
    int rc = trainer_set_up(trainer);
    if (!rc)
        rc = trainer_start_report(trainer);
    if (rc || trainer->resumed.is_finished)
        return rc;
    if (trainer->config->dry_run)
        return trainer_rehearse(trainer);

    while (!rc && !trainer_is_done(trainer))
        rc = trainer_run_epoch(trainer);
    if (rc == ERR_DIVERGED)
        return trainer_end_diverged(trainer);
    return rc ? rc : finish(trainer);
}

static struct trainer_summary summarize(const struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    struct trainer_summary summary = {.was_finished = trainer->resumed.is_finished,
                                      .epochs = progress->epoch,
                                      .best_epoch = progress->best_epoch,
                                      .monitor = progress->monitor,
                                      .best = progress->best};

    if (trainer_is_linear(trainer))
        summary.trial =
            linear_best_trial(&trainer->config->linear, trainer->linear.trials,
                              progress->epoch - progress->is_refitted);
    return summary;
}

int trainer_run(struct comm *comm, const struct trainer_config *config,
                const struct test_hooks *hooks, struct trainer_summary *summary)
{
    struct trainer trainer = {.config = config,
                              .hooks = hooks,
                              .record = xstrdup(config->record),
                              .comm = comm};
    int rc = run_all(&trainer), closed = trace_file_close(trainer.trace);
    if (!rc)
        rc = comm_agree(comm, closed);
    if (!rc && summary)
        *summary = summarize(&trainer);
    trainer_tear_down(&trainer);
    return rc;
}
