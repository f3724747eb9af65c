/* rnntrain [train] [dataset.h5] [options] */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

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

/* Reads the command line and says what it asks for beside training; *done if that is all. */
static int resolve(int argc, char **argv, struct config *config, bool *done)
{
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    int n = 0, rc = config_resolve(argc, argv, config, operands, &n);
    if (!rc)
        rc = take_operands(config, operands, n);
    free(operands);
    *done = !rc && (config->help || config->version);
    if (*done && comm_launched_rank() <= 0) {
        char *usage = options_usage(&config_table);
        fputs(config->version ? "rnntrain " RNNTRAIN_VERSION "\n" : usage, stdout);
        free(usage);
    }
    return rc;
}

static int train(struct comm *comm, const struct config *config)
{
    char *record = options_to_json(&config_table, config);
    struct trainer_config trainer = config_trainer(config, record);
    int rc = trainer_run(comm, &trainer);
    free(record);
    return rc;
}

/* Rank 0 says what went wrong while the others wait in comm_finalize: a rank that ended
 * before would make mpirun end rank 0 too, unheard. */
int cmd_train(int argc, char **argv)
{
    struct config config = {0};
    struct comm comm = {0};
    bool done = false;
    int rc = resolve(argc, argv, &config, &done);
    if (!done && (!rc || comm_launched_rank() >= 0)) {
        comm_init(&comm);
        rc = comm_agree(&comm, rc);
        if (!rc)
            rc = train(&comm, &config);
    }
    if (rc && comm.rank == 0)
        print_failure();
    comm_finalize(&comm);
    config_release(&config);
    return rc;
}
