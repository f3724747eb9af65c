/* Who computes which lanes: as many as a rank is fast. A rank may be slow because it
 * shares its core, stands on another kind of node or has a busy neighbour. Since a lane's
 * result does not depend on who computes it, moving lanes costs nothing but time and
 * changes no bit.
 *
 * Every rank decides by itself from numbers that all of them have; nothing here is
 * collective.
 */
#ifndef RNNTRAIN_RANKS_BALANCE_H
#define RNNTRAIN_RANKS_BALANCE_H

#include "base/base.h"

struct balance {
    int size;               /* ranks */
    bool is_even;           /* never moves a lane */
    double *work, *seconds; /* (size) of each rank, older steps counting less */
    double busiest, mean;   /* seconds of all steps since balance_begin_epoch */
};

void balance_new(int size, bool is_even, struct balance *balance);
void balance_release(struct balance *balance);

/* The even ranges of n_lanes lanes, (size + 1) as comm.h has them: lane l belongs to rank
 * l * size / n_lanes, about. */
void balance_even_ranges(int n_lanes, int size, int *first);

/* Ranges of n_lanes lanes of the same work: the split with the earliest end as far as
 * steps observed tell; even before. */
void balance_ranges(const struct balance *balance, int n_lanes, int *first);

/* What the lanes of a step cost: lane l took work[l * stride] (rows or positions) and
 * seconds[l * stride], on the rank that `first` says. */
void balance_observe(struct balance *balance, const int *first, const double *work,
                     const double *seconds, int stride);

/* Starts the imbalance anew. */
void balance_begin_epoch(struct balance *balance);
/* By how much the busiest rank of each step computed longer than the mean one, as a share
 * of the mean. */
double balance_imbalance(const struct balance *balance);

#endif
