/* What comm.c (ranks), comm_sum.c (lanes and their sum) and comm_wait.c (hosts, and who
 * does not answer) share. */
#ifndef RNNTRAIN_RANKS_PRIVATE_H
#define RNNTRAIN_RANKS_PRIVATE_H

#include "ranks/comm.h"

#include <mpi.h>

#include "base/trace.h"

/* Around each exchange: its time counts as communication and as a span of that kind. */
double comm_begin(const struct comm *comm);
void comm_end(enum trace_kind kind, double start);

/* Collective. The hosts of all ranks, for comm_host. */
void comm_learn_hosts(const struct comm *comm);
void comm_forget_hosts(void);

/* Waits until all of them are done. Every wait of a job that trains is here: a rank that
 * hangs or a network that is cut would else be waited for without end. */
void comm_wait(const struct comm *comm, int n, MPI_Request *requests);

#endif
