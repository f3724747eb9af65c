#include "model/options.h"

#include <string.h>

static const char *const model_kind_names[] = {[MODEL_LSTM] = "lstm",
                                               [MODEL_BILSTM] = "bilstm",
                                               [MODEL_GRU] = "gru",
                                               [MODEL_BIGRU] = "bigru",
                                               NULL};
_Static_assert(COUNT_OF(model_kind_names) == MODEL_KINDS + 1, "a model has no name");

static const struct {
    enum recurrent_cell cell;
    bool bidirectional;
} kinds[] = {[MODEL_LSTM] = {CELL_LSTM, false},
             [MODEL_BILSTM] = {CELL_LSTM, true},
             [MODEL_GRU] = {CELL_GRU, false},
             [MODEL_BIGRU] = {CELL_GRU, true}};
_Static_assert(COUNT_OF(kinds) == MODEL_KINDS, "a model has no cell");

const char *const model_head_names[] = {MODEL_HEAD_NAMES, NULL};
_Static_assert(COUNT_OF(model_head_names) == MODEL_HEADS + 1, "a head has no name");

const char *const model_gates_names[] = {MODEL_GATES_NAMES, NULL};
_Static_assert(COUNT_OF(model_gates_names) == MODEL_GATES + 1, "gates have no name");

#define AT(field) offsetof(struct model_options, field)
#define GROUP "Model"

static const struct option model_table[] = {
    {"model", OPTION_CHOICE, AT(kind), "lstm", 0, 0, model_kind_names, "recurrent layer",
     GROUP, false},
    {"layers", OPTION_COUNT, AT(layers), "1", 1, OPTION_MOST_INTS, NULL,
     "recurrent layers, stacked", GROUP, false},
    {"units", OPTION_INTS, AT(units), "32", 1, LAYER_MOST_UNITS, NULL,
     "units of each direction; several: of each recurrent layer", GROUP, false},
    {"embedding", OPTION_COUNT, AT(embedding), "32", 1, LAYER_MOST_UNITS, NULL,
     "width of the embedding", GROUP, false},
    {"dense", OPTION_COUNT, AT(dense), "256", 0, LAYER_MOST_DENSE_UNITS, NULL,
     "units of the hidden Dense(relu); 0: none", GROUP, false},
    {"head", OPTION_CHOICE, AT(head), "last", 0, 0, model_head_names,
     "what the dense layers see: the maximum or mean of all steps, all of them side by "
     "side, or the last state",
     GROUP, false},
    {"mask", OPTION_BOOL, AT(mask), "false", 0, 0, NULL,
     "skip pads, as Embedding(mask_zero=True)", GROUP, false},
    {"recurrent-activation", OPTION_CHOICE, AT(gates), "sigmoid", 0, 0, model_gates_names,
     "of the gates; hard_sigmoid is Keras 2's clip(0.2 x + 0.5)", GROUP, false},
    {"reset-after", OPTION_BOOL, AT(reset_after), "false", 0, 0, NULL,
     "GRU: reset gate after the product, two biases", GROUP, false},
    {"embedding-dropout", OPTION_DOUBLE, AT(embedding_dropout), "0.2", 0, 0.99, NULL,
     "dropout rate after the embedding", GROUP, false},
    {"rnn-dropout", OPTION_DOUBLE, AT(rnn_dropout), "0", 0, 0.99, NULL,
     "dropout rate after the recurrent layers", GROUP, false},
    {"dense-dropout", OPTION_DOUBLE, AT(dense_dropout), "0.2", 0, 0.99, NULL,
     "dropout rate after the hidden Dense", GROUP, false},
};

const struct option_table model_options_table = {.options = model_table,
                                                 .n_options = (int)COUNT_OF(model_table)};

int model_options_check(const struct model_options *options)
{
    if (options->reset_after && kinds[options->kind].cell != CELL_GRU)
        return fail(ERR_USAGE, "--reset-after is for --model gru or bigru");
    if (options->units.n > 1 && options->layers != 1 &&
        options->layers != options->units.n)
        return fail(ERR_USAGE,
                    "--units has %d numbers, --layers is %d: they must be the same",
                    options->units.n, options->layers);
    return OK;
}

/* Several --units say how many layers there are. */
static int layers_of(const struct model_options *options)
{
    return options->units.n > 1 ? options->units.n : options->layers;
}

static int units_of(const struct model_options *options, int layer)
{
    return (int)options->units.value[options->units.n > 1 ? layer : 0];
}

static void add_dropout(struct chain_config *chain, double rate, enum rng_purpose purpose)
{
    if (rate <= 0)
        return;

    struct layer_config *layer = chain_add(chain, LAYER_DROPOUT);
    layer->dropout.rate = rate;
    layer->dropout.purpose = purpose;
}

static void add_recurrent(struct chain_config *chain, const struct model_options *options,
                          int i)
{
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);
    layer->recurrent.cell = kinds[options->kind].cell;
    layer->recurrent.bidirectional = kinds[options->kind].bidirectional;
    layer->recurrent.units = units_of(options, i);
    layer->recurrent.hard_sigmoid = options->gates == MODEL_HARD_SIGMOID;
    layer->recurrent.reset_after =
        layer->recurrent.cell == CELL_GRU && options->reset_after;
    layer->recurrent.sequences =
        i + 1 < layers_of(options) || options->head != MODEL_LAST;
}

static void add_head(struct chain_config *chain, enum model_head head)
{
    if (head == MODEL_FLATTEN)
        chain_add(chain, LAYER_FLATTEN);
    else if (head != MODEL_LAST)
        chain_add(chain, LAYER_POOLING)->pooling.how = (enum pooling)head;
}

void model_options_chain(const struct model_options *options, const struct facts *facts,
                         struct chain_config *chain)
{
    *chain = (struct chain_config){
        .vocabulary = facts->num_words,
        .length = facts->maxlen,
        .mask = options->mask,
        .pad_pre = facts->pad_pre,
        .lookup_bytes = CHAIN_LOOKUP_BYTES,
    };

    chain_add(chain, LAYER_EMBEDDING)->embedding.width = options->embedding;
    add_dropout(chain, options->embedding_dropout, RNG_DROPOUT_EMBEDDING);
    for (int i = 0; i < layers_of(options); i++)
        add_recurrent(chain, options, i);

    add_head(chain, options->head);
    add_dropout(chain, options->rnn_dropout, RNG_DROPOUT_RNN);
    if (options->dense) {
        chain_add(chain, LAYER_DENSE)->dense.units = options->dense;
        add_dropout(chain, options->dense_dropout, RNG_DROPOUT_DENSE);
    }

    struct layer_config *output = chain_add(chain, LAYER_OUTPUT);
    output->output.units = facts->n_labels == 2 ? 1 : facts->n_labels;
    output->output.loss = facts->n_labels == 2 ? LOSS_BINARY : LOSS_CATEGORICAL;
    chain_name_layers(chain);
}

/* A chain that is read from its first layer to its last. */
struct walk {
    const struct chain_config *chain;
    int next;
    struct model_options options;
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

/* MODEL_KINDS: no option says such a layer. */
static enum model_kind kind_of(const struct layer_config *layer)
{
    enum model_kind kind = MODEL_LSTM;
    while (kind < MODEL_KINDS &&
           (kinds[kind].cell != layer->recurrent.cell ||
            kinds[kind].bidirectional != layer->recurrent.bidirectional))
        kind++;
    return kind;
}

/* Whether a recurrent layer has nothing that options do not know. */
static bool is_plain(const struct layer_config *layer)
{
    return kind_of(layer) < MODEL_KINDS && layer->recurrent.activation == CELL_TANH &&
           layer->recurrent.merge == MERGE_CONCAT && !layer->recurrent.backwards &&
           !(layer->recurrent.dropout > 0) && !(layer->recurrent.recurrent_dropout > 0);
}

/* All of one kind, and all but the last give every step. Returns whether the last one
 * does, or -1 at a layer that is otherwise. */
static int take_recurrent(struct walk *walk)
{
    struct model_options *options = &walk->options;
    const struct layer_config *first = &walk->chain->layer[walk->next], *layer;
    bool sequences = true;

    for (options->layers = 0; (layer = take(walk, LAYER_RECURRENT)); options->layers++) {
        bool is_alike =
            is_plain(layer) && layer->recurrent.cell == first->recurrent.cell &&
            layer->recurrent.bidirectional == first->recurrent.bidirectional &&
            layer->recurrent.hard_sigmoid == first->recurrent.hard_sigmoid &&
            layer->recurrent.reset_after == first->recurrent.reset_after;
        if (!is_alike || !sequences || options->layers == OPTION_MOST_INTS) {
            walk->next--;
            return -1;
        }
        options->units.value[options->units.n++] = layer->recurrent.units;
        sequences = layer->recurrent.sequences;
    }
    if (options->layers == 0)
        return -1;

    options->kind = kind_of(first);
    options->gates = first->recurrent.hard_sigmoid ? MODEL_HARD_SIGMOID : MODEL_SIGMOID;
    options->reset_after = first->recurrent.reset_after;
    return sequences;
}

static bool take_head(struct walk *walk, bool sequences)
{
    const struct layer_config *pooling;
    if (!sequences)
        walk->options.head = MODEL_LAST;
    else if (take(walk, LAYER_FLATTEN))
        walk->options.head = MODEL_FLATTEN;
    else if ((pooling = take(walk, LAYER_POOLING)))
        walk->options.head = (enum model_head)pooling->pooling.how;
    else
        return false;
    return true;
}

static bool take_all(struct walk *walk)
{
    struct model_options *options = &walk->options;
    const struct layer_config *layer = take(walk, LAYER_EMBEDDING);
    if (!layer)
        return false;

    options->embedding = layer->embedding.width;
    options->embedding_dropout = take_dropout(walk);
    int sequences = take_recurrent(walk);
    if (sequences < 0 || !take_head(walk, sequences))
        return false;

    options->rnn_dropout = take_dropout(walk);
    if ((layer = take(walk, LAYER_DENSE))) {
        options->dense = layer->dense.units;
        options->dense_dropout = take_dropout(walk);
    }
    return take(walk, LAYER_OUTPUT) && walk->next == walk->chain->n_layers;
}

int model_options_of(const struct chain_config *chain, struct model_options *options)
{
    struct walk walk = {.chain = chain, .options.mask = chain->mask};
    if (take_all(&walk)) {
        *options = walk.options;
        return OK;
    }

    const char *name =
        walk.next < chain->n_layers ? chain->layer[walk.next].name : "its end";
    return fail(
        ERR_USAGE,
        "no options make a model with %s at that place: they know Embedding, "
        "recurrent layers that are alike, a pooling, Flatten or the last state, at "
        "most one Dense, and the output",
        name);
}
