#include "model/options_private.h"

#include <string.h>

#include "base/say.h"

static const char *const model_kind_names[] = {
    [MODEL_LSTM] = "lstm",   [MODEL_BILSTM] = "bilstm", [MODEL_GRU] = "gru",
    [MODEL_BIGRU] = "bigru", [MODEL_LINEAR] = "linear", NULL};
_Static_assert(COUNT_OF(model_kind_names) == MODEL_KINDS + 1, "a model has no name");

/* A model's kind is its cell and its directions. */
static enum recurrent_cell cell_of(enum model_kind kind)
{
    return kind == MODEL_GRU || kind == MODEL_BIGRU ? CELL_GRU : CELL_LSTM;
}

const char *const model_head_names[] = {MODEL_HEAD_NAMES, NULL};
_Static_assert(COUNT_OF(model_head_names) == MODEL_HEADS + 1, "a head has no name");

const char *const model_gates_names[] = {MODEL_GATES_NAMES, NULL};
_Static_assert(COUNT_OF(model_gates_names) == MODEL_GATES + 1, "gates have no name");

/* A byte that no option sets all of a field to. */
enum { OPEN = 0xff };

#define AT(field) offsetof(struct model_options, field)
#define GROUP "Model"

static const struct option model_table[] = {
    {"model", OPTION_CHOICE, AT(kind), "lstm", 0, 0, model_kind_names,
     "recurrent layer; linear: no network, a logistic regression on the n-grams that "
     "rnnprep --ngrams counts",
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
    {"stack", OPTION_TEXT, AT(stack), NULL, 0, STACK_BYTES - 1, NULL,
     "instead of all these: layers with commas between them, from the embedding up to "
     "the output, which follows from the data: \"embedding:64, dropout:0.2, bilstm:64, "
     "gru:32, max, dense:64:relu\"",
     GROUP, false},
    {"freeze", OPTION_TEXT, AT(freeze), NULL, 0, FREEZE_BYTES - 1, NULL,
     "layers whose weights stay as they are, with commas, by the names that rnntrain "
     "summary shows: \"embedding,lstm\"; none: all train, also those that a model of "
     "Keras has frozen",
     GROUP, false},
};

const struct option_table model_options_table = {.options = model_table,
                                                 .n_options = (int)COUNT_OF(model_table)};

int model_options_check(const struct model_options *options)
{
    if (options->reset_after && cell_of(options->kind) != CELL_GRU)
        return fail(ERR_USAGE, "--reset-after is for --model gru or bigru");
    if (options->units.n > 1 && options->layers != 1 &&
        options->layers != options->units.n)
        return fail(ERR_USAGE,
                    "--units has %d number%s, --layers is %d: they must be the same",
                    options->units.n, plural(options->units.n), options->layers);
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

static void add_dropout(struct chain_config *chain, double rate)
{
    if (rate > 0)
        chain_add(chain, LAYER_DROPOUT)->dropout.rate = rate;
}

static void add_recurrent(struct chain_config *chain, const struct model_options *options,
                          int i)
{
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);
    layer->recurrent.cell = cell_of(options->kind);
    layer->recurrent.bidirectional =
        options->kind == MODEL_BILSTM || options->kind == MODEL_BIGRU;
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

static void chain_of_flags(const struct model_options *options,
                           struct chain_config *chain)
{
    if (options->kind == MODEL_LINEAR) {
        chain_add(chain, LAYER_NGRAMS);
        return;
    }

    chain->mask = options->mask;
    chain_add(chain, LAYER_EMBEDDING)->embedding.width = options->embedding;
    add_dropout(chain, options->embedding_dropout);
    for (int i = 0; i < layers_of(options); i++)
        add_recurrent(chain, options, i);

    add_head(chain, options->head);
    add_dropout(chain, options->rnn_dropout);
    if (options->dense) {
        chain_add(chain, LAYER_DENSE)->dense.units = options->dense;
        add_dropout(chain, options->dense_dropout);
    }
}

/* A stack may end in an output that gives each class by a sigmoid. */
static int add_output(struct chain_config *chain, const struct facts *facts)
{
    struct layer_config *output = &chain->layer[chain->n_layers - 1];
    bool is_binary = facts->n_labels == 2 && !facts->multi_label;

    if (output->kind == LAYER_OUTPUT && facts->multi_label)
        return fail(ERR_USAGE, "--stack: output:sigmoid is for texts of one class each, "
                               "these have several labels, which are sigmoids anyway: "
                               "leave it out");
    if (output->kind == LAYER_OUTPUT) {
        output->output.units = facts->n_labels;
        return OK;
    }

    if (chain_is_linear(chain) && chain->n_ngrams < 1)
        return fail(ERR_USAGE, "--model linear reads n-grams, and these data have none: "
                               "make the data set by rnnprep --ngrams 3");
    output = chain_add(chain, LAYER_OUTPUT);
    output->output.units = is_binary ? 1 : facts->n_labels;
    output->output.loss = is_binary            ? LOSS_BINARY
                          : facts->multi_label ? LOSS_MULTI_LABEL
                                               : LOSS_CATEGORICAL;
    return OK;
}

int model_options_chain(const struct model_options *options, const struct facts *facts,
                        struct chain_config *chain)
{
    int rc = OK;

    *chain = (struct chain_config){
        .vocabulary = facts->num_words,
        .length = facts->maxlen,
        .n_ngrams = facts->n_ngrams,
        .pad_pre = facts->pad_pre,
        .lookup_bytes = CHAIN_LOOKUP_BYTES,
    };
    if (*options->stack)
        rc = stack_read(options->stack, chain);
    else
        chain_of_flags(options, chain);
    if (rc)
        return rc;

    rc = add_output(chain, facts);
    if (rc)
        return rc;

    chain_complete(chain);
    return model_options_freeze(options->freeze, chain);
}

void model_options_leave_open(struct model_options *options)
{
    memset(options, OPEN, sizeof *options);
    *options->stack = *options->freeze = '\0';
}

static bool is_given(const struct model_options *options, size_t first, size_t end)
{
    const unsigned char *flags = (const unsigned char *)options;

    for (size_t i = first; i < end; i++)
        if (flags[i] != OPEN)
            return true;
    return false;
}

/* The flags stand in front of the stack, and the kind in front of the others. */
bool model_options_have_flags(const struct model_options *options)
{
    return is_given(options, 0, AT(stack));
}

bool model_options_have_parts(const struct model_options *options)
{
    return is_given(options, AT(layers), AT(stack));
}

bool model_options_have_width(const struct model_options *options)
{
    return *options->stack || options->embedding > 0;
}

int model_options_settle(struct model_options *options)
{
    static const struct facts any = {
        .num_words = 2, .maxlen = 1, .n_labels = 2, .n_ngrams = 1};
    struct chain_config chain;

    if (!*options->stack && !*options->freeze)
        return OK;
    int rc = model_options_chain(options, &any, &chain);
    return rc ? rc : model_options_of(&chain, options);
}
