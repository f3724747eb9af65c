#include "export/onnx/normalization.h"

static void add_tensor(struct onnx *onnx, const struct layer_config *layer,
                       const char *name)
{
    onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, name));
}

void onnx_add_normalization(struct onnx *onnx, const struct layer_config *layer)
{
    onnx_add_number(onnx, "epsilon", layer->normalization.epsilon);
    if (!layer->normalization.no_scale)
        add_tensor(onnx, layer, "gamma");
    if (!layer->normalization.no_center)
        add_tensor(onnx, layer, "beta");
}

const char *onnx_add_normal(struct onnx *onnx, const struct layer_config *layer,
                            const char *centered, const char *variance)
{
    const char *epsilon = onnx_name_of(onnx, layer, "epsilon");
    const char *sum = onnx_value(onnx, "Add", "above_zero", variance, epsilon, NULL);
    const char *y = onnx_value(onnx, "Div", "normal", centered,
                               onnx_value(onnx, "Sqrt", "deviation", sum, NULL), NULL);

    if (!layer->normalization.no_scale)
        y = onnx_value(onnx, "Mul", "scaled", y, onnx_name_of(onnx, layer, "gamma"),
                       NULL);
    if (!layer->normalization.no_center)
        y = onnx_value(onnx, "Add", "shifted", y, onnx_name_of(onnx, layer, "beta"),
                       NULL);
    return y;
}

bool onnx_same_normalization(struct onnx_reading *reading,
                             const struct layer_config *layer)
{
    return (layer->normalization.no_scale || onnx_same_tensor(reading, layer, "gamma")) &&
           (layer->normalization.no_center || onnx_same_tensor(reading, layer, "beta"));
}
