/* Which options make the best network of a data set: trials of options that are drawn,
 * on groups of ranks side by side, of which the better ones learn on (runs/halving.h).
 * Only validation rows compare them.
 *
 *   RUN/trial-1 ...   ordinary runs; the first trials are known to be good on many data
 *   RUN/linear ...    the linear model of n-grams beside the best of them (runs/job.h)
 *   RUN/ensemble.h5   both as one, or RUN/best.h5 the best network
 *   RUN/log.jsonl     what each trial came to, and its cost
 *
 * The same number of trials gives the same model, on any number of ranks, stopped and
 * gone on with; where none is given the time that it may take decides how many there are.
 */
#ifndef RNNTRAIN_RUNS_TUNE_H
#define RNNTRAIN_RUNS_TUNE_H

#include "runs/job.h"

/* A trial's options; borrowed as long as `context` lives. */
struct tune_draw {
    struct trainer_config config;
    const char *said; /* what was drawn, as on a command line */
};

struct tune_config {
    /* `network`: what is not drawn, the folder among it; `linear` where the data have
     * n-grams, else NULL; seeds and n_groups do not matter. */
    struct job_config job;
    int trials;      /* 0: as many as `duration` allows */
    double duration; /* seconds; 0 with trials: any */
    /* Trial i, from 0, which is the same whenever it is asked for. */
    int (*draw)(int i, struct tune_draw *draw, void *context);
    void *context;
};

/* Collective. Returns the same code on every rank; ERR_STOPPED: --resume goes on. */
int tune_run(struct comm *comm, const struct tune_config *config) NODISCARD;

#endif
