#define _GNU_SOURCE /* sched_getaffinity */
#include "ranks/private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What this process may use; all of the host's where it is bound to a single one, as the
 * others then are to others. */
int comm_usable_cores(void)
{
    cpu_set_t cpus;
    int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) < cores &&
        CPU_COUNT(&cpus) > 1)
        cores = CPU_COUNT(&cpus);
    return cores;
}

/* Ranks that outnumber the cores must yield while they wait: a factor of 50 in an
 * allreduce of 8 ranks on 2 cores. Open MPI sees it only where it was told the slots. */
static void yield_if_crowded(void)
{
    const char *local = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    if (local && strtol(local, NULL, 10) > comm_usable_cores())
        setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
}

static const char *launched_rank(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    return rank ? rank : getenv("PMIX_RANK");
}

int comm_launched_rank(void)
{
    const char *rank = launched_rank();
    return rank ? (int)strtol(rank, NULL, 10) : -1;
}

int comm_launched_size(void)
{
    const char *size = getenv("OMPI_COMM_WORLD_SIZE");
    if (!size && getenv("PMIX_RANK"))
        size = getenv("SLURM_STEP_NUM_TASKS");
    return size && launched_rank() ? (int)strtol(size, NULL, 10) : 1;
}

/* Of a core that other ranks may use too this one has its share. */
static double share_of(const struct comm *comm, const cpu_set_t *of_rank, int cpu)
{
    int sharers = 0;
    for (int r = 0; r < comm->size; r++)
        sharers += !strcmp(comm_host(comm, r), comm_host(comm, comm->rank)) &&
                   CPU_ISSET(cpu, &of_rank[r]);
    return 1.0 / sharers;
}

int comm_own_cores(const struct comm *comm)
{
    cpu_set_t *of_rank = xcalloc((size_t)comm->size, sizeof *of_rank);
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first);
    cpu_set_t *own = &of_rank[comm->rank];
    double cores = 0;
    for (int r = 0; r <= comm->size; r++)
        first[r] = r;

    if (sched_getaffinity(0, sizeof *own, own) != 0)
        CPU_SET(0, own);
    comm_gather_blocks(comm, of_rank, sizeof *of_rank, first);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, own))
            cores += share_of(comm, of_rank, cpu);
    free(of_rank);
    free(first);
    return cores < 1 ? 1 : (int)(cores + 1e-9);
}

int comm_check_launch(void)
{
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    long n = tasks ? strtol(tasks, NULL, 10) : 1;
    if (n <= 1 || launched_rank())
        return OK;
    return fail(
        ERR_USAGE,
        "srun started %ld processes that do not know of each other, each would "
        "train the whole run: give srun --mpi=pmix (srun --mpi=list shows whether "
        "it is there), or start them by mpirun",
        n);
}

/* A process that no launcher started is a job of one. Open MPI would start a daemon of
 * its own beside it, which needs ssh to be there, takes a tenth of a second, and ends,
 * with the folders that it made, at some moment after the job has: the next job then
 * finds them or does not, and fails. It has no need of any of that. */
static void isolate_if_alone(void)
{
    if (launched_rank())
        return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

void comm_prepare_launch(void)
{
    yield_if_crowded();
    isolate_if_alone();
}
