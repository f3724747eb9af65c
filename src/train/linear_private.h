/* The fit's inside: linear_fit.c takes the memory and runs it, linear_groups.c finds
 * features that are one, linear_shares.c deals rows and features to ranks,
 * linear_scale.c weighs features, linear_passes.c goes over rows and features,
 * linear_losses.c is what logits come to, linear_vectors.c adds vectors up,
 * linear_newton.c minimises. linear_dense.c has passes over dense rows, such as
 * latent.c makes of sparse ones.
 *
 * Rows and features are dealt in blocks of LINEAR_BLOCK. The bias is the feature behind
 * the last one, which every row has. Vectors over features are (own features,
 * stride), those over rows (own rows, stride), unless they are said to be whole; whole
 * ones are padded to whole blocks. What stands behind the K logits is 0.
 */
#ifndef RNNTRAIN_TRAIN_LINEAR_PRIVATE_H
#define RNNTRAIN_TRAIN_LINEAR_PRIVATE_H

#include "train/linear_fit.h"

enum { LINEAR_BLOCK = 64 };

/* What a rank has of rows or of features. */
struct linear_share {
    size_t n;   /* of all ranks */
    int blocks; /* of all ranks */
    int *first; /* (ranks + 1) blocks */
    size_t begin, end;
    uint64_t *start; /* (end - begin + 1); NULL: rows as the task has them */
    uint32_t *index; /* of a feature its rows, of a row its features, ascending */
    double *sums;    /* (blocks) of a sum over blocks */
};

/* Ones that stand side by side: of a row its features, of a feature its rows. */
struct linear_ones {
    const uint32_t *index;
    size_t n;
};

static inline struct linear_ones linear_own(const struct linear_share *share, size_t own)
{
    return (struct linear_ones){share->index + share->start[own],
                                (size_t)(share->start[own + 1] - share->start[own])};
}

/* Row i of the task's, ungrouped. */
static inline struct linear_ones linear_row(const struct linear_task *task, size_t i)
{
    const struct sparse *sparse = task->sparse;
    size_t row = (size_t)task->rows[i];
    return (struct linear_ones){sparse->index + sparse->start[row],
                                (size_t)(sparse->start[row + 1] - sparse->start[row])};
}

/* The first of ascending ones that is not below `least`. */
size_t linear_place_of(struct linear_ones ones, size_t least);

/* Features that stand in the same rows have the same scales: a fit gives them the same
 * weights, so they are one feature, whose scale is a feature's times the square root of
 * their number. Small corpora have most n-grams in one text. */
struct linear_groups {
    size_t n;
    uint32_t *of;    /* (features) each one's group */
    uint32_t *first; /* (n) ascending */
    float *root;     /* (n) of the number of features */
};

/* Collective. */
struct linear_groups *linear_groups_new(const struct comm *comm,
                                        const struct linear_task *task);
void linear_groups_free(struct linear_groups *groups); /* NULL is fine */

/* Features of the task, the bias left out. */
static inline size_t linear_n_features(const struct linear_task *task)
{
    return task->dense ? (size_t)task->dense->n_columns : task->sparse->n_features;
}

static inline size_t share_own(const struct linear_share *share)
{
    return share->end - share->begin;
}

struct linear_fit {
    const struct comm *comm;
    struct linear_task task;
    size_t outputs;               /* K */
    size_t stride;                /* of vectors: 1, or K rounded up to quads */
    struct linear_groups *groups; /* NULL: each feature is one */
    struct linear_share rows, features;
    float *norm; /* (n) whole: lengths of rows; NULL: 1 */
    float *idf;  /* (features) whole; NULL: another scaling */

    double *logits;                     /* rows */
    float *shares, *step_logits, *sums; /* rows: probabilities; of the step; of a pass */
    float *slopes; /* whole rows: what the pass over features adds up */

    float *scale, *weights, *gradient, *step, *residual, *direction, *product,
        *diagonal; /* features; diagonal: one over it */
    float *folded; /* whole features: scale * a vector */

    double *row; /* (K) of one row or feature */
    struct linear_effort effort;
};

/* Own row i: its features, in groups. */
static inline struct linear_ones linear_own_row(const struct linear_fit *fit, size_t i)
{
    return fit->rows.start ? linear_own(&fit->rows, i)
                           : linear_row(&fit->task, fit->rows.begin + i);
}

/* Collective where `comm` has several ranks. Deals rows and features. */
void linear_shares_new(struct linear_fit *fit);
void linear_share_free(struct linear_share *share);

/* The sum over all blocks, of which each rank has set its own in `sums`. Collective. */
double linear_share_sum(const struct comm *comm, struct linear_share *share);

/* Collective. Sets scale, and of tf-idf norm and idf. */
void linear_scale(struct linear_fit *fit);

/* Whether row i of the task's, 0 or above, is of class c. */
bool linear_is_of(const struct linear_task *task, size_t i, size_t c);

/* Collective. Sets norm, of idf. */
void linear_take_norms(struct linear_fit *fit);

/* How many of `rows`, of the task's, are of each class, into `inside` (K). */
void linear_count_inside(const struct linear_task *task, struct linear_ones rows,
                         double *inside);

/* The log-count ratio of a feature that so many rows have, `inside` of `of_class` ones
 * in rows of the class, the rest of `of_others`. */
double linear_log_count(double ones, double inside, double of_class, double of_others,
                        double features);

/* sums = the rows' sums of `folded`. */
void linear_pass_rows(struct linear_fit *fit);
/* product[f] = sum of the slopes of its rows, unscaled, f of the rank's features. */
void linear_pass_features(struct linear_fit *fit, float *product);

/* The same of slopes that linear_spreads gives; of sparse rows only. */
void linear_pass_squares(struct linear_fit *fit, float *product);

/* The same of dense rows. */
void linear_dense_rows(struct linear_fit *fit);
void linear_dense_features(struct linear_fit *fit, float *product);
/* Collective. Whole vectors from everybody's own parts. */
void linear_gather_rows(struct linear_fit *fit);
void linear_gather_features(struct linear_fit *fit);

/* Of the logits plus `step` times step_logits: the sum of losses. Collective. */
double linear_loss(struct linear_fit *fit, double step);
/* Probabilities of the logits, and slopes C dL/dlogit. */
void linear_slopes(struct linear_fit *fit, double c);
/* Slopes C p (1 - p), over the squares of the rows' lengths, whose sums are the diagonal
 * of C times the Hessian of the losses, but for the features' scales. */
void linear_spreads(struct linear_fit *fit, double c);
/* Slopes of the second order: C times the Hessian's product with the sums. */
void linear_curvature(struct linear_fit *fit, double c);

/* A block of the rank's vectors over features, and where its sum goes: it is taken by one
 * rank, in one order. */
struct linear_span {
    size_t first, end; /* elements of own vectors */
    double *sum;
};

/* Own block b, 0 or above, its sum 0; whether there is one. Without the bias where it is
 * not `biased`. */
bool linear_span_at(struct linear_fit *fit, int b, bool biased, struct linear_span *span);
/* Collective. The sum of all blocks' sums. */
double linear_sum_features(struct linear_fit *fit);
/* Collective. */
double linear_dot(struct linear_fit *fit, const float *x, const float *y, bool biased);
/* Sums of slopes become the gradient of the objective: they are scaled, and what the norm
 * gives at `vector` is added, which the bias has no part in. */
void linear_add_pull(const struct linear_fit *fit, const float *vector, float *sums);
/* Sums of spreads become the diagonal. */
void linear_square_pull(const struct linear_fit *fit, float *sums);
/* Collective. Folds a vector for the next pass over the rows. */
void linear_fold(struct linear_fit *fit, const float *vector);

/* Collective. At the weights and logits. */
double linear_objective(struct linear_fit *fit, double c);
/* Collective. From the weights and logits to the least, until the gradient's norm is
 * tolerance * from; returns 0, or what a rank wished for. */
int linear_minimise(struct linear_fit *fit, double c, const struct linear_stop *stop,
                    double from);

#endif
