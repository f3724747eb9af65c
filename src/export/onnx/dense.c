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

static const char *add_curve(struct onnx *onnx, const struct layer_config *layer,
                             const char *sums)
{
    return onnx_add_activation(onnx, layer->dense.activation, 0, sums);
}

/* x W + b of any number of dimensions. */
static const char *map(struct onnx *onnx, const struct layer_config *layer, const char *x)
{
    const char *kernel = onnx_name_of(onnx, layer, "kernel");
    const char *sums = onnx_value(onnx, "MatMul", "products", x, kernel, NULL);

    if (!layer->dense.no_bias)
        sums = onnx_value(onnx, "Add", "sums", sums, onnx_name_of(onnx, layer, "bias"),
                          NULL);
    return add_curve(onnx, layer, sums);
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    if (value->outline.length == 0 && !layer->dense.no_bias) {
        value->rows = add_curve(onnx, layer, onnx_add_product(onnx, layer, value->rows));
        return;
    }

    onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "kernel"));
    if (!layer->dense.no_bias)
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "bias"));
    onnx_map_vectors(onnx, layer, value, map);
    value->skipped = SKIPPED_OTHER;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return onnx_same_tensor(reading, layer, "kernel") &&
           (layer->dense.no_bias || onnx_same_tensor(reading, layer, "bias"));
}

const struct onnx_kind onnx_dense = {add, is_there};
