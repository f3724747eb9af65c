#include "export/onnx/kind.h"

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    (void)layer;
    int64_t length = value->outline.length, width = value->outline.width;
    if (length == 0)
        return;

    onnx->scope = ONNX_HEAD;
    const char *rows = onnx_add_rows(onnx, value, false);
    value->rows = onnx_reshape(onnx, "features", rows, 2, (int64_t[]){0, length * width});
    value->outputs = NULL;
}

const struct onnx_kind onnx_flatten = {add, NULL};
