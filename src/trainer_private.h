/* What trainer.c (the loop) and trainer_setup.c (before it) share: the run's inside. */
#ifndef RNNTRAIN_TRAINER_PRIVATE_H
#define RNNTRAIN_TRAINER_PRIVATE_H

#include "rnntrain/trainer.h"

#include <jansson.h>

#include "rnntrain/balance.h"
#include "rnntrain/dataset.h"
#include "rnntrain/evaluate.h"
#include "rnntrain/report.h"
#include "rnntrain/trace.h"

/* Where the run stands; the same on every rank. */
struct progress {
    int epoch;          /* finished ones */
    int64_t step;       /* optimizer steps taken */
    int batch;          /* finished ones of the epoch after those */
    struct score score; /* of these batches, sums */
    int wait;           /* epochs since the best */
    int best_epoch;
    double best;        /* monitored value: greater is better, losses are negated */
    uint64_t best_hash; /* of its weights; 0: there is none */
    json_t *history;    /* rank 0 */
};

/* Where a resumed run goes on. */
struct resumed {
    bool is_resumed, is_finished;
    char *from;        /* the checkpoint; rank 0 */
    int64_t log_bytes; /* of the log when it was written; 0: the run begins; rank 0 */
};

struct trainer {
    const struct trainer_config *config;
    struct comm *comm;
    const struct kernels *kernels;
    char kernel_set[128];
    struct dataset data;
    struct comm_window window; /* the data set's arrays, one copy a node */
    char *tokenizer;           /* JSON, kept words only; rank 0 */
    struct sampler sampler;
    struct model *model;
    const struct params *params;
    struct optim optim;
    struct comm_sum *sum;
    real *weights, *best_weights;
    struct balance balance;
    int *first;                      /* (size + 1) lane ranges of the ranks */
    double *lane_values;             /* (lanes, LANE_WIDTH) */
    double peak_gflops, epoch_flops; /* of all ranks; model flops of an epoch */
    struct report report;
    struct trace_file *trace; /* rank 0, with --trace */
    struct progress progress;
    struct resumed resumed;
    uint64_t best_file; /* hash of the weights in best.h5, as far as rank 0 knows */
};

/* LANE_SIGNAL: a signal that the lane's rank has caught. */
enum { LANE_LOSS, LANE_CORRECT, LANE_WORK, LANE_SECONDS, LANE_SIGNAL, LANE_WIDTH };

/* Collective. Loads the data, makes the model, takes the run directory, draws the
 * weights. */
int trainer_set_up(struct trainer *trainer) NODISCARD;
/* Collective. Opens the log and says what will be trained. */
int trainer_start_report(struct trainer *trainer) NODISCARD;
void trainer_tear_down(struct trainer *trainer);

static inline bool trainer_stops_early(const struct trainer *trainer)
{
    int patience = trainer->config->patience;
    return patience > 0 && trainer->progress.wait >= patience;
}

static inline bool trainer_is_done(const struct trainer *trainer)
{
    return trainer->progress.epoch >= trainer->config->epochs ||
           trainer_stops_early(trainer);
}

/* Collective. With --resume: takes the run up from the newest whole checkpoint of its
 * directory, if there is one. */
int trainer_resume(struct trainer *trainer) NODISCARD;
/* What a checkpoint holds of the run: what is the same in equal runs, and what is not. The
 * caller's to free. */
char *trainer_state_json(const struct trainer *trainer);
char *trainer_provenance_json(const struct trainer *trainer);

/* The last signal that trainer_catch_signals has noted, or 0. */
int trainer_signal(void);

#endif
