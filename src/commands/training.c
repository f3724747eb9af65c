#include "commands/training.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/program.h"
#include "base/quote.h"
#include "commands/print_config.h"
#include "commands/runs_options.h"
#include "data/sampler_options.h"
#include "saved/record.h"

/* The record of a run's options; those of a job are no part of it. */
char *training_record(const struct trainer_config *trainer, const void *context)
{
    struct config config = *(const struct config *)context;
    if (model_options_are_linear(&trainer->model))
        config = runs_options_linear(&config);
    config.trainer = *trainer;
    return record_write(&cmd_train_table, &config);
}

int training_rehearse(struct comm *comm, const struct trainer_config *trainer,
                      const struct config *config)
{
    struct trainer_config one = *trainer;
    char *record = training_record(trainer, config);

    if (one.sampler.folds && !one.sampler.fold)
        one.sampler.fold = 1;
    one.record = record;
    sampler_options_complete(&one.sampler);
    int rc = trainer_run(comm, &one, &config->test, NULL);
    free(record);
    return rc;
}

int training_resolve(const struct config_sources *sources, struct config *config)
{
    const char **operands = xcalloc((size_t)sources->argc + 1, sizeof *operands);
    int n = 0, rc = config_resolve(sources, config, operands, &n);
    if (!rc && n == 1)
        rc = options_set(&cmd_train_table, config, "data", operands[0], "data set");

    free(operands);
    return rc;
}

/* Collective, but for what rank 0 prints. */
static int do_work(struct comm *comm, struct config *config,
                   const struct config_sources *sources, training_work *work)
{
    char *command = quote_command(sources->table->program, sources->argc, sources->argv);
    int rc = OK;

    config->trainer.command = command;
    if (!config->print_config)
        rc = work(comm, config, sources->argc, (char **)sources->argv);
    else if (comm->rank == 0)
        print_config(stdout, sources->table, config);
    config->trainer.command = NULL;
    free(command);
    return rc;
}

/* Rank 0 says what went wrong while the others wait in comm_finalize: a rank that ended
 * before would make mpirun end rank 0 too, unheard. */
int training_command(const struct option_table *table, int argc, char **argv,
                     training_work *work)
{
    struct config config = {.recipe = 0};
    struct comm comm = {.rank = 0};
    bool is_launched = comm_launched_rank() >= 0;
    const struct config_sources sources = {
        .table = table, .argc = argc, .argv = argv, .comm = is_launched ? &comm : NULL};

    trainer_start_clock();
    int rc = comm_check_launch();
    if (is_launched) /* one alone learns what is wrong before MPI begins */
        comm_init(&comm);
    if (!rc)
        rc = training_resolve(&sources, &config);
    if (!rc && !is_launched)
        comm_init(&comm);

    if (!rc || is_launched) {
        rc = comm_agree(&comm, rc);
        if (!rc && comm.rank == 0 && !config.trainer.quiet)
            options_environment_notes(table, stderr);
        if (!rc)
            rc = do_work(&comm, &config, &sources, work);
    }

    if (comm.rank == 0 && program_is_heard()) /* if not, the run is no worse for it */
        rc = program_output(rc);
    if (rc && comm.rank == 0)
        program_failure("rnntrain", rc);

    comm_finalize(&comm);
    config_release(&config);
    return rc;
}
