#define _GNU_SOURCE /* sched_getaffinity */
#include "ranks/private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file.h"

/* The process has one MPI; what belongs to it is kept here, not in every struct comm. */
static MPI_Comm node_comm = MPI_COMM_NULL;
static double seconds_in_collectives;
static void (*hook)(const struct comm *comm, uint32_t exchange, const void *data);
static const void *hook_data;
static uint32_t n_exchanges;

/* Begin and end. */

static void abort_job(int code)
{
    MPI_Abort(MPI_COMM_WORLD, code);
    _exit(code);
}

/* What this process may use; all of the host's where it is bound to a single one, as the
 * others then are to others. */
static int usable_cores(void)
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
    if (local && strtol(local, NULL, 10) > usable_cores())
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

void comm_init(struct comm *comm)
{
    int threads = 0;
    yield_if_crowded();
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &threads); /* others read files */
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                        &node_comm);
    MPI_Comm_rank(MPI_COMM_WORLD, &comm->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &comm->size);
    MPI_Comm_rank(node_comm, &comm->node_rank);
    MPI_Comm_size(node_comm, &comm->node_size);
    comm->node_cores = usable_cores();
    comm->is_active = true;
    comm_learn_hosts(comm);
    die_set_hook(abort_job);
}

void comm_init_alone(struct comm *comm)
{
    *comm = (struct comm){.size = 1, .node_size = 1, .node_cores = 1};
}

void comm_finalize(struct comm *comm)
{
    if (!comm->is_active)
        return;
    comm_meet(comm);
    MPI_Comm_free(&node_comm);
    MPI_Finalize();
    die_set_hook(NULL);
    comm_forget_hosts();
    comm->is_active = false;
}

/* Time in collectives. */

void comm_set_hook(struct comm *comm,
                   void (*before)(const struct comm *comm, uint32_t exchange,
                                  const void *data),
                   const void *data)
{
    (void)comm;
    hook = before;
    hook_data = data;
}

double comm_begin(const struct comm *comm)
{
    if (hook)
        hook(comm, n_exchanges, hook_data);
    n_exchanges++;
    return seconds_now();
}

void comm_end(enum trace_kind kind, double start)
{
    seconds_in_collectives += seconds_now() - start;
    trace_end(kind, start);
}

double comm_seconds(const struct comm *comm)
{
    (void)comm;
    return seconds_in_collectives;
}

/* Agreement. */

int comm_agree(const struct comm *comm, int rc)
{
    if (comm->size == 1)
        return rc;
    double start = comm_begin(comm);
    int mine = rc ? comm->rank : comm->size, lowest = 0;
    MPI_Request request;
    MPI_Iallreduce(&mine, &lowest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, &request);
    comm_wait(comm, 1, &request);
    if (lowest < comm->size) {
        struct {
            int code;
            char message[2048];
        } outcome = {.code = rc};
        snprintf(outcome.message, sizeof outcome.message, "%s", fail_message());
        MPI_Ibcast(&outcome, sizeof outcome, MPI_BYTE, lowest, MPI_COMM_WORLD, &request);
        comm_wait(comm, 1, &request);
        rc = fail(outcome.code, "%s", outcome.message);
    }
    comm_end(TRACE_WAIT, start);
    return rc;
}

void comm_broadcast(const struct comm *comm, void *bytes, size_t n)
{
    if (comm->size == 1)
        return;
    double start = comm_begin(comm);
    const size_t most = (size_t)1 << 30; /* MPI counts in int */
    for (size_t at = 0; at < n; at += most) {
        MPI_Request request;
        MPI_Ibcast((char *)bytes + at, (int)(n - at < most ? n - at : most), MPI_BYTE, 0,
                   MPI_COMM_WORLD, &request);
        comm_wait(comm, 1, &request);
    }
    comm_end(TRACE_WAIT, start);
}

int comm_same(const struct comm *comm, const char *text, const char *what,
              const char *remedy)
{
    size_t n = strlen(text);
    comm_broadcast(comm, &n, sizeof n);
    char *first = xcalloc(n + 1, 1);
    const char *host = comm_host(comm, comm->rank);
    if (comm->rank == 0)
        memcpy(first, text, n);
    comm_broadcast(comm, first, n);
    int rc = OK;
    if (strcmp(first, text) && n < 200)
        rc = fail(ERR_USAGE, "rank %d on %s has another %s (%.200s) than rank 0 (%s): %s",
                  comm->rank, host, what, text, first, remedy);
    else if (strcmp(first, text))
        rc = fail(ERR_USAGE, "rank %d on %s has another %s than rank 0: %s", comm->rank,
                  host, what, remedy);
    free(first);
    return comm_agree(comm, rc);
}

char *comm_gather_bytes(const struct comm *comm, const void *bytes, int n, int *counts)
{
    counts[0] = n;
    if (comm->size == 1) {
        char *copy = xcalloc((size_t)n + 1, 1);
        memcpy(copy, bytes, (size_t)n);
        return copy;
    }
    double start = comm_begin(comm);
    MPI_Request request;
    MPI_Igather(&n, 1, MPI_INT, counts, 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
    comm_wait(comm, 1, &request);
    int *offsets = xcalloc((size_t)comm->size + 1, sizeof *offsets);
    for (int r = 0; r < comm->size; r++)
        offsets[r + 1] = offsets[r] + counts[r];
    char *all = comm->rank == 0 ? xcalloc((size_t)offsets[comm->size] + 1, 1) : NULL;
    MPI_Igatherv(bytes, n, MPI_BYTE, all, counts, offsets, MPI_BYTE, 0, MPI_COMM_WORLD,
                 &request);
    comm_wait(comm, 1, &request);
    free(offsets);
    comm_end(TRACE_WAIT, start);
    return all;
}

static double reduce_double(const struct comm *comm, double value, MPI_Op op)
{
    if (comm->size == 1)
        return value;
    double result = 0, start = comm_begin(comm);
    MPI_Request request;
    MPI_Iallreduce(&value, &result, 1, MPI_DOUBLE, op, MPI_COMM_WORLD, &request);
    comm_wait(comm, 1, &request);
    comm_end(TRACE_WAIT, start);
    return result;
}

double comm_min(const struct comm *comm, double value)
{
    return reduce_double(comm, value, MPI_MIN);
}

double comm_max(const struct comm *comm, double value)
{
    return reduce_double(comm, value, MPI_MAX);
}

/* Memory that a node shares. */

/* Where it fails for one rank, MPI_Win_allocate_shared keeps the others waiting: so it is
 * asked before. Open MPI shares memory in that folder, and wants a twentieth of it to be
 * left. */
static int check_room(const struct comm *comm, size_t n)
{
    static const char folder[] = "/dev/shm";
    size_t has = host_memory();
    size_t needed = n + n / 16 + ((size_t)1 << 20);
    int64_t left = comm->node_size > 1 ? file_free_bytes(folder) : -1;
    int rc = OK;
    if (needed > has)
        rc = fail(ERR_IO,
                  "%s: %zu MiB are to be held in memory, this host has %zu: take another",
                  comm_host(comm, comm->rank), needed >> 20, has >> 20);
    else if (left >= 0 && (int64_t)needed > left)
        rc = fail(ERR_IO,
                  "%s: %zu MiB are to be shared by its ranks, %s has %lld: enlarge it",
                  comm_host(comm, comm->rank), (needed >> 20) + 1, folder,
                  (long long)left >> 20);
    return comm_agree(comm, comm->node_rank == 0 ? rc : OK);
}

int comm_window_open(const struct comm *comm, size_t n, struct comm_window *window)
{
    int rc = check_room(comm, n);
    if (rc)
        return rc;
    if (comm->size == 1) {
        *window = (struct comm_window){xaligned(n, 1), NULL};
        return OK;
    }
    MPI_Win *win = xcalloc(1, sizeof *win);
    MPI_Aint mine = comm->node_rank == 0 ? (MPI_Aint)(n + 64) : 0, size = 0;
    int unit = 0;
    void *base = NULL;
    MPI_Comm_set_errhandler(node_comm, MPI_ERRORS_RETURN);
    int status = MPI_Win_allocate_shared(mine, 1, MPI_INFO_NULL, node_comm, &base, win);
    MPI_Comm_set_errhandler(node_comm, MPI_ERRORS_ARE_FATAL);
    if (status != MPI_SUCCESS)
        rc = fail(ERR_IO,
                  "%zu MiB cannot be shared by the ranks of a node: enlarge /dev/shm",
                  n >> 20);
    rc = comm_agree(comm, rc);
    if (rc) {
        free(win);
        return rc;
    }
    MPI_Win_shared_query(*win, 0, &size, &unit, &base);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, *win);
    uintptr_t address = ((uintptr_t)base + 63) / 64 * 64;
    *window = (struct comm_window){(void *)address, win};
    return OK;
}

void comm_window_sync(const struct comm *comm, struct comm_window *window)
{
    if (!window->handle)
        return;
    MPI_Request request;
    MPI_Win_sync(*(MPI_Win *)window->handle);
    MPI_Ibarrier(node_comm, &request);
    comm_wait(comm, 1, &request);
    MPI_Win_sync(*(MPI_Win *)window->handle);
}

void comm_window_close(const struct comm *comm, struct comm_window *window)
{
    (void)comm;
    if (window->handle) {
        MPI_Win_unlock_all(*(MPI_Win *)window->handle);
        MPI_Win_free(window->handle);
        free(window->handle);
    } else {
        free(window->bytes);
    }
    *window = (struct comm_window){NULL, NULL};
}
