/* rnntrain [train] [dataset.h5] [options] */
#include "commands/commands.h"

#include <stdlib.h>

#include "commands/config.h"
#include "commands/runs_options.h"
#include "data/sampler_options.h"
#include "ranks/comm.h"
#include "runs/job.h"
#include "saved/record.h"
#include "train/trainer.h"

static int resolve(int argc, char **argv, struct config *config)
{
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    int n = 0, rc = config_resolve(argc, argv, config, operands, &n);
    if (!rc && n == 1)
        rc = options_set(&cmd_train_table, config, "data", operands[0], "data set");

    free(operands);
    return rc;
}

/* The record of a run's options; those of a job are no part of it. */
static char *record_of(const struct trainer_config *trainer, const void *context)
{
    struct config config = *(const struct config *)context;
    bool is_linear = trainer->model.kind == MODEL_LINEAR && !*trainer->model.stack;
    if (is_linear)
        config = runs_options_linear(&config);
    config.trainer = *trainer;
    return record_write(&cmd_train_table, &config);
}

/* A record says what options say, where the sampler wants a number in any case. */
static int train_several(struct comm *comm, struct config *config)
{
    struct config linear = runs_options_linear(config);
    const struct job_config job = {.network = &config->trainer,
                                   .linear = config->add_linear ? &linear.trainer : NULL,
                                   .seeds = config->seeds,
                                   .n_groups = config->n_groups,
                                   .record = record_of,
                                   .context = config,
                                   .hooks = &config->test};
    return job_run(comm, &job);
}

static int train(struct comm *comm, struct config *config)
{
    if (runs_options_are_several(config))
        return train_several(comm, config);

    char *record = record_write(&cmd_train_table, config);
    config->trainer.record = record;
    sampler_options_complete(&config->trainer.sampler);
    int rc = trainer_run(comm, &config->trainer, &config->test, NULL);
    free(record);
    return rc;
}

/* Rank 0 says what went wrong while the others wait in comm_finalize: a rank that ended
 * before would make mpirun end rank 0 too, unheard. */
static int resolve_and_train(int argc, char **argv, struct config *config)
{
    struct comm comm = {0};

    trainer_start_clock();
    int rc = comm_check_launch();
    if (!rc)
        rc = resolve(argc, argv, config);

    if (!rc || comm_launched_rank() >= 0) {
        comm_init(&comm);
        rc = comm_agree(&comm, rc);
        if (!rc && comm.rank == 0 && !config->trainer.quiet)
            options_environment_notes(&cmd_train_table, stderr);
        if (!rc)
            rc = train(&comm, config);
    }

    if (comm.rank == 0 && program_is_heard()) /* if not, the run is no worse for it */
        rc = program_output(rc);
    if (rc && comm.rank == 0)
        program_failure("rnntrain");

    comm_finalize(&comm);
    return rc;
}

int cmd_train(int argc, char **argv)
{
    struct config config = {0};
    int rc = resolve_and_train(argc, argv, &config);
    config_release(&config);
    return rc;
}
