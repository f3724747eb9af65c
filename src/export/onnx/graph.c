/* The classifier as operators: each layer of the chain adds its own. */
#include "export/onnx/kind.h"

#include <string.h>

#define ONNX_KIND(NAME, stem) [LAYER_##NAME] = &onnx_##stem,
const struct onnx_kind *const onnx_kinds[] = {LAYER_KIND_LIST(ONNX_KIND)};
#undef ONNX_KIND
_Static_assert(COUNT_OF(onnx_kinds) == LAYER_KINDS, "a kind of layer has no operators");

static bool reads(const Onnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_input; i++)
        if (!strcmp(node->input[i], name))
            return true;
    return false;
}

/* Whether a value is what the graph gives, or what a node from `first` on takes. */
static bool is_read(const Onnx__GraphProto *graph, size_t first, const char *name)
{
    for (size_t i = 0; i < graph->n_output; i++)
        if (!strcmp(graph->output[i]->name, name))
            return true;
    for (size_t i = first; i < graph->n_node; i++)
        if (reads(graph->node[i], name))
            return true;
    return false;
}

static bool has_readers(const Onnx__GraphProto *graph, size_t index)
{
    const Onnx__NodeProto *node = graph->node[index];
    for (size_t i = 0; i < node->n_output; i++)
        if (is_read(graph, index + 1, node->output[i]))
            return true;
    return false;
}

/* From the end, so that what only such nodes have read goes too. */
static void drop_unread_nodes(Onnx__GraphProto *graph)
{
    for (size_t i = graph->n_node; i-- > 0;) {
        if (has_readers(graph, i))
            continue;

        onnx__node_proto__free_unpacked(graph->node[i], NULL);
        graph->n_node--;
        memmove(graph->node + i, graph->node + i + 1,
                (graph->n_node - i) * sizeof *graph->node);
    }
}

static void drop_unread_constants(Onnx__GraphProto *graph)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        if (is_read(graph, 0, graph->initializer[i]->name))
            graph->initializer[n_kept++] = graph->initializer[i];
        else
            onnx__tensor_proto__free_unpacked(graph->initializer[i], NULL);
    }
    graph->n_initializer = n_kept;
}

void onnx_add_classifier(struct onnx *onnx)
{
    const struct chain_config *chain = onnx->chain;
    if (chain->mask)
        onnx_add_mask(onnx);

    /* As the layers see it that a mask does not reach. */
    struct chain_config unmasked = *chain;
    unmasked.mask = false;

    struct onnx_value value = {.rows = "words"};
    if (!onnx->ngrams)
        value = (struct onnx_value){.rows = "ids", .steps = onnx_ids_by_step(onnx)};
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        onnx->scope = layer->name;
        onnx->chain = chain_has_mask(chain, i) ? chain : &unmasked;
        if (onnx_kinds[layer->kind]->add)
            onnx_kinds[layer->kind]->add(onnx, layer, &value);
        value.outline = chain_outline(chain, i);
    }

    onnx->chain = chain;
    drop_unread_nodes(onnx->graph);
    drop_unread_constants(onnx->graph);
}
