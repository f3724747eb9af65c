#include "export/onnx/normalization.h"

/* Of the last axis, which stays with length 1. */
static const char *add_mean(struct onnx *onnx, const char *output, const char *x)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, "ReduceMean", output, x, NULL);

    onnx_set_ints(node, "axes", 1, (int64_t[]){-1});
    return node->output[0];
}

static const char *map(struct onnx *onnx, const struct layer_config *layer, const char *x)
{
    const char *centered =
        onnx_value(onnx, "Sub", "centered", x, add_mean(onnx, "mean", x), NULL);
    const char *square = onnx_value(onnx, "Mul", "square", centered, centered, NULL);

    return onnx_add_normal(onnx, layer, centered, add_mean(onnx, "variance", square));
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    onnx_add_normalization(onnx, layer);
    onnx_map_vectors(onnx, layer, value, map);
    value->skipped = SKIPPED_OTHER;
}

const struct onnx_kind onnx_layer_normalization = {add, onnx_same_normalization};
