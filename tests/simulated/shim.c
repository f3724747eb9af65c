/* rnntrain on a cluster that SimGrid's SMPI simulates: linked in front of it by --wrap.
 *
 * SMPI's collectives that do not wait are naive, and its barrier among them lets ranks go
 * before all have come; its MPI_Testall makes time pass. rnntrain begins them and then
 * waits (comm_wait), so here they are the ones that wait. A lane takes SIMULATED_LANE
 * seconds; all other computing takes none. Messages are counted, and printed at the
 * end. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kernels/kernels.h"
#include "ranks/comm.h"

void smpi_execute(double seconds);

static long long sent[2]; /* messages, bytes: of this rank */

int __real_MPI_Isend(const void *bytes, int n, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Isend(const void *bytes, int n, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Testall(int n, MPI_Request *requests, int *done, MPI_Status *statuses);
int __wrap_MPI_Ibarrier(MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Ibcast(void *bytes, int n, MPI_Datatype type, int root, MPI_Comm comm,
                      MPI_Request *request);
int __wrap_MPI_Iallreduce(const void *from, void *to, int n, MPI_Datatype type, MPI_Op op,
                          MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Igather(const void *from, int n, MPI_Datatype type, void *to, int each,
                       MPI_Datatype to_type, int root, MPI_Comm comm,
                       MPI_Request *request);
int __wrap_MPI_Iallgatherv(const void *from, int n, MPI_Datatype type, void *to,
                           const int *counts, const int *offsets, MPI_Datatype to_type,
                           MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Win_allocate_shared(MPI_Aint bytes, int unit, MPI_Info info, MPI_Comm comm,
                                   void *base, MPI_Win *win);
int __wrap_MPI_Win_shared_query(MPI_Win win, int rank, MPI_Aint *bytes, int *unit,
                                void *base);
int __wrap_MPI_Win_lock_all(int assertion, MPI_Win win);
int __wrap_MPI_Win_unlock_all(MPI_Win win);
int __wrap_MPI_Win_sync(MPI_Win win);
int __wrap_MPI_Win_free(MPI_Win *win);
int __real_MPI_Finalize(void);
int __wrap_MPI_Finalize(void);
void __real_comm_sum_push(struct comm_sum *sum, int lane);
void __wrap_comm_sum_push(struct comm_sum *sum, int lane);
struct kernels_rate __wrap_kernels_probe(int repeats);

int __wrap_MPI_Isend(const void *bytes, int n, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request)
{
    int size;
    MPI_Type_size(type, &size);
    sent[0]++;
    sent[1] += (long long)n * size;
    return __real_MPI_Isend(bytes, n, type, to, tag, comm, request);
}

int __wrap_MPI_Testall(int n, MPI_Request *requests, int *done, MPI_Status *statuses)
{
    *done = 1;
    return MPI_Waitall(n, requests, statuses);
}

int __wrap_MPI_Ibarrier(MPI_Comm comm, MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Barrier(comm);
}

int __wrap_MPI_Ibcast(void *bytes, int n, MPI_Datatype type, int root, MPI_Comm comm,
                      MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Bcast(bytes, n, type, root, comm);
}

int __wrap_MPI_Iallreduce(const void *from, void *to, int n, MPI_Datatype type, MPI_Op op,
                          MPI_Comm comm, MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Allreduce(from, to, n, type, op, comm);
}

int __wrap_MPI_Igather(const void *from, int n, MPI_Datatype type, void *to, int each,
                       MPI_Datatype to_type, int root, MPI_Comm comm,
                       MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Gather(from, n, type, to, each, to_type, root, comm);
}

int __wrap_MPI_Iallgatherv(const void *from, int n, MPI_Datatype type, void *to,
                           const int *counts, const int *offsets, MPI_Datatype to_type,
                           MPI_Comm comm, MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Allgatherv(from, n, type, to, counts, offsets, to_type, comm);
}

/* All simulated ranks are in one process: memory that a node shares is the first rank's.
 * SMPI would take it as often as there are ranks, and not zeroed. */
int __wrap_MPI_Win_allocate_shared(MPI_Aint bytes, int unit, MPI_Info info, MPI_Comm comm,
                                   void *base, MPI_Win *win)
{
    int rank;
    void *memory = NULL;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    (void)unit;
    (void)info;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    MPI_Bcast(&memory, sizeof memory, MPI_BYTE, 0, comm);
    if (memory == MAP_FAILED)
        return MPI_ERR_NO_MEM;
    *(void **)base = memory;
    *win = (MPI_Win)memory; /* for ever: a simulation is short */
    return MPI_SUCCESS;
}

int __wrap_MPI_Win_shared_query(MPI_Win win, int rank, MPI_Aint *bytes, int *unit,
                                void *base)
{
    (void)rank;
    *bytes = 0;
    *unit = 1;
    *(void **)base = win;
    return MPI_SUCCESS;
}

int __wrap_MPI_Win_lock_all(int assertion, MPI_Win win)
{
    (void)assertion;
    (void)win;
    return MPI_SUCCESS;
}

int __wrap_MPI_Win_unlock_all(MPI_Win win)
{
    (void)win;
    return MPI_SUCCESS;
}

int __wrap_MPI_Win_sync(MPI_Win win)
{
    (void)win;
    return MPI_SUCCESS;
}

int __wrap_MPI_Win_free(MPI_Win *win)
{
    *win = MPI_WIN_NULL;
    return MPI_SUCCESS;
}

int __wrap_MPI_Finalize(void)
{
    int rank;
    long long all[2];
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Reduce(sent, all, 2, MPI_LONG_LONG, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("sent %lld messages %lld bytes\n", all[0], all[1]);
    return __real_MPI_Finalize();
}

void __wrap_comm_sum_push(struct comm_sum *sum, int lane)
{
    const char *seconds = getenv("SIMULATED_LANE");
    __real_comm_sum_push(sum, lane);
    smpi_execute(seconds ? strtod(seconds, NULL) : 0);
}

struct kernels_rate __wrap_kernels_probe(int repeats)
{
    (void)repeats;
    return (struct kernels_rate){100, 1};
}
