/* Adversarial training of embeddings: a lane goes through the layers twice. On the first
 * way back the gradient of each position's vector is collected; on the second way each
 * row's vectors are moved along it, which makes the row's loss larger, by `epsilon` times
 * the root mean square of their numbers. Source: Miyato, Dai & Goodfellow 2017, where
 * embeddings are normalised instead, so that numbers have a mean square of 1.
 *
 * Vectors of positions stand in the order of the plans' ids. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_PERTURBATION_H
#define RNNTRAIN_LAYERS_PERTURBATION_H

#include "layers/plan.h"
#include "kernels/kernels.h"

enum perturbation_stage {
    PERTURBATION_NONE,
    PERTURBATION_COLLECTS, /* what is pushed belongs to positions */
    PERTURBATION_APPLIES,  /* what is pulled are positions' vectors */
    PERTURBATION_FOLLOWS   /* both at once: vectors are given, model/path.h */
};

struct perturbation {
    double epsilon;
    int width; /* E */
    enum perturbation_stage stage;
    size_t n;        /* S: positions at most */
    int32_t *slots;  /* (S) 0, 1, 2, ...: positions in the place of words */
    real *vectors;   /* (S, E) */
    real *d_vectors; /* (S, E) dL/d(vectors) */
};

/* For lanes of at most `rows` rows of `length` positions. */
void perturbation_new(double epsilon, int rows, int length, int width,
                      struct perturbation *perturbation);
void perturbation_release(struct perturbation *perturbation);
/* Positions of the lane. */
size_t perturbation_slots(const struct plans *plans);
size_t perturbation_bytes(const struct perturbation *perturbation);

/* The lane's first way begins: no gradient is there yet. */
void perturbation_begin(struct perturbation *perturbation, const struct plans *plans);

/* Borrowed. */
struct perturbed_table {
    const real *vectors;   /* of the words */
    real *d_vectors;       /* their gradients */
    const int32_t *places; /* which of these each of the plans' ids has */
};

/* The lane's second way begins: `vectors` are those of the table, moved, and what was
 * collected has gone to the words' gradients. */
void perturbation_apply(struct perturbation *perturbation, const struct plans *plans,
                        const struct kernels *kernels,
                        const struct perturbed_table *table);

#endif
