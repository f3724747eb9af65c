/* Arithmetic tried on models and rows that the program has in itself: what a user's own
 * processor, build and ranks make of them. Steps are those of a run (train/step.c),
 * without its files.
 *
 * selftest.c has models, rows and steps, selftest_gradient.c gradients, selftest_fault.c
 * what tests make go wrong.
 */
#ifndef RNNTRAIN_TRAIN_SELFTEST_H
#define RNNTRAIN_TRAIN_SELFTEST_H

#include "kernels/kernels.h"
#include "model/model.h"
#include "ranks/comm.h"

enum {
    SELFTEST_MODELS = 6,
    SELFTEST_STEPS = 5,
    SELFTEST_ROWS = 24,
    SELFTEST_LENGTH = 9,
    SELFTEST_LANE_ROWS = 4,
    SELFTEST_LANES = SELFTEST_ROWS / SELFTEST_LANE_ROWS
};

struct selftest_model {
    const char *name, *layers; /* as --stack has them */
    /* The mean loss of each step as plain code in floats computed it once, to 7 digits:
     * other orders of adding do not reach them. */
    double loss[SELFTEST_STEPS];
};
extern const struct selftest_model selftest_models[SELFTEST_MODELS];

/* The built-in rows, of three classes, their pads in front. Pointers lead into the struct
 * itself: it is not copied. */
struct selftest_data {
    uint16_t x[SELFTEST_ROWS][SELFTEST_LENGTH];
    int32_t y[SELFTEST_ROWS], length[SELFTEST_ROWS], order[SELFTEST_ROWS];
    struct rows rows;
};
void selftest_fill(struct selftest_data *data);

/* The model at work, the caller's. */
int selftest_new(const struct selftest_model *which, const struct kernels *kernels,
                 struct model **model) NODISCARD;

/* How a batch's lanes are computed. None of it may change a bit. */
enum selftest_way {
    SELFTEST_EVEN,      /* a range of lanes on each rank, as a run has it */
    SELFTEST_BACKWARDS, /* the same, last lane first, each with a whole gradient */
    SELFTEST_UNEVEN,    /* most lanes on the last rank */
    SELFTEST_WAYS
};

/* What a few steps came to, the same on every rank. */
struct selftest_run {
    double loss[SELFTEST_STEPS]; /* means, before each step */
    uint64_t hash;               /* of the weights after the last one */
};

/* Collective. Trains the model for SELFTEST_STEPS steps of one batch. */
int selftest_train(const struct selftest_model *which, const struct comm *comm,
                   const struct kernels *kernels, enum selftest_way way,
                   struct selftest_run *run) NODISCARD;

/* The largest error of a gradient's elements, as a share of their tensor's largest. */
struct selftest_error {
    double share;
    char tensor[100];
};

/* Gradients of `kernels` against central differences of losses that `judge` computes, a
 * set of floats: at most a dozen elements of each tensor. */
int selftest_gradient(const struct selftest_model *which, const struct kernels *kernels,
                      const struct kernels *judge,
                      struct selftest_error *error) NODISCARD;

/* Whether a row's logits are the same bits alone and among others. */
int selftest_rows_alone(const struct selftest_model *which, const struct kernels *kernels,
                        bool *are_same) NODISCARD;

/* What tests make go wrong. */
enum selftest_fault {
    SELFTEST_SOUND,
    SELFTEST_WRONG_GRADIENT, /* an element of a cell's gradient is too large */
    SELFTEST_UNSTEADY,       /* its last bits depend on what was computed before */
    SELFTEST_FAULTS
};
extern const char *const selftest_fault_names[SELFTEST_FAULTS + 1];

/* The set with that fault in it; lives until the next call. */
const struct kernels *selftest_spoil(const struct kernels *kernels,
                                     enum selftest_fault fault);

#endif
