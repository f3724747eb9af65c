/* What the layers next to an embedding know of it: Dropout above it, whose bits are
 * applied while rows are looked up, and a recurrent layer that looks its products up by
 * ids. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_EMBEDDING_H
#define RNNTRAIN_LAYERS_EMBEDDING_H

#include "layers/layer.h"
#include "layers/perturbation.h"

/* Keep bits of every position of a lane's rows, or of each row's vectors. */
struct position_bits {
    double rate;
    int words;            /* of a vector */
    size_t row, position; /* words from a row's bits to the next one's, and from a
                             position's, 0 where all positions have the same */
    uint32_t *bits;       /* (R, T, words), or (R, words) */
};

/* The embedding on which `layer` stands, directly or with one Dropout between; else
 * NULL. */
struct layer *embedding_below(const struct layer *layer);

/* From now on elements are dropped, in passes that train; `bits` is borrowed. */
void embedding_set_dropout(struct layer *embedding, const struct position_bits *bits);
/* Whether they are in this pass. */
bool embedding_drops(const struct layer *embedding, const struct pass *pass);

/* From now on passes that train go through its stages; borrowed. */
void embedding_set_perturbation(struct layer *embedding,
                                struct perturbation *perturbation);
/* Between the two ways of a lane. */
void embedding_perturb(struct layer *embedding, const struct pass *pass);
/* Whether a word's vector is another one at each position in this pass, so that its
 * products are not to be looked up. */
bool embedding_varies(const struct layer *embedding, const struct pass *pass);

/* The embeddings of n ids, none dropped, into rows of x; and the gradient back to
 * them. */
void embedding_look_up(const struct layer *embedding, const int32_t *ids, int n, real *x,
                       size_t row);
void embedding_add_gradient(const struct layer *embedding, const int32_t *ids, int n,
                            const real *dx, size_t row, const struct pass *pass);

/* Initial rows first .. first + n - 1 of its table. */
void embedding_init_rows(const struct layer *layer, uint64_t seed, size_t first, size_t n,
                         real *weights);

#endif
