/* What a Dropout on vectors does, for a layer that does it in its place. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_LAYERS_DROPOUT_H
#define RNNTRAIN_LAYERS_DROPOUT_H

#include "layers/embedding.h"

/* Keep bits of the pass whose forward is done or under way; NULL: it drops nothing. */
const struct position_bits *dropout_bits(const struct layer *layer,
                                         const struct pass *pass);
/* What is kept is multiplied by it. */
real dropout_scale(const struct layer *layer);

#endif
