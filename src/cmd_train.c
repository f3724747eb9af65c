/* rnntrain [train] [dataset.h5] [options] */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rnntrain/comm.h"
#include "rnntrain/config.h"
#include "rnntrain/trainer.h"

static int take_operands(struct config *config, const char **operands, int n)
{
    if (n > 1)
        return fail(ERR_USAGE, "%s: expected at most one data set (rnntrain --help)",
                    operands[1]);
    if (n == 1)
        return options_set(&config_table, config, "data", operands[0], "data set");
    return OK;
}

static int train(const struct config *config, int *rank)
{
    struct comm comm;
    char *record = options_to_json(&config_table, config);
    struct trainer_config trainer = config_trainer(config, record);
    comm_init(&comm);
    *rank = comm.rank;
    int rc = trainer_run(&comm, &trainer);
    if (rc &&
        comm.rank == 0) /* before MPI ends: mpirun may be slow to pass it on later */
        fflush(stdout);
    comm_finalize(&comm);
    free(record);
    return rc;
}

int cmd_train(int argc, char **argv, int *rank)
{
    struct config config = {0};
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    const char *mpi_rank = getenv("OMPI_COMM_WORLD_RANK");
    int n = 0, rc;
    *rank = mpi_rank ? atoi(mpi_rank) : 0; /* one rank reports a wrong command line */
    rc = config_resolve(argc, argv, &config, operands, &n);
    if (!rc)
        rc = take_operands(&config, operands, n);
    if (!rc && config.help) {
        char *usage = options_usage(&config_table);
        fputs(usage, stdout);
        free(usage);
    } else if (!rc && config.version) {
        puts("rnntrain " RNNTRAIN_VERSION);
    } else if (!rc) {
        rc = train(&config, rank);
    }
    config_release(&config);
    free(operands);
    return rc;
}
