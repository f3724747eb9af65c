/* The training loop: epochs, batches, lanes, the canonical sum, the update; validation,
 * early stopping, checkpoints, the test at the end.
 */
#ifndef RNNTRAIN_TRAIN_TRAINER_H
#define RNNTRAIN_TRAIN_TRAINER_H

#include <string.h>

#include "base/base.h"
#include "data/sampler.h"
#include "judge/figures.h"
#include "model/decision.h"
#include "model/linear_options.h"
#include "model/optimizer.h"
#include "model/options.h"
#include "ranks/comm.h"
#include "train/loss_options.h"

/* What early stopping and best.h5 watch. MONITOR_AUTO is for options only: it stands for
 * one of the others. */
enum monitor {
    MONITOR_VAL_ACC,
    MONITOR_VAL_LOSS,
    MONITOR_ACC,
    MONITOR_LOSS,
    MONITOR_VAL_F1, /* of classes on average; of several labels from their sums */
    MONITOR_F1,     /* where texts have several labels */
    MONITOR_VAL_MACRO_F1,
    MONITOR_VAL_PRECISION,
    MONITOR_VAL_RECALL,
    MONITOR_VAL_BALANCED_ACC,
    MONITOR_VAL_MCC,
    MONITOR_VAL_AUC,
    MONITOR_VAL_AVERAGE_PRECISION,
    MONITOR_AUTO,
    MONITORS
};
extern const char *const monitor_names[MONITORS + 1];

/* Whether less is better; whether it is of validation rows; the figure of these that it
 * is, or JUDGE_FIGURES: it is none. Not of MONITOR_AUTO. */
bool monitor_is_loss(enum monitor monitor);
bool monitor_validates(enum monitor monitor);
enum judge_figure monitor_figure(enum monitor monitor);

/* What follows a batch whose loss or gradient is not finite; weights have not seen it. */
enum on_nan {
    ON_NAN_STOP,
    ON_NAN_SKIP,     /* go on with the next batch */
    ON_NAN_ROLLBACK, /* to the epoch's beginning, with half the learning rate, 3 times */
    ON_NANS
};

/* Which rank computes which lanes. */
enum balancing {
    BALANCE_SPEED, /* lanes follow the ranks' speed */
    BALANCE_OFF,   /* the same number each */
    BALANCINGS
};

struct test_hooks;

/* Strings belong to whoever has the configuration; the trainer only reads them. */
struct trainer_config {
    char *data;    /* path of the data set */
    char *run_dir; /* folder for log.jsonl, best.h5 and last.h5 */
    char *isa;     /* kernel set, "auto" */
    enum precision precision;
    /* Checkpoint or model of Keras with whose weights the run begins; NULL: drawn. */
    char *init_from;
    bool init_optimizer; /* and with its moments, where they are of the same optimizer */
    char *init_labels;   /* its classes as the data call them, in its order; NULL: same */
    /* File of word vectors with which the embedding begins, see input/vectors.h; "own":
     * those of the data set; NULL: it is drawn. */
    char *vectors;
    int vectors_dim;  /* to which they are reduced; 0: as they are */
    char *trace;      /* file for what each rank did when; NULL: none */
    bool tensorboard; /* an event file in the run directory */

    /* The effective configuration as JSON, for log and checkpoints; borrowed. */
    const char *record;

    struct model_options model;
    struct linear_config linear;
    struct loss_config loss;
    struct optim_config optim; /* the trainer sets the steps of warm-up and of the run */
    struct sampler_config sampler;

    int epochs;
    double warmup_epochs;
    /* By these a run begins; it is resumed by what its checkpoint has, unless another
     * monitor is given. */
    enum monitor monitor;
    bool monitor_given;
    /* Epochs that take all validation rows for one class, some wrongly, do not count
     * against patience. */
    bool spares_one_class;
    int patience; /* epochs without improvement; 0: never stop early */
    double min_delta;
    bool result_is_last; /* the last weights are the result, not the best */
    /* What validation rows choose for the result at the end (model/decision.h). */
    enum calibrate calibrate;
    enum decision_metric threshold_metric;
    bool is_trial; /* one of several that are compared: test rows stay unseen */

    enum balancing balancing;
    enum comm_reduction reduction;
    bool overwrite, quiet;
    bool verbose;        /* each epoch's speed is said too */
    bool dry_run;        /* everything but training and what it writes */
    int64_t log_every;   /* steps between lines of the log inside an epoch; 0: none */
    const char *command; /* by which it was started, for the log; borrowed; or NULL */
    bool resume, allow_other_bits;
    int64_t checkpoint_every;  /* steps between checkpoints inside an epoch; 0: none */
    double checkpoint_seconds; /* and seconds; 0: none */
    double max_time;           /* seconds from trainer_start_clock on; 0: any */
    double stall_timeout;      /* seconds, see comm_set_stall_timeout */
    enum on_nan on_nan;
};

static inline bool trainer_config_has_own_vectors(const struct trainer_config *config)
{
    return config->vectors && !strcmp(config->vectors, "own");
}

/* From now on max_time counts. As early as can be, before MPI begins. Not collective. */
void trainer_start_clock(void);

/* Makes a run directory, and the folders around it, where there are none; ERR_IO where
 * nothing can be written there. */
int run_dir_make(const char *path) NODISCARD;
/* The folder itself or, of those around it, the nearest one that is there; the caller's
 * to free. */
char *run_dir_nearest(const char *path);
/* Keeps runs from a checkpoint's folder, be it theirs or that of one of their jobs,
 * until it is let go of. ERR_EXISTS: one trains there, and may replace the checkpoint. */
enum { RUN_DIR_DEPTH = 3 }; /* job, fold, seed */
struct run_dir_hold {
    int fd[RUN_DIR_DEPTH]; /* of their logs; -1: there is none */
};
int run_dir_hold(const char *checkpoint, struct run_dir_hold *hold) NODISCARD;
void run_dir_let_go(struct run_dir_hold *hold);
/* Of a run that another process trains (ERR_EXISTS) or that is there, its files are no
 * more. */
int run_dir_discard(const char *path) NODISCARD;

/* What a run came to. */
struct trainer_summary {
    bool was_finished; /* before: nothing was left to be done */
    int epochs, best_epoch;
    enum monitor monitor;
    double best; /* monitored value; greater is better, losses are negated */
    struct linear_trial trial; /* the best one of a linear model */
};

/* Collective. Trains and tests; rank 0 writes the run directory. Returns the same code on
 * every rank: OK, or what went wrong, after which nothing in the run directory is half
 * written; ERR_STOPPED after a signal that was noted (base/signals.h): there is a
 * checkpoint to resume from. A resumed run is bit for bit the run that was never stopped,
 * on any number of ranks. `hooks` are for tests, all zero else. *summary (or
 * NULL) is that of a run that is OK, on every rank. A process may have several runs, one
 * behind the other. */
int trainer_run(struct comm *comm, const struct trainer_config *config,
                const struct test_hooks *hooks,
                struct trainer_summary *summary) NODISCARD;

#endif
