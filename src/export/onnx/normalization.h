/* What LayerNormalization and BatchNormalization share. */
#ifndef RNNTRAIN_EXPORT_ONNX_NORMALIZATION_H
#define RNNTRAIN_EXPORT_ONNX_NORMALIZATION_H

#include "export/onnx/kind.h"

/* The layer's epsilon, gamma and beta as constants, as far as it has them. */
void onnx_add_normalization(struct onnx *onnx, const struct layer_config *layer);

/* gamma (x - mean) / sqrt(variance + epsilon) + beta. */
const char *onnx_add_normal(struct onnx *onnx, const struct layer_config *layer,
                            const char *centered, const char *variance);

bool onnx_same_normalization(struct onnx_reading *reading,
                             const struct layer_config *layer);

#endif
