#include "export/onnx/kind.h"

/* Over the positions of (N, T, F). */
static const char *reduce(struct onnx *onnx, const char *kind, const char *input)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, kind, "features", input, NULL);
    onnx_set_ints(node, "axes", 1, (int64_t[]){1});
    onnx_set_int(node, "keepdims", 0);
    return node->output[0];
}

/* The sum (N, F) over the words, divided by their number, of which there is 1 at
 * least. */
static const char *add_mean_of_words(struct onnx *onnx, const char *rows)
{
    Onnx__NodeProto *sum =
        onnx_add_node(onnx, "ReduceSum", "sum", rows, "mask/axis", NULL);
    onnx_set_int(sum, "keepdims", 0);

    const char *n =
        onnx_cast(onnx, "n_steps", "mask/n_steps", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Div", "features", sum->output[0], n, NULL);
}

/* (N, T, F) of a value that may be (N, T, D, H). */
static const char *add_vectors(struct onnx *onnx, const struct onnx_value *value,
                               bool only_words)
{
    const char *rows = onnx_add_rows(onnx, value, only_words);
    if (!value->outputs)
        return rows;
    return onnx_reshape(onnx, "outputs", rows, 3,
                        (int64_t[]){0, 0, value->outline.width});
}

static const char *pool(struct onnx *onnx, enum pooling how,
                        const struct onnx_value *value)
{
    switch (how) {
    case POOLING_MAX:
        return reduce(onnx, "ReduceMax", add_vectors(onnx, value, false));
    case POOLING_MEAN:
        return onnx->chain->mask
                   ? add_mean_of_words(onnx, add_vectors(onnx, value, true))
                   : reduce(onnx, "ReduceMean", add_vectors(onnx, value, false));
    case POOLING_FLATTEN:
    case POOLING_LAST:
    case POOLING_WAYS:
        break;
    }
    die("a pooling of an unknown kind");
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    onnx->scope = ONNX_HEAD;
    value->rows = pool(onnx, layer->pooling.how, value);
    value->outputs = NULL;
}

const struct onnx_kind onnx_pooling = {add, NULL};
