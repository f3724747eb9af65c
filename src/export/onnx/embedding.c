#include "export/onnx/kind.h"

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    const char *table =
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "embeddings"));

    const char *ids = onnx_transpose(onnx, "ids", value->steps, 2, (int64_t[]){1, 0});
    value->steps =
        onnx_value(onnx, "Gather", "outputs", table, ids, NULL); /* (T, N, F) */
    value->rows = onnx_value(onnx, "Gather", "by_row", table, value->rows, NULL);
    value->skipped = SKIPPED_PADS;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return onnx_same_tensor(reading, layer, "embeddings");
}

const struct onnx_kind onnx_embedding = {add, is_there};
