#include "export/onnx/kind.h"

static const char *map(struct onnx *onnx, const struct layer_config *layer, const char *x)
{
    return onnx_add_activation(onnx, layer->activation.how, layer->activation.alpha, x);
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    onnx_map_vectors(onnx, layer, value, map);
}

const struct onnx_kind onnx_elementwise = {add, NULL};
