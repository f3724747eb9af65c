/* What rnntrain's options say about a model, as plain data: flags, which are short forms
 * of recurrent layers of one kind, what follows them and at most one hidden Dense; or the
 * text of any chain of layers. Options make a chain, a chain says which options make it.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_OPTIONS_H
#define RNNTRAIN_MODEL_OPTIONS_H

#include "base/options.h"
#include "data/facts.h"
#include "layers/chain.h"
#include "layers/stack.h"

/* Two of a cell: one direction and both; and no network at all, but weights of n-grams,
 * which none of the other flags says anything of. */
enum model_kind {
    MODEL_LSTM,
    MODEL_BILSTM,
    MODEL_GRU,
    MODEL_BIGRU,
    MODEL_LINEAR,
    MODEL_KINDS
};

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

enum { FREEZE_BYTES = 8192 };

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
    char stack[STACK_BYTES]; /* instead of all these, if not "": see layers/stack.h */
    /* Names of the layers whose weights do not train, with commas; "" or "none": of no
     * layer. It makes no other model. */
    char freeze[FREEZE_BYTES];
};

extern const struct option_table model_options_table;

/* ERR_USAGE: options that would have no effect, or that say two things. */
int model_options_check(const struct model_options *options) NODISCARD;

/* Whether they say no network but weights of n-grams. */
static inline bool model_options_are_linear(const struct model_options *options)
{
    return options->kind == MODEL_LINEAR && !*options->stack;
}

/* The chain of the options; vocabulary, length, classes and the pads' side are those of
 * the data set. ERR_USAGE: the stack's text is wrong, or a layer that is to be frozen is
 * not there. */
int model_options_chain(const struct model_options *options, const struct facts *facts,
                        struct chain_config *chain) NODISCARD;

/* The options that make such a chain: the flags where they can, with one number a layer
 * in `units`, else the stack. ERR_USAGE where neither does. */
int model_options_of(const struct chain_config *chain,
                     struct model_options *options) NODISCARD;

/* One way to say each model: a stack that flags can say becomes those flags, any other
 * its own text as stack_write has it, and flags that it does not need their defaults.
 * ERR_USAGE: the stack's text is wrong. */
int model_options_settle(struct model_options *options) NODISCARD;

/* To see whether somebody gives flags: none has a value, until options are read into it.
 * It is good for nothing else. */
void model_options_leave_open(struct model_options *options);
bool model_options_have_flags(const struct model_options *options);
/* Whether they say how wide the embedding is. */
bool model_options_have_width(const struct model_options *options);
/* The same of all flags but --model. */
bool model_options_have_parts(const struct model_options *options);

#endif
