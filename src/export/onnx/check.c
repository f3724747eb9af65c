/* The file as it will be written, read again: Keras's weights are looked up in it one by
 * one, which is not how they were put there. */
#include "export/onnx/kind.h"

#include <stdlib.h>
#include <string.h>

static int bug(const char *path, const char *what, const char *name)
{
    return fail(ERR_INTERNAL,
                "%s: not written: %s %s when the model is read back, an error of this "
                "program",
                path, name, what);
}

/* What the file calls it; the caller's to free. */
static char *name_in_file(const struct onnx_reading *reading, const char *layer,
                          const char *name)
{
    return xasprintf("%s%s/%s", reading->onnx->prefix, layer, name);
}

const Onnx__NodeProto *onnx_find_node(const struct onnx_reading *reading,
                                      const char *layer, const char *name)
{
    const Onnx__GraphProto *graph = reading->graph;
    const Onnx__NodeProto *found = NULL;
    char *full = name_in_file(reading, layer, name);
    for (size_t i = 0; i < graph->n_node && !found; i++)
        if (!strcmp(graph->node[i]->name, full))
            found = graph->node[i];
    free(full);
    return found;
}

const Onnx__TensorProto *onnx_find(const struct onnx_reading *reading, const char *layer,
                                   const char *name)
{
    const Onnx__GraphProto *graph = reading->graph;
    const Onnx__TensorProto *found = NULL;
    char *full = name_in_file(reading, layer, name);
    for (size_t i = 0; i < graph->n_initializer && !found; i++)
        if (!strcmp(graph->initializer[i]->name, full))
            found = graph->initializer[i];
    free(full);
    return found;
}

bool onnx_has_floats(const Onnx__TensorProto *found, size_t n)
{
    size_t product = 1;
    if (!found || found->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
        return false;
    for (size_t i = 0; i < found->n_dims; i++)
        product *= (size_t)found->dims[i];
    return product == n && found->raw_data.len == n * sizeof(float);
}

bool onnx_same(const Onnx__TensorProto *found, size_t at, const float *weight)
{
    return !memcmp(found->raw_data.data + at * sizeof *weight, weight, sizeof *weight);
}

bool onnx_same_tensor(struct onnx_reading *reading, const struct layer_config *layer,
                      const char *name)
{
    const struct tensor *tensor = export_tensor(reading->onnx->params, layer, 0, name);
    const Onnx__TensorProto *found = onnx_find(reading, layer->name, name);
    const float *weights = reading->onnx->weights + tensor->offset;
    if (!onnx_has_floats(found, tensor->size) ||
        memcmp(found->raw_data.data, weights, tensor->size * sizeof *weights))
        return false;

    reading->n_compared += tensor->size;
    return true;
}

static int check_weights(const struct onnx *onnx, const Onnx__GraphProto *graph,
                         const char *path)
{
    struct onnx_reading reading = {.onnx = onnx, .graph = graph};
    for (int i = 0; i < onnx->chain->n_layers; i++) {
        const struct layer_config *layer = &onnx->chain->layer[i];
        const struct onnx_kind *kind = onnx_kinds[layer->kind];
        if (kind->is_there && !kind->is_there(&reading, layer))
            return bug(path, "has other weights", layer->name);
    }

    if (reading.n_compared != onnx->params->size)
        return bug(path, "has weights that were not compared", "the model");
    return OK;
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
        for (size_t j = 0; j < node->n_output; j++) /* "": one that nobody takes */
            if (*node->output[j] && is_known(graph, i, node->output[j]))
                return bug(path, "is there twice", node->output[j]);
    }

    for (size_t i = 0; i < graph->n_output; i++)
        if (!is_known(graph, graph->n_node, graph->output[i]->name))
            return bug(path, "is missing", graph->output[i]->name);
    return OK;
}

int onnx_check(const struct onnx_export *export, const char *path, const char *bytes,
               size_t n)
{
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, n, (const uint8_t *)bytes);
    if (!model || !model->graph) {
        if (model)
            onnx__model_proto__free_unpacked(model, NULL);
        return bug(path, "is missing", "the graph");
    }
    int rc = OK;
    for (int i = 0; i < export->n && !rc; i++)
        rc = check_weights(&export->members[i], model->graph, path);
    if (!rc)
        rc = check_nodes(model->graph, path);
    onnx__model_proto__free_unpacked(model, NULL);
    return rc;
}
