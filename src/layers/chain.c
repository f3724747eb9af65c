#include "layers/chain.h"

#include <stdio.h>
#include <string.h>

#include "layers/fold.h"

const struct cell_kind cell_kinds[] = {
    [CELL_LSTM] = {"lstm", "LSTM", 4},
    [CELL_GRU] = {"gru", "GRU", 3},
    [CELL_SIMPLE] = {"simple_rnn", "SimpleRNN", 1},
};
_Static_assert(COUNT_OF(cell_kinds) == CELL_KINDS, "a cell has no name");

const char *const cell_activation_names[] = {CELL_ACTIVATION_LIST(CELL_ACTIVATION_NAME)};

const char *const merge_mode_names[] = {
    [MERGE_CONCAT] = "concat",
    [MERGE_SUM] = "sum",
    [MERGE_AVE] = "ave",
    [MERGE_MUL] = "mul",
};
_Static_assert(COUNT_OF(merge_mode_names) == MERGE_MODES, "a merge mode has no name");

const char *const window_padding_names[] = {[PADDING_VALID] = "valid",
                                            [PADDING_SAME] = "same",
                                            [PADDING_CAUSAL] = "causal",
                                            NULL};
_Static_assert(COUNT_OF(window_padding_names) == WINDOW_PADDINGS + 1,
               "a padding has no name");

struct layer_config *chain_add(struct chain_config *chain, enum layer_kind kind)
{
    if (chain->n_layers == CHAIN_MOST_LAYERS)
        return NULL;

    struct layer_config *layer = &chain->layer[chain->n_layers++];
    *layer = (struct layer_config){.kind = kind};
    return layer;
}

static const char *base_name(const struct layer_config *layer)
{
    const struct layer_ops *ops = layer_kinds[layer->kind];

    return ops->name ? ops->name : ops->name_of(layer);
}

static void name_layers(struct chain_config *chain)
{
    for (int i = 0; i < chain->n_layers; i++) {
        const char *base = base_name(&chain->layer[i]);
        char *name = chain->layer[i].name;
        int n = 0;

        for (int k = 0; k < i; k++)
            n += !strcmp(base_name(&chain->layer[k]), base);
        memset(name, 0, LAYER_NAME_BYTES); /* equal chains are equal bytes */
        snprintf(name, LAYER_NAME_BYTES, n ? "%s_%d" : "%s", base, n);
    }
}

/* What a dropout stands on: of the first one on each, the purpose. */
static enum rng_purpose place_of_dropout(const struct chain_config *chain, int i)
{
    while (i > 0 && chain->layer[i].kind == LAYER_DROPOUT)
        i--;
    switch (chain->layer[i].kind) {
    case LAYER_EMBEDDING:
        return RNG_DROPOUT_EMBEDDING;
    case LAYER_DENSE:
        return RNG_DROPOUT_DENSE;
    default:
        return RNG_DROPOUT_RNN;
    }
}

static void number_dropouts(struct chain_config *chain)
{
    bool is_taken[RNG_DROPOUT_DENSE + 1] = {false};

    for (int i = 0; i < chain->n_layers; i++) {
        if (chain->layer[i].kind != LAYER_DROPOUT)
            continue;
        enum rng_purpose place = place_of_dropout(chain, i);
        chain->layer[i].dropout.purpose =
            is_taken[place] ? (enum rng_purpose)(RNG_DROPOUT_MORE + i) : place;
        is_taken[place] = true;
    }
}

void chain_complete(struct chain_config *chain)
{
    name_layers(chain);
    number_dropouts(chain);
}

struct outline chain_outline(const struct chain_config *chain, int i)
{
    struct outline given = {0, 0};

    for (int k = 0; k <= i; k++)
        given = layer_kinds[chain->layer[k].kind]->outline(chain, k, given);
    return given;
}

static const struct layer_config *output_of(const struct chain_config *chain)
{
    return &chain->layer[chain->n_layers - 1];
}

bool chain_is_binary(const struct chain_config *chain)
{
    return output_of(chain)->output.loss == LOSS_BINARY;
}

bool chain_is_multi_label(const struct chain_config *chain)
{
    return output_of(chain)->output.loss == LOSS_MULTI_LABEL;
}

bool chain_has_sigmoids(const struct chain_config *chain)
{
    return chain_is_multi_label(chain) || output_of(chain)->output.loss == LOSS_SIGMOIDS;
}

int chain_classes(const struct chain_config *chain)
{
    return chain_is_binary(chain) ? 2 : output_of(chain)->output.units;
}

bool layer_attends(const struct layer_config *layer)
{
    for (int k = 0; layer->kind == LAYER_POOLING && k < layer_poolings(layer); k++)
        if (layer_pooling(layer, k) == POOLING_ATTENTION)
            return true;
    return false;
}

struct layer_config layer_attention_part(const struct layer_config *layer,
                                         enum attention_part part)
{
    static const char *const names[ATTENTION_PARTS] = {
        [ATTENTION_HIDDEN] = "hidden", [ATTENTION_SCORE] = "score"};
    struct layer_config config = *layer;

    snprintf(config.name, sizeof config.name, "%.32s_%s", layer->name, names[part]);
    return config;
}

static bool is_window(const struct layer_config *layer)
{
    return layer->kind == LAYER_CONV || layer->kind == LAYER_WINDOW;
}

bool chain_has_mask(const struct chain_config *chain, int i)
{
    for (int k = 0; k < i; k++)
        if (is_window(&chain->layer[k]))
            return false;
    return chain->mask;
}

/* Of a pooling, whether one of those side by side leaves pads out. */
static bool looks_at_mask(const struct layer_config *layer)
{
    bool looks = layer->kind == LAYER_RECURRENT;

    for (int k = 0; layer->kind == LAYER_POOLING && k < layer_poolings(layer); k++)
        looks |= folds[layer_pooling(layer, k)].skips_pads;
    return looks;
}

bool chain_uses_mask(const struct chain_config *chain)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (chain_has_mask(chain, i) && looks_at_mask(&chain->layer[i]))
            return true;
    return false;
}

int chain_outputs(const struct chain_config *chain)
{
    return output_of(chain)->output.units;
}
