#include "ranks/private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int mpi_count(size_t n)
{
    if (n > INT_MAX)
        die("%zu elements for one call of MPI, which counts to %d", n, INT_MAX);
    return (int)n;
}

size_t comm_pieces(const struct comm *comm, size_t room)
{
    size_t piece = comm->state->piece;
    return room / piece + (room % piece != 0);
}

/* Of n bytes those that are in the piece which begins at `at`. */
static int in_piece(const struct comm *comm, size_t n, size_t at)
{
    size_t left = n > at ? n - at : 0, piece = comm->state->piece;
    return mpi_count(left < piece ? left : piece);
}

void comm_send(const struct comm *comm, int to, const void *bytes, size_t n, size_t room,
               struct comm_requests *requests)
{
    for (size_t at = 0; at < room; at += comm->state->piece) {
        const char *from = (const char *)bytes + (at < n ? at : n);
        MPI_Isend(from, in_piece(comm, n, at), MPI_BYTE, to, 0, comm->state->all,
                  &requests->list[requests->n++]);
    }
}

void comm_receive(const struct comm *comm, int from, void *bytes, size_t room,
                  struct comm_requests *requests)
{
    for (size_t at = 0; at < room; at += comm->state->piece)
        MPI_Irecv((char *)bytes + at, in_piece(comm, room, at), MPI_BYTE, from, 0,
                  comm->state->all, &requests->list[requests->n++]);
}

/* The first of those ranks has the bytes. */
static void broadcast_over(const struct comm *comm, MPI_Comm ranks, void *bytes, size_t n)
{
    double start = comm_begin(comm);

    for (size_t at = 0; at < n; at += comm->state->piece) {
        MPI_Request request;
        MPI_Ibcast((char *)bytes + at, in_piece(comm, n, at), MPI_BYTE, 0, ranks,
                   &request);
        comm_wait(comm, 1, &request);
    }
    comm_end(comm, TRACE_WAIT, start);
}

void comm_broadcast(const struct comm *comm, void *bytes, size_t n)
{
    if (comm->size > 1)
        broadcast_over(comm, comm->state->all, bytes, n);
}

void comm_broadcast_hosts(const struct comm *comm, void *bytes, size_t n)
{
    if (comm->state->leaders != MPI_COMM_NULL)
        broadcast_over(comm, comm->state->leaders, bytes, n);
}

/* n bytes in a block of `room` and one more. */
static char *copy_of(const void *bytes, size_t n, size_t room)
{
    char *copy = xcalloc(room + 1, 1);
    if (n)
        memcpy(copy, bytes, n);
    return copy;
}

/* Rank 0: all ranks' bytes, of which it knows how many there are. */
static char *collect(const struct comm *comm, const void *bytes, const size_t *counts)
{
    size_t total = 0, n_requests = 0;
    for (int r = 0; r < comm->size; r++) {
        total += counts[r];
        n_requests += comm_pieces(comm, counts[r]);
    }

    char *all = copy_of(bytes, counts[0], total), *to = all + counts[0];
    struct comm_requests requests = {xcalloc(n_requests, sizeof(MPI_Request)), 0};
    for (int r = 1; r < comm->size; to += counts[r++])
        comm_receive(comm, r, to, counts[r], &requests);
    comm_wait(comm, requests.n, requests.list);
    free(requests.list);
    return all;
}

static void hand_over(const struct comm *comm, const void *bytes, size_t n)
{
    struct comm_requests requests = {xcalloc(comm_pieces(comm, n), sizeof(MPI_Request)),
                                     0};
    comm_send(comm, 0, bytes, n, n, &requests);
    comm_wait(comm, requests.n, requests.list);
    free(requests.list);
}

char *comm_gather_bytes(const struct comm *comm, const void *bytes, size_t n,
                        size_t *counts)
{
    counts[0] = n;
    if (comm->size == 1)
        return copy_of(bytes, n, n);
    double start = comm_begin(comm);
    MPI_Request request;
    MPI_Igather(&n, sizeof n, MPI_BYTE, counts, sizeof n, MPI_BYTE, 0, comm->state->all,
                &request);
    comm_wait(comm, 1, &request);

    char *all = NULL;
    if (comm->rank == 0)
        all = collect(comm, bytes, counts);
    else
        hand_over(comm, bytes, n);
    comm_end(comm, TRACE_WAIT, start);
    return all;
}

void comm_gather_lanes(const struct comm *comm, double *values, int width,
                       const int *first)
{
    comm_tick(comm);
    if (comm->size == 1)
        return;
    double start = comm_begin(comm);
    size_t size = (size_t)comm->size;
    int *counts = xcalloc(2 * size, sizeof *counts), *offsets = counts + size;
    for (int r = 0; r < comm->size; r++) {
        counts[r] = mpi_count((size_t)(first[r + 1] - first[r]) * (size_t)width);
        offsets[r] = mpi_count((size_t)first[r] * (size_t)width);
    }

    MPI_Request request;
    MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, offsets,
                    MPI_DOUBLE, comm->state->all, &request);
    comm_wait(comm, 1, &request);
    free(counts);
    comm_end(comm, TRACE_WAIT, start);
}

void comm_gather_blocks(const struct comm *comm, void *blocks, size_t block,
                        const int *first)
{
    comm_tick(comm);
    if (comm->size == 1)
        return;
    double start = comm_begin(comm);
    int *counts = xcalloc((size_t)comm->size, sizeof *counts);
    MPI_Datatype type;
    MPI_Request request;
    for (int r = 0; r < comm->size; r++)
        counts[r] = first[r + 1] - first[r];

    MPI_Type_contiguous(mpi_count(block), MPI_BYTE, &type);
    MPI_Type_commit(&type);
    MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, blocks, counts, first, type,
                    comm->state->all, &request);
    comm_wait(comm, 1, &request);
    MPI_Type_free(&type);
    free(counts);
    comm_end(comm, TRACE_WAIT, start);
}
