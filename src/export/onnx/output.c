#include "export/onnx/kind.h"

static const char *add_logits(struct onnx *onnx, const struct layer_config *layer,
                              const char *rows)
{
    if (!onnx->ngrams)
        return onnx_add_product(onnx, layer, rows);
    const char *bias =
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "bias"));
    return onnx_value(onnx, "Add", "sums", rows, bias, NULL);
}

const char *onnx_add_probabilities(struct onnx *onnx, enum loss loss, const char *logits)
{
    onnx->scope = NULL; /* it is what the graph gives */

    switch (loss) {
    case LOSS_BINARY:
    case LOSS_MULTI_LABEL:
    case LOSS_SIGMOIDS:
        return onnx_value(onnx, "Sigmoid", "probabilities", logits, NULL);
    case LOSS_CATEGORICAL: {
        Onnx__NodeProto *node =
            onnx_add_node(onnx, "Softmax", "probabilities", logits, NULL);
        onnx_set_int(node, "axis", 1);
        return node->output[0];
    }
    case LOSS_KINDS:
        break;
    }
    die("a loss of an unknown kind");
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    const char *logits = add_logits(onnx, layer, value->rows);
    value->rows = onnx_add_probabilities(onnx, layer->output.loss, logits);
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    return (reading->onnx->ngrams || onnx_same_tensor(reading, layer, "kernel")) &&
           onnx_same_tensor(reading, layer, "bias");
}

const struct onnx_kind onnx_output = {add, is_there};
