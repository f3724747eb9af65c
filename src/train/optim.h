/* Optimizers over the flat array of weights: Adam, RMSprop, SGD with momentum; clipping
 * by the global norm; warm-up and decay of the learning rate. Replicated: every rank
 * applies the same gradient to the same weights. Nothing here is collective.
 *
 * Sources: Keras 2.3 optimizers.py (Adam in the "epsilon hat" form, RMSprop with epsilon
 * outside the root, SGD); tf.clip_by_global_norm.
 */
#ifndef RNNTRAIN_TRAIN_OPTIM_H
#define RNNTRAIN_TRAIN_OPTIM_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "layers/table_rows.h"
#include "model/optimizer.h"

/* A table of which few steps touch a row. What a step does to the others follows from
 * their moments alone, so it is done when they are next wanted, for all steps since: the
 * same bits. A row whose moments are zero stays as it is. */
struct optim_table {
    size_t rows, width;     /* the first elements of the flat array; rows 0: none */
    uint32_t *seen;         /* (rows) steps since the start; OPTIM_IDLE: moments are 0 */
    struct update *updates; /* (steps) since the start; owned */
    size_t steps, room;
    bool is_eager;         /* each step is done to all rows at once */
    size_t rank, size;     /* whose share of rows and of the rest is updated here */
    double *block_squares; /* of a norm; owned */
};
#define OPTIM_IDLE UINT32_MAX

/* Weights that train: elements first .. first + n - 1 of the flat array. */
struct optim_part {
    size_t first, n;
};

struct optim {
    struct optim_config config;
    const struct kernels *kernels;
    size_t n;
    struct optim_part *parts; /* owned; all of it, until optim_train_only */
    int n_parts;
    int n_slots;
    int64_t n_before; /* steps that the moments have seen before step 0 */
    real *slot[2];    /* moments, (n) each: Adam m, v; RMSprop v; SGD velocity */
    real *average;    /* (n) of the weights over the steps; NULL without config.ema */
    bool borrows;     /* these arrays, which it owns else */
    struct optim_table table;
};

void optim_new(const struct optim_config *config, const struct kernels *kernels, size_t n,
               struct optim *optim);
/* The same with optim_arrays(optim_of the configuration) arrays of n zeros, one behind
 * the other, `stride` apart, which are borrowed. */
void optim_new_in(const struct optim_config *config, const struct kernels *kernels,
                  size_t n, real *arrays, size_t stride, struct optim *optim);
/* Arrays as large as the weights that an optimizer of that configuration keeps. */
int optim_arrays_of(const struct optim_config *config);
void optim_release(struct optim *optim);
/* All other weights, and their moments, stay as they are, and their gradient counts for
 * nothing; the parts are copied. */
void optim_train_only(struct optim *optim, const struct optim_part *parts, int n_parts);

/* Where a run begins, the average is its first weights. */
void optim_begin_average(struct optim *optim, const real *weights);

/* Arrays as large as the weights that the optimizer keeps. */
int optim_arrays(const struct optim *optim);

/* The learning rate of step t, from 0. */
double optim_rate(const struct optim_config *config, int64_t t);

/* One step, t from 0: gradient (n) is a sum over `rows` rows. The average becomes ema *
 * average + (1 - ema) * weights, and the weights alone at step 0 (Keras 3). Returns the
 * global norm of the mean gradient, before clipping; NaN or infinity means that weights
 * are as they were. */
double optim_apply(struct optim *optim, int64_t t, const real *gradient, int rows,
                   real *weights);

/* From now on the first rows * width elements are a table, of rows that steps touch
 * or do not; and of all elements only the share of rank `rank` of `size` is changed here,
 * others change theirs. Every size-th 64 rows are a share, and a slice of the rest. */
void optim_watch_table(struct optim *optim, size_t rows, size_t width, int rank,
                       int size);
/* A run begins or goes on, at any step: all rows have seen all steps before, and with
 * `no_moments` none has moments. */
void optim_start_table(struct optim *optim, bool no_moments);
/* This share's rows with these bits, or all (NULL), have seen all steps. */
void optim_catch_up(struct optim *optim, const uint64_t *bits, real *weights);
/* As optim_apply, of a table that is watched: `gradient` has the rows of `table`, which
 * have seen all steps, and of the flat array what is not table. */
double optim_apply_touched(struct optim *optim, int64_t t, const real *gradient,
                           const struct table_rows *table, int rows, real *weights);

#endif
