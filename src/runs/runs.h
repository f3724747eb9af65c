/* Several runs as one job: each is an ordinary run in its own folder, with the bits of
 * the same run alone, on a group of the job's ranks.
 */
#ifndef RNNTRAIN_RUNS_RUNS_H
#define RNNTRAIN_RUNS_RUNS_H

#include "train/trainer.h"

struct job_config;

struct run {
    char *name; /* that people know it by, and its folder */
    /* A job of several runs in its place, of which `config` says the folder and who hears
     * of it; borrowed, NULL: it is one run. */
    const struct job_config *job;
    /* Strings are borrowed, but those of run_dir and record are the run's. */
    struct trainer_config config;

    /* What it came to, on all ranks. */
    bool is_done;
    double seconds; /* in this start */
    struct trainer_summary summary;
};

void run_release(struct run *run);

/* How they share the ranks. */
struct runs_shares {
    int most_ranks; /* that a run can use */
    int n_groups;   /* at once; 0: as many as end soonest */
    bool is_brief;  /* a line each in any case */
};

/* Collective. Trains n runs, some side by side: then a line each is all that people see.
 * A run that diverges does not keep the others from their ends, any other failure ends
 * its group's. The same code on every rank: OK, or of what failed in the first group that
 * did, failures before ERR_STOPPED; the message names the run. */
int runs_train(struct comm *comm, struct run *runs, int n,
               const struct runs_shares *shares,
               const struct test_hooks *hooks) NODISCARD;

#endif
