/* The file as it will be written, read again: Keras's weights are looked up in it one by
 * one, which is not how they were put there. */
#include "export/onnx/private.h"

#include <stdio.h>
#include <string.h>

static int bug(const char *path, const char *what, const char *name)
{
    return fail(ERR_INTERNAL,
                "%s: not written: %s %s when the model is read back, an error of this "
                "program",
                path, name, what);
}

static const Onnx__TensorProto *find(const Onnx__GraphProto *graph, const char *layer,
                                     const char *name)
{
    char full[100];
    snprintf(full, sizeof full, "%s/%s", layer, name);
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (!strcmp(graph->initializer[i]->name, full))
            return graph->initializer[i];
    return NULL;
}

/* Whether the tensor is there and holds n floats. */
static bool has_floats(const Onnx__TensorProto *tensor, size_t n)
{
    size_t product = 1;
    if (!tensor || tensor->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
        return false;
    for (size_t i = 0; i < tensor->n_dims; i++)
        product *= (size_t)tensor->dims[i];
    return product == n && tensor->raw_data.len == n * sizeof(float);
}

static bool same(const Onnx__TensorProto *tensor, size_t at, const float *weight)
{
    return !memcmp(tensor->raw_data.data + at * sizeof *weight, weight, sizeof *weight);
}

/* Where ONNX keeps column j of Keras's gates (i, f, c, o or z, r, h), H units each. */
static size_t row_of(const struct onnx *onnx, size_t units, size_t j)
{
    static const size_t lstm[] = {0, 2, 3, 1}; /* i, f, c, o in i, o, f, c */
    size_t gate = j / units;
    return (onnx->config->cell == CELL_LSTM ? lstm[gate] : gate) * units + j % units;
}

/* Direction d's kernel or recurrent kernel (rows, G H) in a tensor (D, G H, rows). */
static bool same_kernel(const struct onnx *onnx, const Onnx__TensorProto *found,
                        const struct tensor *tensor, size_t d)
{
    size_t rows = tensor->shape[0], width = tensor->shape[1];
    size_t units = width / (size_t)model_gates(onnx->config);
    if (!has_floats(found, (size_t)model_directions(onnx->config) * tensor->size))
        return false;
    const float *weight = onnx->weights + tensor->offset;
    for (size_t k = 0; k < rows; k++)
        for (size_t j = 0; j < width; j++)
            if (!same(found, (d * width + row_of(onnx, units, j)) * rows + k, weight++))
                return false;
    return true;
}

/* Direction d's biases in (D, 2 G H): of the inputs, then of the states or zeros. */
static bool same_bias(const struct onnx *onnx, const Onnx__TensorProto *found,
                      const struct tensor *tensor, size_t d)
{
    static const float zero = 0;
    bool two = tensor->n_dims == 2;
    size_t width = two ? tensor->shape[1] : tensor->shape[0];
    size_t units = width / (size_t)model_gates(onnx->config);
    if (!has_floats(found, (size_t)model_directions(onnx->config) * 2 * width))
        return false;
    const float *bias = onnx->weights + tensor->offset;
    for (size_t j = 0; j < width; j++) {
        size_t at = 2 * d * width + row_of(onnx, units, j);
        if (!same(found, at, bias + j) ||
            !same(found, at + width, two ? bias + width + j : &zero))
            return false;
    }
    return true;
}

static int check_recurrent(const struct onnx *onnx, const Onnx__GraphProto *graph,
                           const char *path, int i)
{
    for (int d = 0; d < model_directions(onnx->config); d++) {
        const struct tensor *tensor =
            onnx->params->tensors + onnx_recurrent_tensor(onnx, i, d);
        const char *layer = tensor->layer;
        if (!same_kernel(onnx, find(graph, layer, "W"), &tensor[0], (size_t)d) ||
            !same_kernel(onnx, find(graph, layer, "R"), &tensor[1], (size_t)d) ||
            !same_bias(onnx, find(graph, layer, "B"), &tensor[2], (size_t)d))
            return bug(path, "has other weights", layer);
    }
    return OK;
}

static int check_tensor(const struct onnx *onnx, const Onnx__GraphProto *graph,
                        const char *path, int t)
{
    const struct tensor *tensor = &onnx->params->tensors[t];
    const Onnx__TensorProto *found = find(graph, tensor->layer, tensor->name);
    const float *weights = onnx->weights + tensor->offset;
    if (!has_floats(found, tensor->size) ||
        memcmp(found->raw_data.data, weights, tensor->size * sizeof *weights))
        return bug(path, "has other weights", tensor->layer);
    return OK;
}

static int check_weights(const struct onnx *onnx, const Onnx__GraphProto *graph,
                         const char *path)
{
    int rc = check_tensor(onnx, graph, path, 0);
    for (int i = 0; !rc && i < onnx->config->layers; i++)
        rc = check_recurrent(onnx, graph, path, i);
    for (int t = onnx_dense_tensor(onnx); !rc && t < onnx->params->n_tensors; t++)
        rc = check_tensor(onnx, graph, path, t);
    return rc;
}

/* Whether a value is an input, a constant or an output of the first `n_nodes` nodes. */
static bool is_known(const Onnx__GraphProto *graph, size_t n_nodes, const char *name)
{
    for (size_t i = 0; i < graph->n_input; i++)
        if (!strcmp(graph->input[i]->name, name))
            return true;
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (!strcmp(graph->initializer[i]->name, name))
            return true;
    for (size_t i = 0; i < n_nodes; i++)
        for (size_t j = 0; j < graph->node[i]->n_output; j++)
            if (!strcmp(graph->node[i]->output[j], name))
                return true;
    return false;
}

static int check_nodes(const Onnx__GraphProto *graph, const char *path)
{
    for (size_t i = 0; i < graph->n_node; i++) {
        const Onnx__NodeProto *node = graph->node[i];
        for (size_t j = 0; j < node->n_input; j++)
            if (!is_known(graph, i, node->input[j]))
                return bug(path, "is not known to its node", node->input[j]);
        for (size_t j = 0; j < node->n_output; j++)
            if (is_known(graph, i, node->output[j]))
                return bug(path, "is there twice", node->output[j]);
    }
    for (size_t i = 0; i < graph->n_output; i++)
        if (!is_known(graph, graph->n_node, graph->output[i]->name))
            return bug(path, "is missing", graph->output[i]->name);
    return OK;
}

int onnx_check(const struct onnx *onnx, const char *path, const char *bytes, size_t n)
{
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, n, (const uint8_t *)bytes);
    if (!model || !model->graph) {
        if (model)
            onnx__model_proto__free_unpacked(model, NULL);
        return bug(path, "is missing", "the graph");
    }
    int rc = check_weights(onnx, model->graph, path);
    if (!rc)
        rc = check_nodes(model->graph, path);
    onnx__model_proto__free_unpacked(model, NULL);
    return rc;
}
