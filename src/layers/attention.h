/* Additive attention as a pooling: how much of each position is taken is learnt.
 *
 *   u_t = tanh(x_t W + b)      s_t = u_t . v      a_t = exp(s_t) / sum over k of exp(s_k)
 *   y   = sum over t of a_t x_t
 *
 *   ds_t = a_t (dy . x_t - dy . y)      dx_t = a_t dy + (ds_t v (1 - u_t^2)) W^T
 *
 * The sums are kept relative to the greatest score so far, so that a row's positions are
 * pulled once. Its tensors are W (F, U), b (U) and v. Nothing here is collective.
 *
 * Sources: Bahdanau, Cho & Bengio 2015; of one vector a text, Yang et al. 2016.
 */
#ifndef RNNTRAIN_LAYERS_ATTENTION_H
#define RNNTRAIN_LAYERS_ATTENTION_H

#include "layers/layer.h"
#include "layers/linear.h"

struct side;

struct attention {
    struct linear linear;
    real *b, *v, *db, *dv; /* (columns) */
    real *u;               /* (T, R, columns) by step; without a backward pass one step */
    real *score;           /* (T, R) */
    real *share;           /* (R, T) a of each step */
    real *below;           /* (R) scores of a step, relative to `most` */
    double *e;             /* exponentials of a step or of a row */
    real *most;            /* (R) the greatest score so far */
    double *sum;           /* (R) of exponentials relative to it */
    real *y;               /* (R, in.row) what a Dropout above may drop from */
    real *common;          /* (R) dy . y */
    real *x;               /* (R, in.row) a step's inputs, pulled again */
    real *d_score;         /* (R) of a step */
    real *dz;              /* (R, columns) as a panel matrix */
};

/* What the layer's ops do where attention is among its poolings. */
void attention_tensors(const struct chain_config *chain, int i, struct params *params);
struct work attention_work(const struct chain_config *chain, int i);
int attention_shape(struct attention *attention, const struct layer *layer) NODISCARD;
void attention_init(const struct layer *layer, uint64_t seed, real *weights);
void attention_layout(struct attention *attention, const struct layer *layer,
                      struct space *space);
void attention_pack(struct attention *attention, const struct layer *layer,
                    const real *weights);

/* Its fold (fold.h). */
void attention_begin(struct side *side, const struct pass *pass);
void attention_step(struct side *side, const struct pass *pass, int n_rows, int s,
                    const real *x);
void attention_end(struct side *side, const struct pass *pass);
void attention_begin_back(struct side *side, const struct pass *pass);
void attention_step_back(struct side *side, const struct pass *pass, int n_rows, int s,
                         real *dx);
void attention_end_back(struct side *side, const struct pass *pass);

#endif
