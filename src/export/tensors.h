/* Where the weights of a chain's layers lie in the flat array of a model. */
#ifndef RNNTRAIN_EXPORT_TENSORS_H
#define RNNTRAIN_EXPORT_TENSORS_H

#include "layers/chain.h"
#include "layers/params.h"

/* The tensor `name` ("kernel", "bias", ...) of a layer; of a bidirectional one that of a
 * direction, 0 or 1, which other layers do not look at. It must be there. */
const struct tensor *export_tensor(const struct params *params,
                                   const struct layer_config *layer, int direction,
                                   const char *name);

#endif
