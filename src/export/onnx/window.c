#include "export/onnx/windows.h"

const char *onnx_add_channels(struct onnx *onnx, const struct onnx_value *value)
{
    const char *rows = onnx_add_rows(onnx, value, false);

    if (value->outputs)
        rows = onnx_reshape(onnx, "positions", rows, 3,
                            (int64_t[]){0, 0, value->outline.width});
    return onnx_transpose(onnx, "channels", rows, 3, (int64_t[]){0, 2, 1});
}

void onnx_take_channels(struct onnx *onnx, const char *channels, struct onnx_value *value)
{
    value->rows = onnx_transpose(onnx, "rows_given", channels, 3, (int64_t[]){0, 2, 1});
    value->steps = onnx_transpose(onnx, "steps_given", channels, 3, (int64_t[]){2, 0, 1});
    value->outputs = NULL;
    value->skipped = SKIPPED_PADS;
}

void onnx_set_windows(Onnx__NodeProto *node, struct windows windows, int length)
{
    int span = windows_span(windows, length), right = span - windows.left - length;

    onnx_set_ints(node, "kernel_shape", 1, (int64_t[]){windows.size});
    onnx_set_ints(node, "strides", 1, (int64_t[]){windows.strides});
    onnx_set_ints(node, "pads", 2, (int64_t[]){windows.left, right});
}

/* What is padded is no part of a mean or maximum. */
static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    int length = value->outline.length;
    struct windows windows = windows_of(length, layer->window.size, layer->window.strides,
                                        layer->window.padding);
    const char *channels = onnx_add_channels(onnx, value);
    Onnx__NodeProto *node = onnx_add_node(
        onnx, layer->window.mean ? "AveragePool" : "MaxPool", "pooled", channels, NULL);

    onnx_set_windows(node, windows, length);
    onnx_take_channels(onnx, node->output[0], value);
}

const struct onnx_kind onnx_window = {add, NULL};
