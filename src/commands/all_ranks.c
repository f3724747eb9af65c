#include "commands/all_ranks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/program.h"
#include "base/signals.h"

/* Seconds after which a rank that does not answer ends the job, as in training. */
static const double stall_timeout = 600;

const char *const all_ranks_cores[] = {"cores", NULL};

static int resolve(const struct option_table *table, void *settings, int argc,
                   char **argv, const char **operands, int *n)
{
    options_init(table, settings);
    int rc = options_from_environment(table, settings);
    return rc ? rc : options_from_arguments(table, settings, argc, argv, operands, n);
}

int all_ranks_command(const struct option_table *table, void *settings, int argc,
                      char **argv,
                      int (*run)(struct comm *comm, const void *settings,
                                 const char *const *operands, int n_operands))
{
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    struct comm comm = {.rank = 0};
    int n = 0;

    signals_end_process();
    if (comm_launched_size() > 1)
        comm_init(&comm);
    else
        comm_init_alone(&comm);
    comm_set_stall_timeout(&comm, stall_timeout);

    int rc = comm_agree(&comm, resolve(table, settings, argc, argv, operands, &n));
    if (!rc && comm.rank == 0)
        options_environment_notes(table, stderr);
    if (!rc)
        rc = comm_agree(&comm, run(&comm, settings, operands, n));

    if (comm.rank == 0)
        rc = program_output(rc);
    if (rc && comm.rank == 0)
        program_failure("rnntrain", rc);
    comm_finalize(&comm);
    options_release(table, settings);
    free(operands);
    return rc;
}

int all_ranks_threads(const struct comm *comm, int64_t asked)
{
    int cores = comm_own_cores(comm);
    return asked ? (int)asked : cores;
}

int all_ranks_same_kernels(const struct comm *comm, const char *set)
{
    const struct kernels *kernels = NULL;
    int rc = comm_agree(comm, kernels_select(set, &kernels));
    return rc ? rc
              : comm_same(comm, kernels->name, "kernel set",
                          "give an --isa that all of their hosts have");
}

int all_ranks_same_model(const struct comm *comm, const struct predictor *predictor)
{
    if (comm->size == 1)
        return OK;
    char *hash = xasprintf("%016" PRIx64, predictor_hash(predictor));
    int rc = comm_same(comm, hash, "model, by the hash of its weights,",
                       "put one model where every node sees it");
    free(hash);
    return rc;
}
