/* Texts from their source through the threads of all ranks to the output, in the order in
 * which they stand and with the bytes of one thread alone. */
#ifndef RNNTRAIN_COMMANDS_TEXTS_JOB_H
#define RNNTRAIN_COMMANDS_TEXTS_JOB_H

#include "commands/explaining.h"
#include "commands/judgements.h"
#include "commands/source.h"
#include "ranks/errands.h"

struct texts_job {
    const struct comm *comm;     /* borrowed, as is what is not said to be owned */
    struct predictor *predictor; /* which judges texts */
    struct told_how *how;
    int n_threads; /* of this rank */

    /* Rank 0; else NULL. */
    struct source *source;
    struct judgements *judgements;
    struct explaining *explaining; /* NULL: texts are judged, not explained */

    struct predictor_worker **workers; /* (n_threads) made by their threads; owned */
    struct errands *errands;           /* NULL: there is no other rank; owned */
};

/* Collective. Judges all, and says on standard error what was odd; what it is given to
 * own is released. Rank 0 returns what went wrong, wherever it did. */
int texts_job_run(struct texts_job *job) NODISCARD;

#endif
