/* What rnntrain's options say about a model, as plain data: recurrent layers of one kind,
 * what follows them, and at most one hidden Dense. Fewer models than a chain of layers
 * can have: options make a chain, a chain says which options made it. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_MODEL_OPTIONS_H
#define RNNTRAIN_MODEL_OPTIONS_H

#include "base/options.h"
#include "data/facts.h"
#include "layers/chain.h"

/* Two of a cell: one direction and both. */
enum model_kind { MODEL_LSTM, MODEL_BILSTM, MODEL_GRU, MODEL_BIGRU, MODEL_KINDS };

/* What follows the recurrent layers: an `enum pooling`, all steps side by side, or only
 * the last state. MODEL_HEAD_NAMES may have others behind it, and a NULL. */
enum model_head { MODEL_FLATTEN = POOLING_KINDS, MODEL_LAST, MODEL_HEADS };
#define MODEL_HEAD_NAMES                                                                 \
    POOLING_LIST(POOLING_NAME)[MODEL_FLATTEN] = "flatten", [MODEL_LAST] = "last"
extern const char *const model_head_names[MODEL_HEADS + 1];

enum model_gates { MODEL_SIGMOID, MODEL_HARD_SIGMOID, MODEL_GATES };
#define MODEL_GATES_NAMES                                                                \
    [MODEL_SIGMOID] = "sigmoid", [MODEL_HARD_SIGMOID] = "hard_sigmoid"
extern const char *const model_gates_names[MODEL_GATES + 1];

struct model_options {
    enum model_kind kind;
    int layers;               /* recurrent ones, unless `units` are several */
    struct option_ints units; /* of each direction: of all layers, or one a layer */
    int embedding;            /* E */
    int dense;                /* D: units of the hidden Dense(relu); 0: none */
    enum model_head head;
    bool mask; /* pads are skipped, as Embedding(mask_zero=True) */
    enum model_gates gates;
    bool reset_after;                                     /* GRU only */
    double embedding_dropout, rnn_dropout, dense_dropout; /* in [0, 1) */
};

extern const struct option_table model_options_table;

/* ERR_USAGE: options that would have no effect, or that say two things. */
int model_options_check(const struct model_options *options) NODISCARD;

/* The chain of the options; vocabulary, length, classes and the pads' side are those of
 * the data set. */
void model_options_chain(const struct model_options *options, const struct facts *facts,
                         struct chain_config *chain);

/* The options that make such a chain; `units` has one number a layer. ERR_USAGE names the
 * layer that they cannot say. */
int model_options_of(const struct chain_config *chain,
                     struct model_options *options) NODISCARD;

#endif
