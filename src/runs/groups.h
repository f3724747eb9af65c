/* How the ranks of a job are shared out over its runs. A pure function of the numbers:
 * every rank finds the same, and nothing of it changes a bit.
 */
#ifndef RNNTRAIN_RUNS_GROUPS_H
#define RNNTRAIN_RUNS_GROUPS_H

#include "base/base.h"

/* Into how many groups n_ranks go where n runs are alike and none can use more than
 * `most` ranks: those with the earliest end of all. Group g has the runs g, g + n_groups,
 * ... of the first *n_done, as many each; the rest is for another call. There may be more
 * groups than runs where that leaves no group too large: some then have none. */
int groups_of_runs(int n, int n_ranks, int most, int *n_done);

/* The same where the number of groups is wanted, as far as it fits. */
int groups_as_wanted(int wanted, int n, int n_ranks, int most, int *n_done);

#endif
