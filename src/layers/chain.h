/* A model as plain data: a chain of layers, each of which takes what the one before it
 * gives.
 *
 *   ids (T) -> Embedding -> [Dropout | recurrent | pooling | Flatten | Dense ...] ->
 *   output
 *   n-grams (F) -> their sums -> output
 *
 * Options, records, models of Keras and exports read and write it; model.h makes it run.
 * A chain is copied by assignment and owns nothing. Nothing here is collective.
 *
 * Sources of the layers' semantics: Keras's classes of the same names.
 */
#ifndef RNNTRAIN_LAYERS_CHAIN_H
#define RNNTRAIN_LAYERS_CHAIN_H

#include "base/base.h"
#include "base/rng.h"
#include "kernels/activation.h"
#include "kernels/cell.h"

/* Every kind of layer: its constant, and the stem of what each folder calls its part of
 * the kind: embedding_layer in layers/, keras_embedding in keras/, onnx_embedding and
 * c_embedding in export/. The folders' tables are made of this list, so a kind that one
 * of them lacks does not link. */
#define LAYER_KIND_LIST(KIND)                                                            \
    KIND(EMBEDDING, embedding)                                                           \
    KIND(DROPOUT, dropout)                                                               \
    KIND(CONV, conv)                                                                     \
    KIND(WINDOW, window)                                                                 \
    KIND(RECURRENT, recurrent)                                                           \
    KIND(FLATTEN, flatten)                                                               \
    KIND(POOLING, pooling)                                                               \
    KIND(DENSE, dense)                                                                   \
    KIND(ACTIVATION, elementwise)                                                        \
    KIND(LAYER_NORMALIZATION, layer_normalization)                                       \
    KIND(BATCH_NORMALIZATION, batch_normalization)                                       \
    KIND(NGRAMS, ngrams)                                                                 \
    KIND(OUTPUT, output)

#define LAYER_CONSTANT(NAME, stem) LAYER_##NAME,
enum layer_kind { LAYER_KIND_LIST(LAYER_CONSTANT) LAYER_KINDS };
#undef LAYER_CONSTANT

enum recurrent_cell { CELL_LSTM, CELL_GRU, CELL_SIMPLE, CELL_KINDS };

/* What a cell is called, and how many gates' columns its matrices have. */
struct cell_kind {
    const char *name;       /* "lstm", as in options and Keras's names of layers */
    const char *class_name; /* "LSTM", Keras's class */
    int gates;
};
extern const struct cell_kind cell_kinds[CELL_KINDS];
extern const char *const cell_activation_names[CELL_ACTIVATIONS];

/* What two directions become: side by side, or one vector; Keras's merge_mode. */
enum merge_mode { MERGE_CONCAT, MERGE_SUM, MERGE_AVE, MERGE_MUL, MERGE_MODES };
extern const char *const merge_mode_names[MERGE_MODES];

/* How windows lie over the positions: inside of them, or zeros stand around them so that
 * each position (each of `strides`) has one, around it or, causal, up to it. */
enum window_padding { PADDING_VALID, PADDING_SAME, PADDING_CAUSAL, WINDOW_PADDINGS };
extern const char *const window_padding_names[WINDOW_PADDINGS + 1];

/* What is taken over the positions of a row: the constant, the name that --head has,
 * Keras's class and its name in snake case, by which layers are called. */
#define POOLING_LIST(POOL)                                                               \
    POOL(MAX, max, GlobalMaxPooling1D, global_max_pooling1d)                             \
    POOL(MEAN, mean, GlobalAveragePooling1D, global_average_pooling1d)

/* Side by side with others there are two more: all positions, as Flatten gives them, and
 * a recurrent layer's last output. Attention, which learns how much of each position to
 * take, is several layers in Keras. */
#define POOLING_CONSTANT(NAME, stem, class_name, snake) POOLING_##NAME,
enum pooling {
    POOLING_LIST(POOLING_CONSTANT) POOLING_KINDS,
    POOLING_FLATTEN = POOLING_KINDS,
    POOLING_LAST,
    POOLING_ATTENTION,
    POOLING_WAYS
};
#undef POOLING_CONSTANT

/* For lists of names, each with its comma: POOLING_LIST(POOLING_NAME). */
#define POOLING_NAME(NAME, stem, class_name, snake) [POOLING_##NAME] = #stem,

/* What the output's logits are: one of two classes, by a sigmoid; one of C, by a softmax;
 * any of C labels, a sigmoid each; or one of C classes by sigmoids, the greatest of which
 * decides, as some models of Keras have it. */
enum loss { LOSS_BINARY, LOSS_CATEGORICAL, LOSS_MULTI_LABEL, LOSS_SIGMOIDS, LOSS_KINDS };

enum { CHAIN_MOST_LAYERS = 160, LAYER_NAME_BYTES = 48 };

/* Positions that a window has, and from one to the next. */
enum { WINDOW_MOST_SIZE = 4096 };

/* Units of a recurrent layer, and the width of an embedding; units of a Dense. */
enum { LAYER_MOST_UNITS = 8192, LAYER_MOST_DENSE_UNITS = 65536 };

struct layer_config {
    enum layer_kind kind;
    char name[LAYER_NAME_BYTES]; /* Keras's: "lstm_1"; chain_complete gives them */
    bool frozen;                 /* its weights stay as they are when the model trains */
    union {
        struct {
            int width; /* E */
        } embedding;
        struct {
            double rate; /* in (0, 1) */
            enum rng_purpose purpose;
            bool spatial; /* a number of the vector is dropped at all positions */
        } dropout;
        struct {
            enum recurrent_cell cell;
            int units; /* H of each direction */
            bool bidirectional;
            bool hard_sigmoid; /* Keras 2's recurrent activation clip(0.2 x + 0.5) */
            bool reset_after;  /* GRU only: bias (2, 3H), reset after the product */
            bool sequences;    /* gives every step, not only the last */
            enum cell_activation activation; /* of the candidate, and LSTM's state */
            enum merge_mode merge;           /* of two directions */
            /* Keras's go_backwards: reads from the last position to the first, and its
             * sequences stand in that order; of two directions each the other way. */
            bool backwards;
            /* Rates in training of what enters the products, inputs and state: what is
             * dropped of a row is the same at all steps, and for all gates. */
            double dropout, recurrent_dropout;
        } recurrent;
        struct {
            int filters, kernel_size, strides;
            enum window_padding padding;
            enum activation activation;
            bool no_bias;
        } conv;
        struct {
            bool mean; /* AveragePooling1D; else MaxPooling1D */
            int size, strides;
            enum window_padding padding; /* not causal */
        } window;
        struct {
            enum pooling how;
            int n_more; /* others side by side, in this order */
            enum pooling more[POOLING_WAYS - 1];
            int units; /* of attention's hidden layer */
        } pooling;
        struct {
            int units; /* D */
            enum activation activation;
            bool no_bias;
        } dense;
        struct {
            enum activation how;
            double alpha; /* 0: Keras's own, see activation_alpha */
        } activation;
        struct {
            double epsilon;
            bool no_center, no_scale; /* has no beta, no gamma */
        } normalization;
        struct {
            int units; /* 1 with LOSS_BINARY, else C */
            enum loss loss;
        } output;
    };
};

struct chain_config {
    int vocabulary; /* V: ids are 0 .. V - 1, 0 is the pad */
    int length;     /* T: positions of a row */
    int n_ngrams;   /* F, of a model that reads them */
    bool mask;      /* pads are skipped, as Embedding(mask_zero=True) */
    bool pad_pre;   /* where the data set's pads stand */
    /* Most bytes that a table of looked-up products may take, see CHAIN_LOOKUP_BYTES. */
    size_t lookup_bytes;
    int n_layers;
    /* Embedding or n-grams first, output last. */
    struct layer_config layer[CHAIN_MOST_LAYERS];
};

/* Where nothing that trains stands between embedding and recurrent layer, its products
 * with embeddings are computed once an id and looked up, as long as the table fits a
 * cache. It is a number of the program, as it decides the order in which gradients are
 * added. */
#define CHAIN_LOOKUP_BYTES ((size_t)16 << 20)

/* Appends a zeroed layer; NULL where the chain is full. */
struct layer_config *chain_add(struct chain_config *chain, enum layer_kind kind);

/* When all layers are there: names them as Keras does, by class, the second one of a
 * class with _1 behind, and gives each dropout the random numbers of its place. */
void chain_complete(struct chain_config *chain);

/* What layer i gives, in Keras's shapes, without padding. */
struct outline {
    int length; /* T: a vector a position; 0: one a row */
    int width;  /* numbers of a vector */
};
struct outline chain_outline(const struct chain_config *chain, int i);

/* Whether a Dense(1, sigmoid) decides between two classes, and whether a text may have
 * several labels; classes or labels, 2 or more. */
bool chain_is_binary(const struct chain_config *chain);
bool chain_is_multi_label(const struct chain_config *chain);
/* Whether several units have a sigmoid each. */
bool chain_has_sigmoids(const struct chain_config *chain);
int chain_classes(const struct chain_config *chain);

/* Whether the embedding's mask reaches layer i; whether anything takes notice of it.
 * Windows end it: behind them all positions count. */
bool chain_has_mask(const struct chain_config *chain, int i);
bool chain_uses_mask(const struct chain_config *chain);

/* Whether it reads n-grams instead of ids: sums of weights, to which the output adds its
 * biases. */
static inline bool chain_is_linear(const struct chain_config *chain)
{
    return chain->n_layers > 0 && chain->layer[0].kind == LAYER_NGRAMS;
}

/* Logits of a row: 1 or C. */
int chain_outputs(const struct chain_config *chain);

/* Of an activation where nothing else is said: Keras's. */
static inline double activation_alpha(enum activation how, double alpha)
{
    return alpha > 0 ? alpha : how == ACTIVATION_LEAKY_RELU ? 0.2 : 1;
}

/* Of a pooling layer: how many stand side by side, and which is number k of them. */
static inline int layer_poolings(const struct layer_config *layer)
{
    return 1 + layer->pooling.n_more;
}

static inline enum pooling layer_pooling(const struct layer_config *layer, int k)
{
    return k == 0 ? layer->pooling.how : layer->pooling.more[k - 1];
}

bool layer_attends(const struct layer_config *layer);

/* Attention's layers with weights, as Keras has them: a hidden Dense, and what makes
 * scores of its outputs. Of one of them, all but its name is that of `layer`. */
enum attention_part { ATTENTION_HIDDEN, ATTENTION_SCORE, ATTENTION_PARTS };
struct layer_config layer_attention_part(const struct layer_config *layer,
                                         enum attention_part part);

/* 1 or 2, of a recurrent layer. */
static inline int layer_directions(const struct layer_config *layer)
{
    return layer->recurrent.bidirectional ? 2 : 1;
}

/* The same of what it gives: directions that are merged are one block. */
static inline int layer_blocks(const struct layer_config *layer)
{
    return layer->recurrent.merge == MERGE_CONCAT ? layer_directions(layer) : 1;
}

/* Whether direction 0 or 1 of a recurrent layer reads from the last position to the
 * first. */
static inline bool layer_reads_back(const struct layer_config *layer, int direction)
{
    return layer->recurrent.backwards != (direction == 1);
}

#endif
