/* What a hidden Dense and the output share: kernel (F, units) and bias (units), units
 * being the width that the layer gives. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_DENSE_H
#define RNNTRAIN_LAYERS_DENSE_H

#include "layers/layer.h"

void dense_tensors(const struct chain_config *chain, int i, struct params *params);
struct work dense_work(const struct chain_config *chain, int i, bool trains);
void dense_init(const struct layer *layer, uint64_t seed, real *weights);

#endif
