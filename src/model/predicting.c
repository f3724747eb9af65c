#include "model/options_private.h"

#include "layers/layer.h"

/* The layers of a language model: those of a classifier up to its last recurrent one, and
 * what is dropped of it. Pads are skipped: they are no words. */

/* The last recurrent layer, or 0. */
static int last_recurrent(const struct chain_config *chain)
{
    int last = chain->n_layers - 1;

    while (last > 0 && chain->layer[last].kind != LAYER_RECURRENT)
        last--;
    return last;
}

/* What looks at several positions would know the word that is to be predicted. */
static int check_layer(const struct layer_config *layer, bool is_only)
{
    bool is_recurrent = layer->kind == LAYER_RECURRENT;

    if (!is_recurrent && layer->kind != LAYER_EMBEDDING && layer->kind != LAYER_DROPOUT)
        return fail(ERR_USAGE,
                    "pretrain: layer %s stands below a recurrent one: a language model "
                    "has an embedding, recurrent layers and Dropout, no others",
                    layer->name);
    if (is_recurrent && layer->recurrent.backwards)
        return fail(ERR_USAGE,
                    "pretrain: layer %s reads backwards: a language model's layers read "
                    "forward, or one layer both ways",
                    layer->name);
    if (is_recurrent && layer->recurrent.bidirectional && !is_only)
        return fail(ERR_USAGE,
                    "pretrain: layer %s reads both ways and is not the only recurrent "
                    "layer: where directions meet they know the word that is to be "
                    "predicted; pretrain one such layer (--layers 1), and begin a model "
                    "of several with it",
                    layer->name);
    return OK;
}

static int check_layers(const struct chain_config *chain, int last)
{
    int n = 0, rc = OK;

    if (last == 0)
        return fail(ERR_USAGE, "pretrain: a language model needs a recurrent layer, as "
                               "--model lstm has: this model has none");
    for (int i = 1; i <= last; i++)
        n += chain->layer[i].kind == LAYER_RECURRENT;
    for (int i = 0; i <= last && !rc; i++)
        rc = check_layer(&chain->layer[i], n == 1);
    return rc;
}

/* What a classifier drops of its recurrent layers' outputs, before or behind a pooling;
 * 0: nothing. */
static double dropped_above(const struct chain_config *chain, int last)
{
    for (int i = last + 1; i < chain->n_layers; i++) {
        enum layer_kind kind = chain->layer[i].kind;
        if (kind == LAYER_DROPOUT)
            return chain->layer[i].dropout.rate;
        if (kind != LAYER_POOLING && kind != LAYER_FLATTEN)
            break;
    }
    return 0;
}

int model_options_predicting(int negatives, struct chain_config *chain)
{
    int last = last_recurrent(chain);
    double rate = dropped_above(chain, last);
    int rc = check_layers(chain, last);
    if (rc)
        return rc;

    chain->mask = true;
    chain->n_layers = last + 1;
    chain->layer[last].recurrent.merge = MERGE_CONCAT;
    for (int i = 1; i <= last; i++)
        if (chain->layer[i].kind == LAYER_RECURRENT)
            chain->layer[i].recurrent.sequences = true;
    if (rate > 0)
        chain_add(chain, LAYER_DROPOUT)->dropout.rate = rate;

    struct layer_config *output = chain_add(chain, LAYER_NEXT_WORD);
    output->output.units = chain->vocabulary;
    output->output.loss = LOSS_CATEGORICAL;
    output->output.negatives = negatives;
    chain_complete(chain);
    return OK;
}
