#include "export/onnx/kind.h"

const char *onnx_add_product(struct onnx *onnx, const struct layer_config *layer,
                             const char *rows)
{
    const char *kernel =
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "kernel"));
    const char *bias =
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "bias"));
    return onnx_value(onnx, "Gemm", "sums", rows, kernel, bias, NULL);
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    const char *sums = onnx_add_product(onnx, layer, value->rows);
    value->rows = onnx_value(onnx, "Relu", "outputs", sums, NULL);
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return onnx_same_tensor(reading, layer, "kernel") &&
           onnx_same_tensor(reading, layer, "bias");
}

const struct onnx_kind onnx_dense = {add, is_there};
