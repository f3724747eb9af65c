#include "export/onnx/windows.h"

/* Keras's kernel (K, F, filters) as ONNX has it, (filters, F, K), under <layer>/W. */
static const char *add_kernel(struct onnx *onnx, const struct tensor *kernel)
{
    size_t taps = kernel->shape[0], inputs = kernel->shape[1], n = kernel->shape[2];
    const float *from = onnx->weights + kernel->offset;
    float *to = onnx_add_floats(onnx, "W", 3,
                                (int64_t[]){(int64_t)n, (int64_t)inputs, (int64_t)taps});

    for (size_t k = 0; k < taps; k++)
        for (size_t i = 0; i < inputs; i++)
            for (size_t c = 0; c < n; c++)
                to[(c * inputs + i) * taps + k] = *from++;
    return onnx->graph->initializer[onnx->graph->n_initializer - 1]->name;
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    int length = value->outline.length;
    struct windows windows = windows_of(length, layer->conv.kernel_size,
                                        layer->conv.strides, layer->conv.padding);
    const char *kernel =
        add_kernel(onnx, export_tensor(onnx->params, layer, 0, "kernel"));
    const char *bias =
        layer->conv.no_bias
            ? NULL
            : onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "bias"));
    const char *channels = onnx_add_channels(onnx, value);
    Onnx__NodeProto *node =
        onnx_add_node(onnx, "Conv", "sums", channels, kernel, bias, NULL);

    onnx_set_windows(node, windows, length);
    onnx_take_channels(
        onnx, onnx_add_activation(onnx, layer->conv.activation, 0, node->output[0]),
        value);
}

static bool same_kernel(struct onnx_reading *reading, const struct layer_config *layer)
{
    const struct tensor *kernel =
        export_tensor(reading->onnx->params, layer, 0, "kernel");
    const Onnx__TensorProto *found = onnx_find(reading, layer->name, "W");
    const float *weight = reading->onnx->weights + kernel->offset;
    size_t taps = kernel->shape[0], inputs = kernel->shape[1], n = kernel->shape[2];
    if (!onnx_has_floats(found, kernel->size))
        return false;

    for (size_t k = 0; k < taps; k++)
        for (size_t i = 0; i < inputs; i++)
            for (size_t c = 0; c < n; c++)
                if (!onnx_same(found, (c * inputs + i) * taps + k, weight++))
                    return false;
    reading->n_compared += kernel->size;
    return true;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return same_kernel(reading, layer) &&
           (layer->conv.no_bias || onnx_same_tensor(reading, layer, "bias"));
}

const struct onnx_kind onnx_conv = {add, is_there};
