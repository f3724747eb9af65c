#include "commands/training.h"

#include <stdlib.h>

#include "base/program.h"
#include "commands/runs_options.h"
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

int training_resolve(const struct config_sources *sources, struct config *config)
{
    const char **operands = xcalloc((size_t)sources->argc + 1, sizeof *operands);
    int n = 0, rc = config_resolve(sources, config, operands, &n);
    if (!rc && n == 1)
        rc = options_set(&cmd_train_table, config, "data", operands[0], "data set");

    free(operands);
    return rc;
}

/* Rank 0 says what went wrong while the others wait in comm_finalize: a rank that ended
 * before would make mpirun end rank 0 too, unheard. */
int training_command(const struct option_table *table, int argc, char **argv,
                     int (*work)(struct comm *comm, struct config *config, int argc,
                                 char **argv))
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
            rc = work(&comm, &config, argc, argv);
    }

    if (comm.rank == 0 && program_is_heard()) /* if not, the run is no worse for it */
        rc = program_output(rc);
    if (rc && comm.rank == 0)
        program_failure("rnntrain");

    comm_finalize(&comm);
    config_release(&config);
    return rc;
}
