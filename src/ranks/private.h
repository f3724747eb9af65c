/* What the files of this folder share: comm.c (the ranks and what they agree on),
 * launch.c (how they were started), messages.c (bytes of any number), hosts.c, wait.c
 * (and who does not answer), window.c (memory that a node shares), share.c and sum.c
 * (lanes and their sum).
 */
#ifndef RNNTRAIN_RANKS_PRIVATE_H
#define RNNTRAIN_RANKS_PRIVATE_H

#include "ranks/comm.h"

#include <mpi.h>

#include "base/trace.h"

/* What a comm owns. */
struct comm_state {
    /* All ranks, and those of this host; MPI_COMM_NULL where MPI was not begun. */
    MPI_Comm all, node;
    int first;                      /* which rank of the job its rank 0 is */
    char (*hosts)[COMM_HOST_BYTES]; /* (size) */
    double seconds;                 /* in collectives so far */
    double stall_timeout;           /* seconds that a rank waits for others; 0: any */
    size_t piece;                   /* bytes that go in one call of MPI, at most */
    uint32_t n_exchanges;
    void (*before)(const struct comm *comm, uint32_t exchange, const void *data);
    const void *data; /* for `before` */
};

/* The cores that this process may use. */
int comm_usable_cores(void);

/* Sets in the environment what Open MPI cannot see by itself, before it begins. */
void comm_prepare_launch(void);

/* Around each exchange: its time counts as communication and as a span of that kind. */
double comm_begin(const struct comm *comm);
void comm_end(const struct comm *comm, enum trace_kind kind, double start);

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

/* Waits until all of them are done. Every wait of a job that trains is here: a rank that
 * hangs or a network that is cut would else be waited for without end. */
void comm_wait(const struct comm *comm, int n, MPI_Request *requests);

#endif
