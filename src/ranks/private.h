/* What the files of this folder share: comm.c (the ranks and what they agree on),
 * launch.c (how they were started), nodes.c (which of them share one), messages.c (bytes
 * of any number), hosts.c, wait.c (and who does not answer), beats.c (who does nothing),
 * window.c (memory that a node shares), share.c and sum.c (lanes and their sum:
 * sum_private.h), errands.c (rank 0's) and errands_serve.c (the other ranks').
 */
#ifndef RNNTRAIN_RANKS_PRIVATE_H
#define RNNTRAIN_RANKS_PRIVATE_H

#include "ranks/comm.h"

#include <mpi.h>

#include "base/trace.h"

/* What a comm owns. */
struct comm_state {
    /* All ranks, and those of this host; MPI_COMM_NULL where MPI was not begun. And the
     * first ones of nodes, on them, where there are several. */
    MPI_Comm all, node, leaders;
    int *numbers;             /* (size) of the ranks, in the job */
    int n_nodes, *node_first; /* (n_nodes + 1) their first ranks, ascending, and size */
    char (*hosts)[COMM_HOST_BYTES]; /* (size) */
    double seconds;                 /* in collectives so far */
    double stall_timeout;           /* seconds that a rank waits for others; 0: any */
    bool rests;                     /* it sleeps while it waits */
    size_t piece;                   /* bytes that go in one call of MPI, at most */
    /* From so many nodes on messages of at most so many bytes go in rounds. */
    int many_nodes;
    size_t short_message;
    uint32_t n_exchanges;
    void (*before)(const struct comm *comm, uint32_t exchange, const void *data);
    const void *data; /* for `before` */

    /* Of ranks that were in groups, owned, and whether they are at this moment; and this
     * rank's count there. NULL: nobody is watched. */
    struct comm_beats *beats;
    bool is_split;
    uint64_t *beat;
    struct comm_state *job; /* of a group: that it left for a while; or NULL */
};

/* This rank is alive: whoever waits for a group that it is in learns it. */
static inline void comm_tick(const struct comm *comm)
{
    for (const struct comm_state *state = comm->state; state; state = state->job)
        if (state->beat)
            __atomic_fetch_add(state->beat, 1, __ATOMIC_RELAXED);
}

/* Collective. Begins to count. */
int comm_beats_new(struct comm *comm) NODISCARD;
void comm_beats_free(struct comm *comm);
/* From now on who does not count is noticed: which ranks of the job are alive, where some
 * of this host have not counted for the time of stall_timeout; NULL: all are. */
void comm_beats_watch(const struct comm *comm);
const bool *comm_beats_stopped(const struct comm *comm);
/* Whether it is this rank that says so to people: one of a host does. */
bool comm_beats_tell(const struct comm *comm);

/* The cores that this process may use. */
int comm_usable_cores(void);

/* Sets in the environment what Open MPI cannot see by itself, before it begins. */
void comm_prepare_launch(void);

/* Around each exchange: its time counts as communication and as a span of that kind. */
double comm_begin(const struct comm *comm);
void comm_end(const struct comm *comm, enum trace_kind kind, double start);

/* Collective. Fills in who these ranks are, in the order of nodes; this one has a number
 * in the job. `ranks` stays the caller's, `node`, this rank's, does not. */
void comm_learn_ranks(struct comm *comm, MPI_Comm ranks, MPI_Comm node, int number);
MPI_Comm comm_real_node(MPI_Comm ranks);
/* Collective, if MPI was begun. */
void comm_forget_ranks(struct comm *comm);
/* Collective. Fills in the hosts of all ranks. */
void comm_learn_hosts(const struct comm *comm);

/* MPI counts in int: n as such, or the end of the job, as what is more must go in
 * pieces. */
int mpi_count(size_t n);

/* Messages on their way. */
struct comm_requests {
    MPI_Request *list;
    int n;
};

/* Messages of tag 0: n bytes, of which the receiver knows only that they are `room` at
 * most, go in as many pieces as `room` would need, the last ones empty. Each adds that
 * many requests. */
size_t comm_pieces(const struct comm *comm, size_t room);
void comm_send(const struct comm *comm, int to, const void *bytes, size_t n, size_t room,
               struct comm_requests *requests);
void comm_receive(const struct comm *comm, int from, void *bytes, size_t room,
                  struct comm_requests *requests);

/* Errands: rank 0 sends a heading and bytes, or no bytes at all to let a rank go; what
 * comes back is a heading and bytes, or, where its code is not OK, the message. */
enum { TAG_ERRAND = 2, TAG_ANSWER = 3 };
struct errand_heading {
    int64_t number, code;
};
/* The two as one block, the caller's. */
char *errand_message(struct errand_heading heading, const void *bytes, size_t n);
/* A message of that tag that has come, the caller's to free; NULL: there is none. */
char *errand_take(const struct comm *comm, int tag, size_t *n);

/* Waits until all of them are done. Every wait of a job that trains is here: a rank that
 * hangs or a network that is cut would else be waited for without end. */
void comm_wait(const struct comm *comm, int n, MPI_Request *requests);

#endif
