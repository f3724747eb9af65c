/* What layers need that treat each position's or row's vector by itself: numbers of a
 * vector as the kernels have them, and steps of a sequence that are computed as they are
 * pulled. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_CHANNELS_H
#define RNNTRAIN_LAYERS_CHANNELS_H

#include "layers/layer.h"

/* Numbers of a vector, Keras's (F), into a row of the kernels (in.row), and back; padding
 * is left as it is. `from` NULL: each is `otherwise`. */
void channels_pack(const struct layer *layer, const real *from, real otherwise, real *to);
size_t channels_place(const struct layer *layer, int d); /* of number d */
void channels_unpack(const struct layer *layer, const real *from, real *to);

/* outline: it gives what it takes. */
struct outline channels_outline(const struct chain_config *chain, int i,
                                struct outline in);

/* clear: hands it on. */
void channels_clear(struct layer *layer, const struct pass *pass);

/* The inputs of a step once more, (steps->active[s], in.row) into x. */
void channels_pull_again(struct layer *layer, const struct pass *pass,
                         const struct steps *steps, int s, real *x);

#endif
