#include "export/onnx/normalization.h"

static const char *map(struct onnx *onnx, const struct layer_config *layer, const char *x)
{
    const char *mean = onnx_name_of(onnx, layer, "moving_mean");

    return onnx_add_normal(onnx, layer,
                           onnx_value(onnx, "Sub", "centered", x, mean, NULL),
                           onnx_name_of(onnx, layer, "moving_variance"));
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    onnx_add_normalization(onnx, layer);
    onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "moving_mean"));
    onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "moving_variance"));
    onnx_map_vectors(onnx, layer, value, map);
    value->skipped = SKIPPED_OTHER;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return onnx_same_normalization(reading, layer) &&
           onnx_same_tensor(reading, layer, "moving_mean") &&
           onnx_same_tensor(reading, layer, "moving_variance");
}

const struct onnx_kind onnx_batch_normalization = {add, is_there};
