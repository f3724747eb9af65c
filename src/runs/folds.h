/* A cross-validation: each fold of the training rows (data/folds.h) is judged by what
 * learnt all the others.
 *
 *   RUN/fold-1 ...      runs with --fold 1 and on, or jobs where options ask for several
 *                       models, with the bits that each has alone
 *   RUN/predictions.h5  what was said of each training row, by the one that had not
 *                       learnt it; there is no model of all
 *   RUN/log.jsonl       what each fold came to, means and deviations, all rows together
 *
 * The same on any number of ranks, in any groups, stopped and gone on with.
 */
#ifndef RNNTRAIN_RUNS_FOLDS_H
#define RNNTRAIN_RUNS_FOLDS_H

#include "runs/job.h"

/* Collective. `config`: of a fold, whose `network` has the folder of all of them and
 * says how many there are; seeds 1 without linear models: a fold is one run. Returns the
 * same code on every rank; ERR_STOPPED: --resume goes on. */
int folds_run(struct comm *comm, const struct job_config *config) NODISCARD;

#endif
