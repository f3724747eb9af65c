#include "keras/write.h"

#include <stdio.h>
#include <stdlib.h>

/* A chain as a functional model: poolings side by side are branches that a Concatenate
 * joins, a recurrent layer's last output is its state, attention is a graph of its own.
 * branches.c and attention.c read it. */

bool keras_has_branches(const struct chain_config *chain)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (chain->layer[i].kind == LAYER_POOLING &&
            (layer_poolings(&chain->layer[i]) > 1 || layer_attends(&chain->layer[i])))
            return true;
    return false;
}

json_t *keras_source_json(const char *layer, int output)
{
    return json_pack("[s,i,i,{}]", layer, 0, output);
}

void keras_add_layer(struct keras_functional *model, json_t *layer, json_t *sources)
{
    const json_t *config = json_object_get(layer, "config");
    json_t *nodes = json_array();

    if (sources)
        json_array_append_new(nodes, sources);
    json_object_set(layer, "name", json_object_get(config, "name"));
    json_object_set_new(layer, "inbound_nodes", nodes);
    keras_append(model->layers, layer, model->dialect);
}

static json_t *one_source(const char *layer)
{
    json_t *sources = json_array();

    json_array_append_new(sources, keras_source_json(layer, 0));
    return sources;
}

static bool takes_last(const struct layer_config *layer)
{
    for (int k = 0; layer->kind == LAYER_POOLING && k < layer_poolings(layer); k++)
        if (layer_pooling(layer, k) == POOLING_LAST)
            return true;
    return false;
}

/* A recurrent layer hands its states on; where there are two directions, each does. */
static void return_states(json_t *layer)
{
    json_t *config = json_object_get(layer, "config");
    const json_t *inner = json_object_get(config, "layer");

    json_object_set_new(inner ? json_object_get(inner, "config") : config, "return_state",
                        json_true());
}

/* The last outputs of a recurrent layer: states of an LSTM are h and c. */
static void add_states(const struct layer_config *recurrent, json_t *sources)
{
    int second = recurrent->recurrent.cell == CELL_LSTM ? 3 : 2;

    json_array_append_new(sources, keras_source_json(recurrent->name, 1));
    if (recurrent->recurrent.bidirectional)
        json_array_append_new(sources, keras_source_json(recurrent->name, second));
}

/* One of the poolings, as a layer of its own. */
static void add_side(struct keras_functional *model, const struct layer_config *layer,
                     int k, json_t *sources)
{
    const struct layer_config *below = layer - 1;
    struct layer_config side = {.kind = LAYER_POOLING};
    enum pooling how = layer_pooling(layer, k);

    if (how == POOLING_LAST) {
        add_states(below, sources);
        return;
    }

    char *from = how == POOLING_ATTENTION ? keras_add_attention(model, layer)
                                          : xstrdup(below->name);
    if (how == POOLING_FLATTEN || how == POOLING_ATTENTION)
        side.kind = LAYER_FLATTEN;
    else
        side.pooling.how = how;
    char *name = xasprintf("%.40s_%d", layer->name, k);
    snprintf(side.name, sizeof side.name, "%s", name);
    free(name);
    keras_add_layer(model, keras_kinds[side.kind]->write(model->chain, &side),
                    one_source(from));
    json_array_append_new(sources, keras_source_json(side.name, 0));
    free(from);
}

static void add_layer(struct keras_functional *model, int i)
{
    const struct chain_config *chain = model->chain;
    const struct layer_config *layer = &chain->layer[i];
    json_t *object = keras_layer_object(chain, layer), *sources;

    if (i + 1 < chain->n_layers && takes_last(layer + 1))
        return_states(object);
    if (layer->kind == LAYER_POOLING && layer_poolings(layer) > 1) {
        sources = json_array();
        for (int k = 0; k < layer_poolings(layer); k++)
            add_side(model, layer, k, sources);
    } else if (layer_attends(layer)) {
        char *sum = keras_add_attention(model, layer);
        sources = one_source(sum);
        free(sum);
    } else {
        sources = one_source(i > 0 ? layer[-1].name : "embedding_input");
    }
    keras_add_layer(model, object, sources);
}

json_t *keras_functional(const struct chain_config *chain, json_t *input,
                         enum keras_dialect dialect)
{
    struct keras_functional model = {chain, dialect, json_array()};
    const char *last = chain->layer[chain->n_layers - 1].name;
    json_t *config = keras_named("model");

    keras_add_layer(&model, input, NULL);
    for (int i = 0; i < chain->n_layers; i++)
        add_layer(&model, i);
    json_object_set_new(config, "layers", model.layers);
    json_object_set_new(config, "input_layers",
                        json_pack("[[s,i,i]]", "embedding_input", 0, 0));
    json_object_set_new(config, "output_layers", json_pack("[[s,i,i]]", last, 0, 0));
    return keras_object(dialect == KERAS_3 ? "Functional" : "Model", config);
}
