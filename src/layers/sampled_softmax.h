/* A softmax over a vocabulary, of which a step sees the right words and some others
 * (negatives.h). A position's vector y gives word w the logit
 *
 *   s(w) = y·e(w) + b(w)
 *
 * e being the row of a table, and the loss of the right word t is
 *
 *   log(exp s(t) + sum over negatives w, t left out, of exp(s(w)) / chance(w)) - s(t)
 *
 * whose sum is, in the mean, that over all other words: an estimate of the loss of the
 * whole softmax, and of all words exactly that. Source: Bengio & Senecal 2003; Jean et
 * al. 2015.
 *
 * The negatives' vectors are packed for the kernels once a step. Lives in the model's
 * workspace. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_SAMPLED_SOFTMAX_H
#define RNNTRAIN_LAYERS_SAMPLED_SOFTMAX_H

#include "layers/chain.h"
#include "layers/linear.h"
#include "layers/negatives.h"

/* Positions at a time: their logits stay in a near cache. */
enum { SAMPLED_BLOCK = 64 };

struct sampled_softmax {
    const struct kernels *kernels;
    int width, row;          /* E, and E padded */
    const int32_t *reserved; /* (CHAIN_RESERVED) never a right word; borrowed */
    struct negatives negatives;
    struct linear linear;     /* (E, n): columns are the negatives' vectors */
    const real *table, *b;    /* (V, E), (V): borrowed weights */
    real *bias;               /* (columns) b(w) - log chance(w) of the negatives */
    real *vectors;            /* (E, n) */
    real *logits;             /* (SAMPLED_BLOCK, columns) */
    double *terms;            /* (columns) exponentials of a row */
    real *d_logits;           /* panel matrix (SAMPLED_BLOCK, columns) */
    real *d_bias, *d_vectors; /* of a lane: (columns); (E, n) */
};

/* What a lane's gradient adds to: of the table and of b. */
struct sampled_gradient {
    real *table, *b;
};

void sampled_softmax_init(struct sampled_softmax *softmax, const struct kernels *kernels,
                          int vocabulary, int width, int negatives);
void sampled_softmax_layout(struct sampled_softmax *softmax, struct space *space);

/* The negatives of a step, with the weights as they stand. */
void sampled_softmax_draw(struct sampled_softmax *softmax, const struct rng *rng,
                          const real *table, const real *b);

static inline bool sampled_softmax_skips(const struct sampled_softmax *softmax,
                                         int32_t word)
{
    return word == softmax->reserved[0] || word == softmax->reserved[1];
}

/* A lane's blocks stand between begin and end, where they are learnt: then what the
 * negatives' rows get is added. A block: the summed loss of n positions, at most
 * SAMPLED_BLOCK, whose y is (n, row), each against its word, unless that is reserved;
 * unless dy is NULL, dy, as large, is set, and the gradient of the words added to. */
void sampled_softmax_begin(struct sampled_softmax *softmax);
double sampled_softmax_block(struct sampled_softmax *softmax, int n, const real *y,
                             const int32_t *words, real *dy,
                             struct sampled_gradient gradient);
void sampled_softmax_end(struct sampled_softmax *softmax,
                         struct sampled_gradient gradient);

#endif
