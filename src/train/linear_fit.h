/* Logistic regression on sparse rows of ones, as scikit-learn's LogisticRegression states
 * it: the least of C * sum of log losses + |w|^2 / 2, the bias left out of the norm.
 *
 * One sigmoid for two classes, a softmax for more, a sigmoid each for labels of which a
 * text may have several. Feature j of class c stands for scale[j, c] rather than for 1:
 * for its log-count ratio, or for its tf-idf weight in a row of length 1. The scales are
 * folded into the weights that a fit gives, so whoever judges by them reads ones.
 * Features that stand in the same rows are one in a fit of several logits.
 *
 * Newton's method with truncated conjugate gradients (Lin, Weng & Keerthi 2008),
 * preconditioned by the Hessian's diagonal (Hsia, Chiang & Lin 2018), and a line
 * search. A step is one pass over the rows, shared out over the ranks by rows, and
 * one over the features, shared out by features: each sum is taken by one rank, in one
 * order, so any number of ranks gives the same bits. A rank has of every vector its own
 * features' part, but for the direction, of which it needs all.
 */
#ifndef RNNTRAIN_TRAIN_LINEAR_FIT_H
#define RNNTRAIN_TRAIN_LINEAR_FIT_H

#include "data/rows.h"
#include "data/sparse.h"
#include "kernels/kernels.h"
#include "kernels/tall.h"
#include "layers/chain.h"
#include "model/linear_options.h"
#include "ranks/comm.h"

/* Rows of a part that are fitted; all of it is borrowed while the fit lives. */
struct linear_task {
    enum loss loss;
    int outputs; /* K: logits of a row, 1 with LOSS_BINARY */
    const struct sparse *sparse;
    const struct kernels *kernels;
    const struct tall *dense;  /* the fitted rows (n, features) instead; NULL */
    const struct rows *labels; /* of the same part */
    const int32_t *rows;       /* (n) ascending */
    int n;
    enum linear_scaling scaling; /* not SCALING_AUTO */
    const double *class_weights; /* (classes) by which C is multiplied; NULL: 1 */
};

struct linear_fit;

/* Collective. ERR_USAGE where the host's memory is too small. */
int linear_fit_new(const struct comm *comm, const struct linear_task *task,
                   struct linear_fit **fit) NODISCARD;
void linear_fit_free(struct linear_fit *fit); /* NULL is fine */

/* Bytes that a rank of `ranks` needs for so many features and logits, beside the rows. */
double linear_fit_bytes(size_t n_features, int outputs, int ranks);

struct linear_stop {
    double tolerance; /* of the gradient's norm, as a share of that of no features */
    int (*wish)(void *context); /* what this rank wants; NULL: nobody asks */
    void *context;
};
/* A tolerance at which accuracy moves no more. */
#define LINEAR_TOLERANCE 1e-3

/* Weights (F, K) and biases (K) that know nothing but the classes' shares. */
void linear_fit_begin(const struct linear_fit *fit, float *kernel, float *bias);

/* Collective. From folded weights and biases, the same on every rank, to those of the
 * least. Returns 0, or the greatest wish of all ranks where that is not 0: the weights
 * are then as they were. */
int linear_fit_run(struct linear_fit *fit, double c, const struct linear_stop *stop,
                   float *kernel, float *bias);

/* Collective. The weights (F, K) and biases (K) of naive Bayes, each class against the
 * rest: the log-count ratios themselves and the classes' log odds. */
void linear_fit_bayes(struct linear_fit *fit, float *kernel, float *bias);

/* Of the last run. */
struct linear_effort {
    int newton_steps, passes; /* a pass is one over the rows and one over the features */
    double objective;         /* before the last step */
};
struct linear_effort linear_fit_effort(const struct linear_fit *fit);

/* Collective. The tf-idf weights (F) of features, zeros with another scaling. */
void linear_fit_idf(const struct linear_fit *fit, float *idf);

#endif
