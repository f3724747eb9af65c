/* Trials of a search, and what they came to; see private.h. */
#ifndef RNNTRAIN_RUNS_TRIALS_H
#define RNNTRAIN_RUNS_TRIALS_H

#include "runs/private.h"
#include "runs/tune.h"

enum { TRIALS_MOST_RUNGS = 3 };

struct trial {
    struct tune_draw draw;
    struct run run;
    struct trial_rung {
        int epochs; /* that it was given; 0: it was not on the rung, or not yet */
        int best_epoch;
        double value; /* what validation says, greater is better; of losses negated */
        double seconds;
    } rungs[TRIALS_MOST_RUNGS];
    int n_rungs; /* of its bracket */
};

/* What it came to on the last rung that it was on; NULL: on none. */
const struct trial_rung *trial_last(const struct trial *trial);

/* Rank 0. A line in the log; `elapsed` seconds of the whole search. */
int trial_log(struct job *job, const struct trial *trials, int i, int rung,
              double elapsed) NODISCARD;
/* Rank 0. What the log of a search that is gone on with says of trial i on a rung of so
 * many epochs; rungs before it may have had as many, and a line each. */
bool trial_was(const json_t *lines, int i, const struct trial *trial, int rung,
               int epochs, struct trial_rung *was);
/* Rank 0. All lines of the log, and how long the search has taken; json_decref. */
json_t *trials_read_log(const struct job *job, double *elapsed);

/* Rank 0. The table, `best` marked. */
void trials_say(struct job *job, const struct trial *trials, int n, int best);

#endif
