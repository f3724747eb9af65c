/* A job of several runs on one split of the data, and what they judge as one: replicas of
 * a network, each with a seed of its own, a linear model beside them, or both.
 *
 *   RUN/seed-11 ...   networks, --replica 0 and on
 *   RUN/linear        the linear model, judged by validation rows and not fitted to them
 *   RUN/linear-all    its best trial, fitted on validation rows too, where those are of
 *                     the training part
 *   RUN/tf-idf ...    with one of each scaling that of shared-tf-idf, "linear" being the
 *                     other
 *   RUN/latent ...    another one of the components of all texts (train/latent.h), with
 *                     a fit on validation rows of its own
 *   RUN/ensemble.h5   all networks as one: the mean of their probabilities or, with
 *                     linear models, a / K network_1 + ... + b linear + ... + c
 *                     (train/blend.h)
 *   RUN/log.jsonl     the job's events; who holds its lock has all of RUN
 */
#ifndef RNNTRAIN_RUNS_JOB_H
#define RNNTRAIN_RUNS_JOB_H

#include "train/trainer.h"

enum job_side { JOB_LINEAR, JOB_TF_IDF, JOB_LATENT, JOB_SIDES };

/* For files and people: "linear", "tf-idf", "latent". */
extern const char *const job_side_names[JOB_SIDES];

struct job_config {
    /* Of one run, whose run_dir is the job's folder. */
    const struct trainer_config *network;
    /* Of the linear models beside it, NULL: none. */
    const struct trainer_config *side[JOB_SIDES];
    int seeds;    /* K networks */
    int n_groups; /* of ranks at once; 0: as many as end soonest */
    /* The record of a run's configuration; the caller's to free. */
    char *(*record)(const struct trainer_config *config, const void *context);
    const void *context;
    const struct test_hooks *hooks;
};

/* Collective. Trains what is not yet done, judges all and writes RUN/ensemble.h5. Returns
 * the same code on every rank; ERR_STOPPED: --resume goes on with every run. */
int job_run(struct comm *comm, const struct job_config *config) NODISCARD;

#endif
