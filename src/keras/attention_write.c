#include "keras/write.h"

#include <stdio.h>
#include <stdlib.h>

/* Additive attention as stock layers, as attention.c reads it. */

/* One of its layers: the names of what it takes, NULL-terminated. */
static void add(struct keras_functional *model, const struct layer_config *layer,
                const char *class_name, json_t *config, const char *const *inputs)
{
    json_t *sources = json_array();

    for (; *inputs; inputs++)
        json_array_append_new(sources, keras_source_json(*inputs, 0));
    if (layer->frozen)
        json_object_set_new(config, "trainable", json_false());
    keras_add_layer(model, keras_object(class_name, config), sources);
}

#define TAKES(...) ((const char *const[]){__VA_ARGS__, NULL})

static json_t *dense(const char *name, int units, const char *activation, bool has_bias)
{
    json_t *config = keras_named(name);

    json_object_set_new(config, "units", json_integer(units));
    json_object_set_new(config, "activation", json_string(activation));
    json_object_set_new(config, "use_bias", json_boolean(has_bias));
    return config;
}

static json_t *dot(const char *name)
{
    json_t *config = keras_named(name);

    json_object_set_new(config, "axes", json_integer(1));
    json_object_set_new(config, "normalize", json_false());
    return config;
}

/* Scores, a softmax over positions, and the sum. */
static void add_shares(struct keras_functional *model, const struct layer_config *layer,
                       const char *hidden, const char *sum)
{
    struct layer_config score = layer_attention_part(layer, ATTENTION_SCORE);
    char *shares = xasprintf("%.32s_shares", layer->name);
    json_t *config = keras_named(shares);

    add(model, layer, "Dense", dense(score.name, 1, "linear", false), TAKES(hidden));
    json_object_set_new(config, "axis", json_integer(1));
    add(model, layer, "Softmax", config, TAKES(score.name));
    add(model, layer, "Dot", dot(sum), TAKES(shares, layer[-1].name));
    free(shares);
}

/* A query that is learnt asks for positions, of which a mask leaves pads out. It is the
 * Embedding of an id that is always 0. */
static void add_query(struct keras_functional *model, const struct layer_config *layer,
                      const char *hidden, const char *sum)
{
    struct layer_config score = layer_attention_part(layer, ATTENTION_SCORE);
    char *most = xasprintf("%.32s_most", layer->name);
    char *zeros = xasprintf("%.32s_zeros", layer->name);
    char *zero = xasprintf("%.32s_zero", layer->name);
    json_t *query = keras_named(score.name), *config = keras_named(sum);

    add(model, layer, "GlobalMaxPooling1D", keras_named(most), TAKES(layer[-1].name));
    add(model, layer, "Subtract", keras_named(zeros), TAKES(most, most));
    add(model, layer, "Dot", dot(zero), TAKES(zeros, zeros));
    json_object_set_new(query, "input_dim", json_integer(1));
    json_object_set_new(query, "output_dim", json_integer(layer->pooling.units));
    add(model, layer, "Embedding", query, TAKES(zero));
    json_object_set_new(config, "use_scale", json_false());
    add(model, layer, "Attention", config, TAKES(score.name, layer[-1].name, hidden));

    free(most);
    free(zeros);
    free(zero);
}

char *keras_add_attention(struct keras_functional *model,
                          const struct layer_config *layer)
{
    struct layer_config hidden = layer_attention_part(layer, ATTENTION_HIDDEN);
    char *sum = xasprintf("%.32s_sum", layer->name);
    int place = (int)(layer - model->chain->layer);

    add(model, layer, "Dense", dense(hidden.name, layer->pooling.units, "tanh", true),
        TAKES(layer[-1].name));
    if (chain_has_mask(model->chain, place))
        add_query(model, layer, hidden.name, sum);
    else
        add_shares(model, layer, hidden.name, sum);
    return sum;
}
