/* The inside of a job: job.c runs its phases, members.c makes its runs, folder.c has its
 * folder and its log, join.c what its models come to as one, scores.c what is said of
 * them. Trials from which the network is chosen: tune.c, halving.c (who goes on) and
 * trials.c (what they came to, in the log and for people). All points of a grid: sweep.c.
 * All folds of a cross-validation, each a run or a job itself: folds.c.
 */
#ifndef RNNTRAIN_RUNS_PRIVATE_H
#define RNNTRAIN_RUNS_PRIVATE_H

#include "runs/job.h"

#include "files/directory.h"
#include "model/ensemble.h"
#include "runs/runs.h"
#include "train/evaluate.h"
#include "train/judging.h"
#include "train/report.h"

/* What a model comes to on rows that it did not learn. */
struct scores {
    bool is_validated, is_tested, several_labels;
    struct report_score {
        double loss, acc, f1;
    } validation, test;
};

struct job {
    const struct job_config *config;
    struct comm *comm;
    struct run *networks; /* (seeds) */
    /* Linear models; all zero where there is none, or no refit. */
    struct job_side_runs {
        struct run run, refit;
    } side[JOB_SIDES];
    struct directory folder; /* rank 0 */
    struct report report;    /* rank 0 */
    json_t *identity;        /* what it is, as its log has it */
    bool is_tuned;           /* the one network is the best of many trials */
    bool judges_alone;       /* no model comes of it */
    bool begins;             /* it had no log */
    bool made_folder;        /* rank 0: there was none */
    bool is_finished;        /* before */
    bool multi_label;        /* texts have several labels */
};

/* The job's runs, but for refits, which wait for what linear models come to. */
void job_make_runs(struct job *job);
/* Linear models that it has. */
int job_n_sides(const struct job *job);
/* Which linear models a job has becomes part of what it is. */
void job_identify_sides(const struct job_config *config, json_t *identity);
/* Whether they are fitted again: validation took rows of the training part. */
bool job_has_refit(const struct job *job);
void job_make_refit(struct job *job, enum job_side side);
void job_release_runs(struct job *job);
/* Rank 0. The job's log so far, the caller's; NULL: there is none. */
char *job_read_log(const struct job *job);

/* Collective. ERR_USAGE where n runs that can use at most so many ranks each leave some
 * without work. */
int job_check_ranks(const struct job *job, int n, int most) NODISCARD;
/* Collective. The linear models, whose fits any number of ranks can share, and their
 * refits. */
int job_train_sides(struct job *job) NODISCARD;

/* Collective. A job from its folder to the end in its log: `work` is what is left of
 * it. */
int job_carry_out(struct job *job, int (*work)(struct job *job, void *context),
                  void *context) NODISCARD;
void job_release(struct job *job);

/* The file that is a run's result; the caller's to free. */
char *job_result_of(const struct run *run);

/* Collective. Takes the folder: makes it, locks it, refuses one that holds something
 * else; says whether the job that it was made for is finished. */
int job_take_folder(struct job *job) NODISCARD;
/* Collective. The job's end in its log; of one that did not come to its end the message
 * is that of `rc`, and says where the folder is if it was moved. */
int job_end(struct job *job, int rc) NODISCARD;

/* Collective. All models over validation and test rows; RUN/ensemble.h5. */
int job_join(struct job *job) NODISCARD;

/* Rank 0. What a run's log says of its result. */
struct scores scores_of_run(const struct run *run);
struct report_score scores_of(const struct score *score);
/* Rank 0. A line of the table, to people and to the log. */
int scores_report(struct job *job, const char *name,
                  const struct scores *scores) NODISCARD;
/* Rank 0. Means and deviations over n models as a line of the table. */
struct scores_spread {
    char *said;
    json_t *line;
    double *values; /* (n) to be set */
    int n;
};
struct scores_spread scores_spread_begin(const char *event, int n);
/* Of the values as they are. */
void scores_spread_add(struct scores_spread *all, const char *key);
/* Of validation and test rows accuracies or, of several labels, F1. */
void scores_spread_accuracy(const struct job *job, const struct scores *scores,
                            struct scores_spread *all);
/* And releases it. */
int scores_spread_report(struct job *job, struct scores_spread *all) NODISCARD;

#endif
