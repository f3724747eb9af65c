/* Who is alive while a job's ranks work in groups. Who has nothing left to do waits for
 * the others, which may be at work for hours and answer nobody: so each rank counts, in
 * memory that its host's ranks share, whenever it comes by a call of comm.h and while it
 * waits. What is silent on another host, that host's ranks notice. */
#include "ranks/private.h"

#include <stdlib.h>

/* A cache line each. */
enum { STRIDE = 8 };

struct comm_beats {
    struct comm_window window;
    uint64_t *counts; /* (node_size, STRIDE), and whether somebody has told */
    int *ranks;       /* (node_size) in the job */
    uint64_t *seen;   /* (node_size) what a count was, and since when */
    double *since;
    bool *alive; /* (size) */
};

int comm_beats_new(struct comm *comm)
{
    size_t n = (size_t)comm->node_size;
    struct comm_beats *beats = xcalloc(1, sizeof *beats);
    size_t bytes = (n + 1) * STRIDE * sizeof *beats->counts;

    int rc = comm_window_open(comm, bytes, &beats->window);
    if (rc) {
        free(beats);
        return rc;
    }
    beats->counts = beats->window.bytes;
    beats->ranks = xcalloc(n, sizeof *beats->ranks);
    beats->seen = xcalloc(n, sizeof *beats->seen);
    beats->since = xcalloc(n, sizeof *beats->since);
    beats->alive = xcalloc((size_t)comm->size, sizeof *beats->alive);
    MPI_Allgather(&comm->rank, 1, MPI_INT, beats->ranks, 1, MPI_INT, comm->state->node);
    comm->state->beats = beats;
    comm->state->beat = beats->counts + (size_t)comm->node_rank * STRIDE;
    return OK;
}

void comm_beats_free(struct comm *comm)
{
    struct comm_beats *beats = comm->state->beats;
    if (!beats)
        return;
    comm_window_close(comm, &beats->window);
    free(beats->ranks);
    free(beats->seen);
    free(beats->since);
    free(beats->alive);
    free(beats);
    comm->state->beats = NULL;
    comm->state->beat = NULL;
}

void comm_beats_watch(const struct comm *comm)
{
    struct comm_beats *beats = comm->state->beats;
    double now = seconds_now();
    for (int i = 0; i < comm->node_size; i++) {
        beats->seen[i] = __atomic_load_n(beats->counts + i * STRIDE, __ATOMIC_RELAXED);
        beats->since[i] = now;
    }
}

const bool *comm_beats_stopped(const struct comm *comm)
{
    struct comm_beats *beats = comm->state->beats;
    double now = seconds_now();
    bool has_stopped = false;

    for (int r = 0; r < comm->size; r++)
        beats->alive[r] = true;
    for (int i = 0; i < comm->node_size; i++) {
        uint64_t count = __atomic_load_n(beats->counts + i * STRIDE, __ATOMIC_RELAXED);
        if (count != beats->seen[i] || i == comm->node_rank)
            beats->since[i] = now;
        beats->seen[i] = count;
        bool is_alive = now - beats->since[i] <= comm->state->stall_timeout;
        beats->alive[beats->ranks[i]] = is_alive;
        has_stopped |= !is_alive;
    }
    return has_stopped ? beats->alive : NULL;
}

bool comm_beats_tell(const struct comm *comm)
{
    uint64_t *told = comm->state->beats->counts + (size_t)comm->node_size * STRIDE;
    return !__atomic_exchange_n(told, 1, __ATOMIC_RELAXED);
}
