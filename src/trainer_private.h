/* What trainer.c (the loop) and trainer_setup.c (before it) share: the run's inside. */
#ifndef RNNTRAIN_TRAINER_PRIVATE_H
#define RNNTRAIN_TRAINER_PRIVATE_H

#include "rnntrain/trainer.h"

#include <jansson.h>

#include "rnntrain/balance.h"
#include "rnntrain/dataset.h"
#include "rnntrain/report.h"
#include "rnntrain/trace.h"

/* Where the run stands; the same on every rank. */
struct progress {
    int epoch;    /* finished ones */
    int64_t step; /* optimizer steps taken */
    int wait;     /* epochs since the best */
    int best_epoch;
    double best; /* monitored value: greater is better, losses are negated */
    json_t *history;
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
};

enum { LANE_LOSS, LANE_CORRECT, LANE_WORK, LANE_SECONDS, LANE_WIDTH };

/* Collective. Loads the data, makes the model, takes the run directory, draws the
 * weights. */
int trainer_set_up(struct trainer *trainer) NODISCARD;
/* Collective. Opens the log and says what will be trained. */
int trainer_start_report(struct trainer *trainer) NODISCARD;
void trainer_tear_down(struct trainer *trainer);

#endif
