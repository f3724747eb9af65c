/* What LayerNormalization and BatchNormalization share. */
#ifndef RNNTRAIN_EXPORT_C_NORMALIZATION_H
#define RNNTRAIN_EXPORT_C_NORMALIZATION_H

#include "export/c/kind.h"

/* Writes "gamma, beta, epsilon", NULL for what the layer has not. */
void c_write_normalization(FILE *out, const struct c_place *place);

#endif
