/* All points of a grid of options, each trained from several seeds, on groups of ranks
 * side by side, and the best of them by validation rows.
 *
 *   RUN/trial-1 ...   ordinary runs: the seeds of the first point, then those of the next
 *   RUN/best.h5       the best run of the point whose mean over seeds is the best
 *   RUN/log.jsonl     what each point came to
 *
 * Each run has the bits that it has alone, and the table is the same on any number of
 * ranks and whenever the sweep was stopped.
 */
#ifndef RNNTRAIN_RUNS_SWEEP_H
#define RNNTRAIN_RUNS_SWEEP_H

#include "runs/job.h"

struct sweep_point {
    struct trainer_config config; /* of its first seed; borrowed strings */
    const char *said;             /* its options, as on a command line */
};

struct sweep_config {
    struct job_config job; /* `network`: of no point, the folder among it; no linear */
    const struct sweep_point *points;
    int n_points, seeds;
    int folds; /* of each seed; 1: the validation rows of all are the same */
};

/* Runs of a point: all folds of the first seed, then those of the next. */
static inline int sweep_point_runs(const struct sweep_config *sweep)
{
    return sweep->seeds * sweep->folds;
}
/* The configuration of a point's run, from 0; its folder is the caller's to free. */
struct trainer_config sweep_run_config(const struct sweep_config *sweep, int point,
                                       int run);

/* Collective. Returns the same code on every rank; ERR_STOPPED: --resume goes on. */
int sweep_run(struct comm *comm, const struct sweep_config *config) NODISCARD;

#endif
