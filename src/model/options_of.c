#include "model/options_private.h"

#include <stdlib.h>
#include <string.h>

/* A chain that is read from its first layer to its last. */
struct walk {
    const struct chain_config *chain;
    int next;
};

/* The next layer, if it is of this kind, which is then behind the walk; else NULL. */
static const struct layer_config *take(struct walk *walk, enum layer_kind kind)
{
    const struct chain_config *chain = walk->chain;

    if (walk->next == chain->n_layers || chain->layer[walk->next].kind != kind)
        return NULL;
    return &chain->layer[walk->next++];
}

static double take_dropout(struct walk *walk)
{
    const struct layer_config *layer = take(walk, LAYER_DROPOUT);

    return layer ? layer->dropout.rate : 0;
}

static enum model_kind kind_of(const struct layer_config *layer)
{
    bool both = layer->recurrent.bidirectional;

    if (layer->recurrent.cell == CELL_GRU)
        return both ? MODEL_BIGRU : MODEL_GRU;
    return both ? MODEL_BILSTM : MODEL_LSTM;
}

/* Units of all, everything else of the last. */
static void take_recurrent(struct walk *walk, struct model_options *options)
{
    const struct layer_config *layer;

    options->units.n = 0;
    for (options->layers = 0;
         options->layers < OPTION_MOST_INTS && (layer = take(walk, LAYER_RECURRENT));
         options->layers++) {
        options->units.value[options->units.n++] = layer->recurrent.units;
        options->kind = kind_of(layer);
        options->reset_after = layer->recurrent.reset_after;
        options->gates =
            layer->recurrent.hard_sigmoid ? MODEL_HARD_SIGMOID : MODEL_SIGMOID;
    }
}

static enum model_head take_head(struct walk *walk)
{
    const struct layer_config *pooling;

    if (take(walk, LAYER_FLATTEN))
        return MODEL_FLATTEN;
    pooling = take(walk, LAYER_POOLING);
    return pooling && pooling->pooling.how < POOLING_KINDS
               ? (enum model_head)pooling->pooling.how
               : MODEL_LAST;
}

/* The flags that say the chain, if any do. */
static bool guess_flags(const struct chain_config *chain, struct model_options *options)
{
    struct walk walk = {.chain = chain};
    const struct layer_config *layer = take(&walk, LAYER_EMBEDDING);

    options->mask = chain->mask;
    options->embedding = layer ? layer->embedding.width : 0;
    options->embedding_dropout = take_dropout(&walk);
    take_recurrent(&walk, options);
    options->head = take_head(&walk);
    options->rnn_dropout = take_dropout(&walk);

    layer = take(&walk, LAYER_DENSE);
    options->dense = layer ? layer->dense.units : 0;
    options->dense_dropout = take_dropout(&walk);
    return options->layers > 0 && take(&walk, LAYER_OUTPUT) &&
           walk.next == chain->n_layers;
}

static bool have_same_sequences(const struct chain_config *a,
                                const struct chain_config *b)
{
    for (int i = 0; i < a->n_layers; i++)
        if (a->layer[i].kind == LAYER_RECURRENT &&
            a->layer[i].recurrent.sequences != b->layer[i].recurrent.sequences)
            return false;
    return true;
}

/* Whether the options make the chain whose text that is: what has no word in a text is no
 * part of a model. */
static bool do_make(const struct model_options *options, const struct chain_config *chain,
                    const char *text)
{
    const struct facts facts = {.num_words = chain->vocabulary,
                                .maxlen = chain->length,
                                .pad_pre = chain->pad_pre,
                                .n_ngrams = chain->n_ngrams,
                                .n_labels = chain_classes(chain)};
    struct chain_config made;
    if (model_options_chain(options, &facts, &made))
        return false;

    char *again = stack_write(&made);
    bool is_it = !strcmp(text, again) && have_same_sequences(chain, &made);
    free(again);
    return is_it;
}

int model_options_of(const struct chain_config *chain, struct model_options *options)
{
    struct model_options flags = {.kind = MODEL_LSTM}, stack;
    char *text = stack_write(chain);
    int rc = OK;

    options_init(&model_options_table, &stack);
    if (chain_is_linear(chain)) {
        stack.kind = MODEL_LINEAR;
        flags = stack;
    }
    bool is_said = chain_is_linear(chain) || guess_flags(chain, &flags);
    if (is_said && do_make(&flags, chain, text))
        *options = flags;
    else if (strlen(text) >= STACK_BYTES)
        rc = fail(ERR_USAGE, "a model of more than %d bytes of --stack: %.60s...",
                  STACK_BYTES, text);
    else {
        memcpy(stack.stack, text, strlen(text) + 1);
        if (do_make(&stack, chain, text))
            *options = stack;
        else
            rc = fail(ERR_USAGE,
                      "no options make this model: --stack \"%s\" makes another", text);
    }
    free(text);
    return rc ? rc : model_options_frozen(chain, options->freeze);
}
