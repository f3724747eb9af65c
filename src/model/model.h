/* Configuration -> weights, activations and gradients of the whole classifier:
 *
 *   ids (T) -> Embedding(V, E) -> Dropout -> [LSTM | GRU](H) x layers, 1 or 2 directions
 *           -> head: last | flatten | max | mean -> Dropout
 *           -> [Dense(D, relu) -> Dropout] -> Dense(1, sigmoid) or Dense(C, softmax)
 *
 * H may differ from layer to layer. This header's first half is plain data, which
 * options, checkpoints and logs share.
 */
#ifndef RNNTRAIN_MODEL_MODEL_H
#define RNNTRAIN_MODEL_MODEL_H

#include "base/base.h"
#include "data/rows.h"
#include "layers/chain.h"
#include "layers/output.h"
#include "kernels/kernels.h"
#include "layers/params.h"

/* What the dense layers see: the last state, all steps, or their maximum or mean. */
enum head_kind { HEAD_LAST, HEAD_FLATTEN, HEAD_MAX, HEAD_MEAN };

enum { MODEL_MOST_LAYERS = 64 };

struct model_config {
    enum recurrent_cell cell;
    bool bidirectional;
    bool hard_sigmoid; /* Keras 2's recurrent activation clip(0.2 x + 0.5) */
    bool reset_after;  /* GRU only: bias (2, 3H), reset applied after the product */
    bool mask;         /* pads are skipped, as Embedding(mask_zero=True) */
    bool pad_pre;      /* where the data set's pads stand */
    enum head_kind head;
    int vocabulary; /* V: ids are 0 .. V - 1, 0 is the pad */
    int maxlen;     /* T */
    int embedding;  /* E */
    int layers;     /* 1 or more recurrent layers, all but the last give all steps */
    int units[MODEL_MOST_LAYERS]; /* (layers) H of each direction of a layer */
    int dense;                    /* D: units of the hidden Dense(relu); 0: none */
    int classes;                  /* C, 2 or more; 2 means one sigmoid unit */
    double embedding_dropout, rnn_dropout, dense_dropout; /* rates in [0, 1) */
    size_t
        lookup_bytes; /* most that the table of looked-up products may take, see below */
};

/* Shapes that follow from a configuration: 1 or 2 directions; 4 or 3 gates; units of the
 * last Dense; numbers that the head gives a row. */
static inline int model_directions(const struct model_config *config)
{
    return config->bidirectional ? 2 : 1;
}

static inline int model_gates(const struct model_config *config)
{
    return config->cell == CELL_LSTM ? 4 : 3;
}

static inline int model_outputs(const struct model_config *config)
{
    return config->classes == 2 ? 1 : config->classes;
}

static inline int model_features(const struct model_config *config)
{
    int steps = config->head == HEAD_FLATTEN ? config->maxlen : 1;
    return steps * model_directions(config) * config->units[config->layers - 1];
}

/* Where no dropout stands between embedding and cell, the first layer's products with
 * embeddings are computed once an id and looked up, as long as the table fits a cache. It
 * is a number of the program, as it decides the order in which gradients are added. */
#define MODEL_LOOKUP_BYTES CHAIN_LOOKUP_BYTES

/* The configuration as a chain of layers. */
void model_chain(const struct model_config *config, struct chain_config *chain);

/* The model at work: packed weights and one workspace, taken once, for one lane at a
 * time. Owned by the caller of model_new. A model computes on one thread. */
struct model;

int model_of_chain(const struct chain_config *chain, const struct kernels *kernels,
                   int lane_rows, bool trains, struct model **model) NODISCARD;

/* Checks the configuration (ERR_USAGE, naming the option) and allocates. */
int model_new(const struct model_config *config, const struct kernels *kernels,
              int lane_rows, struct model **model) NODISCARD;
/* The same for evaluation only: the weights, and few activations. */
int model_new_evaluator(const struct model_config *config, const struct kernels *kernels,
                        int lane_rows, struct model **model) NODISCARD;
void model_free(struct model *model);

/* The tensors of a configuration's weights, as model_params has them; the caller's to
 * release. */
/* The same of a chain. */
void chain_tensors(const struct chain_config *chain, struct params *params);
void model_tensors(const struct model_config *config, struct params *params);

const struct model_config *model_configuration(const struct model *model);
const struct params *model_params(const struct model *model);
size_t model_bytes(const struct model *model); /* of the workspace */

/* Keras's initial weights, a pure function of the configuration and the seed. */
void model_init_weights(const struct model *model, uint64_t seed, real *weights);

/* Packs the weights for the kernels; call after each change. `weights` is borrowed until
 * the next call: the embedding is read from it. */
void model_pack(struct model *model, const real *weights);

/* Evaluators of the same weights in other threads. model_learn computes all that
 * evaluating would learn from these weights, so that nobody writes what is shared from
 * then on; `model` is an evaluator. model_new_sharer, in any thread, makes another one
 * with a workspace of its own, to be freed before `model`, which is not packed again
 * meanwhile. */
void model_learn(struct model *model);
int model_new_sharer(const struct model *model, struct model **sharer) NODISCARD;

/* Gradient of the lane's summed loss. Every element of `gradient` is set but the rows of
 * the embedding that the lane does not have: the caller gives the table (the first
 * tensor) zeroed, and the rows of the lane's ids are marked in `touched` (bit id % 64 of
 * word id / 64). With `touched` NULL the table is zeroed here. Dropout masks are
 * functions of (seed, step, row number, element). */
struct lane_result model_gradient(struct model *model, const struct lane *lane,
                                  uint64_t seed, uint32_t step, real *gradient,
                                  uint64_t *touched);

/* Forward only, without dropout. `logits`, if not NULL: (n_rows, 1 or C). */
struct lane_result model_evaluate(struct model *model, const struct lane *lane,
                                  real *logits);

/* Positions that the lane computes, the mean over directions: rows x T, but only the real
 * ids with `mask`, and in evaluation where the states after leading pads are shared. */
double model_positions(const struct model *model, const struct lane *lane, bool train);

/* Model flops of one training step: 6 G H (D + H) a position, row and direction, and 6 a
 * head weight and row. A forward pass counts a third, and in evaluation not what is
 * looked up instead of computed. */
double chain_flops(const struct chain_config *chain, double positions, double rows);
double chain_forward_flops(const struct chain_config *chain, double positions,
                           double rows);
double model_flops(const struct model_config *config, double positions, double rows);
double model_forward_flops(const struct model_config *config, double positions,
                           double rows);

#endif
