/* What comm.c (ranks) and comm_sum.c (lanes and their sum) share. */
#ifndef RNNTRAIN_COMM_PRIVATE_H
#define RNNTRAIN_COMM_PRIVATE_H

#include "rnntrain/comm.h"

#include "rnntrain/trace.h"

/* Around each exchange: its time counts as communication and as a span of that kind. */
double comm_begin(const struct comm *comm);
void comm_end(enum trace_kind kind, double start);

#endif
